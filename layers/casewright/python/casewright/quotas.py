"""How many calls of each API an account may make, and how many of them are ours.

Rates and bursts are the documented defaults of an account and region (service quotas of Amazon Connect, EventBridge and SES).
BatchUpdateCase and BatchCreateRelatedItem have no quota of their own in the documentation: they spend that of the operation they are
checked as. DeleteRelatedItem and TagResource are not listed either.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Self

import msgspec

from casewright.errors import UnknownQuota

SHARE: Final = 0.5
"""Of a quota that performing takes; the rest is for agents, flows and other integrations of the account."""


_FURTHEST: Final = timedelta(minutes=10)
_MOST_AHEAD: Final = 100
"""Calls: a mail has up to 50 recipients, each of whom spends one."""


class Quota(msgspec.Struct, frozen=True):
    """Calls a second, and how many may come at once after a pause."""

    rate: float
    burst: float

    @property
    def furthest(self) -> timedelta:
        """How far ahead calls can be spent: beyond that, the clock of who spent them was ahead, and nobody shall wait for it."""
        return _FURTHEST + timedelta(seconds=_MOST_AHEAD / self.rate)

    def at(self, rate: float) -> Self:
        """The same quota at another rate; its burst grows and shrinks with it, and always lets one call through."""
        return type(self)(rate, max(1.0, self.burst * rate / self.rate))


QUOTAS: Final[Mapping[str, Quota]] = {
    "UpdateCase": Quota(2, 2),
    "CreateCase": Quota(2, 10),
    "GetCase": Quota(4, 10),
    "CreateRelatedItem": Quota(2, 10),
    "SearchRelatedItems": Quota(2, 10),
    "StartTaskContact": Quota(2, 5),
    "StopContact": Quota(10, 15),
    "DescribeContact": Quota(10, 15),
    "SendEmail": Quota(14, 14),
    "PutEvents": Quota(100, 100),
    "OtherCases": Quota(2, 2),
    "OtherConnect": Quota(2, 5),
    "Others": Quota(2, 2),
}
"""By API; the last three are for operations that no page lists."""

_SPENT_AS: Final = {"BatchUpdateCase": "UpdateCase", "BatchCreateRelatedItem": "CreateRelatedItem"}
_OTHERS: Final = {"connectcases": "OtherCases", "connect": "OtherConnect"}
_ONE: Final = re.compile(r"(\w+)=(\d+(?:\.\d+)?)")


def quota_of(service: str, operation: str) -> str:
    """The name of the quota that a call spends."""
    name = _SPENT_AS.get(operation, operation)
    return name if name in QUOTAS else _OTHERS.get(service, "Others")


def ours(given: Mapping[str, float]) -> Mapping[str, Quota]:
    """What performing may spend of each quota: so many calls a second as given, else its share.

    Raises:
        UnknownQuota: a name that is no quota, or a rate that lets nothing through.
    """
    for name, rate in given.items():
        if name not in QUOTAS or not rate > 0:
            raise UnknownQuota(name, rate, tuple(QUOTAS))
    return {name: quota.at(given.get(name, SHARE * quota.rate)) for name, quota in QUOTAS.items()}


def written(given: Mapping[str, float]) -> str:
    """Rates as one text: `UpdateCase=4 SendEmail=20`."""
    return " ".join(f"{name}={rate:g}" for name, rate in given.items())


def read(text: str) -> Mapping[str, float]:
    """The rates that a text writes.

    Raises:
        UnknownQuota: a word that is no `name=number`.
    """
    found: dict[str, float] = {}
    for word in text.split():
        parts = _ONE.fullmatch(word)
        if parts is None:
            raise UnknownQuota(word, None, tuple(QUOTAS))
        found[parts[1]] = float(parts[2])
    return found
