"""The SES version 2 API."""

from collections.abc import Iterable
from pathlib import Path

from casewright_workbench.localcloud.service import Clock, Publish

from .account import AccountOperations, SuppressionOperations, TemplateOperations
from .configuration_sets import ConfigurationSetOperations
from .identities import IdentityOperations
from .outbox import Outbox
from .sending import SendOperations
from .state import Identity, SesState


class SesService(
    SendOperations, AccountOperations, SuppressionOperations, TemplateOperations, IdentityOperations, ConfigurationSetOperations
):
    """SES; `outbox` holds what was sent.

    Its switches are attributes of `state`: `has_production_access`, `verifies_at_once`, `sends`, `enforcement`, and `enforces_rate`
    (off, because a paused clock never refills a rate).
    """

    name = "sesv2"

    def __init__(self, *, clock: Clock, publish: Publish, folder: Path | None = None, verified: Iterable[str] = ()) -> None:
        self.outbox = Outbox(folder)
        self.state = SesState(clock=clock, publish=publish, outbox=self.outbox)
        self._state = self.state
        self.state.identities.update({name.lower(): Identity(name.lower(), is_verified=True) for name in verified})
