"""What the groups of Connect operations share."""

from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from casewright_workbench.localcloud.appintegrations import EventIntegrations
from casewright_workbench.localcloud.connect.associations import Association
from casewright_workbench.localcloud.connect.contacts import ContactBook
from casewright_workbench.localcloud.connect.errors import not_found
from casewright_workbench.localcloud.connect.instance import Instance, User, id_in
from casewright_workbench.localcloud.service import Caller, Clock, Request


@dataclass(slots=True)
class State:
    """All that one emulated Connect holds."""

    clock: Clock
    instance: Instance
    contacts: ContactBook
    event_integrations: EventIntegrations
    random: Random
    max_active_tasks: int
    associations: dict[str, Association] = field(default_factory=dict)
    tasks_by_token: dict[str, str] = field(default_factory=dict)
    users: list[User] = field(init=False)

    def __post_init__(self) -> None:
        """The users there are from the start."""
        self.users = list(self.instance.users)

    def uuid(self) -> str:
        """A version 4 uuid, the same in every run with the same seed."""
        return str(UUID(int=self.random.getrandbits(128), version=4))


class Operations:
    """A group of operations over one state; the facade is made of all groups."""

    _state: State

    def _instance(self, request: Request, caller: Caller) -> Instance:
        """The instance a request names by id or ARN; another account's or region's is not found."""
        instance = self._state.instance
        here = (instance.account, instance.region) == (caller.account, caller.region)
        if not here or id_in(request["InstanceId"]) != instance.id:
            raise not_found("instance", request["InstanceId"])
        return instance
