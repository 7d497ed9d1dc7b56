"""What people do with cases, as values: the words a day is written in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

Value: TypeAlias = str | float | bool
Fields: TypeAlias = Mapping[str, Value]
"""Values by field name; of a single-select the option's value. The empty text clears a field."""
Channel: TypeAlias = Literal["VOICE", "CHAT", "EMAIL"]


@dataclass(frozen=True, slots=True)
class Open:
    """A case is created from a template."""

    template: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Change:
    """Fields of the case are changed."""

    fields: Fields


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment is written."""

    body: str


@dataclass(frozen=True, slots=True)
class CorrectRemark:
    """The last comment written by a person is replaced."""

    body: str


@dataclass(frozen=True, slots=True)
class RemoveRemark:
    """The last comment written by a person is removed."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The customer gets in touch, or is called: a contact is linked to the case."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class Delete:
    """The case is deleted."""


Deed: TypeAlias = Open | Change | Remark | CorrectRemark | RemoveRemark | Reach | Delete


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done at one moment. `case` names the case within the script; `by` is a user of the catalog, or a channel's flow."""

    at: datetime
    case: str
    by: str
    deed: Deed


def in_time(steps: list[Step]) -> tuple[Step, ...]:
    """The steps as they happen; of one moment, in the order given."""
    return tuple(sorted(steps, key=lambda step: step.at))
