"""Ports to mail: who gets it, whether it may be sent, and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from casewright.cases.events import MailReported

Cause = Literal["bounce", "complaint"]
"""Why an address is suppressed: its mailbox is not there, or its owner called our mail spam."""


class Directory(Protocol):
    """The users of the Connect instance. Answers may be a few minutes old."""

    def tagged(self, tags: Mapping[str, str]) -> tuple[str, ...]:
        """ARNs of the users who carry all of these tags. Raises Refused where there are too many to write to."""
        ...

    def with_login(self, login: str) -> str:
        """The ARN of the user of that login; empty where there is none."""
        ...

    def address(self, user: str) -> str:
        """The mail address of the user of that ARN or id; empty where there is no such user, or none that can be written to."""
        ...


class Customers(Protocol):
    """The profiles of customers. Answers may be a few minutes old."""

    def address(self, profile_arn: str) -> str:
        """The mail address of a profile; empty where there is none. Raises Refused for what is no ARN of a profile."""
        ...


class Suppression(Protocol):
    """Addresses that get no mail of ours."""

    def suppressed(self, addresses: Sequence[str], now: datetime) -> frozenset[str]:
        """Those of the addresses that are suppressed."""
        ...

    def suppress(self, address: str, cause: Cause, now: datetime) -> None:
        """Suppress an address: for a year after a bounce, for ever after a complaint."""
        ...


class Allowance(Protocol):
    """How much mail one address gets in a day, so that two programs that answer each other come to an end."""

    def grant(self, address: str, *, effect_key: str, now: datetime) -> bool:
        """Count the mail of an effect to an address, once however often it is tried; False where the day has no more."""
        ...


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What SES lets the account do. Quotas count recipients, not messages."""

    stopped: str = ""
    """Why nothing may be sent at all; empty where it may."""
    in_sandbox: bool = False
    most_a_second: float
    left_today: float
    """Recipients that the quota of the last 24 hours leaves; infinite where there is no quota."""


class MailAccount(Protocol):
    """The account in SES."""

    def standing(self, *, afresh: bool) -> Standing:
        """As it was a few minutes ago, or `afresh` as it is now: whoever answers that is there to send mail."""
        ...


class MailPace(Protocol):
    """The rate of sending. The call that sends spends one of it by itself."""

    def keep_to(self, rate: float) -> None:
        """Send to no more recipients a second than that, also where the settings allow more."""
        ...

    def spend(self, recipients: int) -> None:
        """Spend for recipients beside the first of a message: what is sent next waits for them."""
        ...


class MailReport(msgspec.Struct, frozen=True, kw_only=True):
    """What SES told about a mail of ours. `id` is that of its event."""

    id: str
    at: datetime
    case_id: str
    told: MailReported


class MailReports(Protocol):
    """The way of reports into the log of their case."""

    def send_report(self, report: MailReport) -> None:
        """Send as an event of our own; the same report makes the same event."""
        ...
