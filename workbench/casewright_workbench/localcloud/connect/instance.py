"""The Connect instance as it is given: who works in it, its queues, its flows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from casewright_workbench.localcloud.service import LOCAL_ACCOUNT, LOCAL_REGION


@dataclass(frozen=True, slots=True)
class User:
    """A person of the contact centre."""

    id: str
    username: str
    email: str
    first_name: str = ""
    last_name: str = ""
    secondary_email: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance of one account and region; all but its users are given as name to ARN."""

    id: str
    alias: str = "local-contact-center"
    account: str = LOCAL_ACCOUNT
    region: str = LOCAL_REGION
    users: tuple[User, ...] = ()
    queues: Mapping[str, str] = field(default_factory=dict)
    flows: Mapping[str, str] = field(default_factory=dict)
    quick_connects: Mapping[str, str] = field(default_factory=dict)
    task_templates: Mapping[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """The ARN of the instance."""
        return f"arn:aws:connect:{self.region}:{self.account}:instance/{self.id}"

    def user_arn(self, user: User) -> str:
        """The ARN of one of its users."""
        return f"{self.arn}/agent/{user.id}"


def id_in(arn: str) -> str:
    """The last part of an ARN, which is the id of what it names."""
    return arn.rpartition("/")[2]
