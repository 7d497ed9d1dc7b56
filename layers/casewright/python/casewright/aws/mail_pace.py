"""The rate of sending mail: SES counts recipients, where the pace of its client counts calls."""

from collections.abc import MutableMapping
from typing import Final

from casewright.ports.clock import Time
from casewright.ports.effects import Tokens
from casewright.quotas import Quota

_QUOTA: Final = "SendEmail"


class SendingPace:
    """Fulfils MailPace. `quotas` are those that the client of SES is kept to."""

    def __init__(self, tokens: Tokens, quotas: MutableMapping[str, Quota], time: Time) -> None:
        self._tokens, self._quotas, self._time = tokens, quotas, time
        self._ours = quotas[_QUOTA]

    def keep_to(self, rate: float) -> None:
        """Change the quota, until another rate is told."""
        self._quotas[_QUOTA] = self._ours.at(min(rate, self._ours.rate))

    def spend(self, recipients: int) -> None:
        """Take as many tokens without waiting for their turns: SES bears a burst, and the next call waits."""
        if recipients:
            self._tokens.reserve(_QUOTA, self._quotas[_QUOTA], most=recipients, now=self._time.now())
