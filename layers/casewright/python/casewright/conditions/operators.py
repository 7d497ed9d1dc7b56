"""Tests of one subject, as an operator wrote them."""

from datetime import datetime, timedelta
from typing import Literal, TypeAlias

import msgspec

Operand: TypeAlias = str | float | bool
Order = Literal["greater_than", "greater_or_equal", "less_than", "less_or_equal"]
TextPart = Literal["contains", "starts_with", "ends_with"]


class Among(msgspec.Struct, frozen=True, gc=False, tag="among"):
    """`equals`, `in` and their twins: the value is one of these."""

    values: tuple[Operand, ...]
    negated: bool = False
    ignore_case: bool = False


class HasText(msgspec.Struct, frozen=True, gc=False, tag="has_text"):
    """`contains`, `not_contains`, `starts_with`, `ends_with`."""

    part: TextPart
    text: str
    negated: bool = False
    ignore_case: bool = False


class Compares(msgspec.Struct, frozen=True, gc=False, tag="compares"):
    """An order of numbers, or of instants."""

    order: Order
    number: float | None = None
    instant: datetime | None = None


class Matches(msgspec.Struct, frozen=True, gc=False, tag="matches"):
    """The regular expression (RE2 syntax, linear time) is found somewhere in the text."""

    pattern: str
    ignore_case: bool = False


class Between(msgspec.Struct, frozen=True, gc=False, tag="between"):
    """A number, or an instant, from the least to the most; both ends count."""

    numbers: tuple[float, float] | None = None
    instants: tuple[datetime, datetime] | None = None


class Age(msgspec.Struct, frozen=True, gc=False, tag="age"):
    """How long ago an instant was, in wall time or in the open time of a calendar: more than `than` (`older`), or less."""

    older: bool
    than: timedelta
    calendar: str = ""


class WithinHours(msgspec.Struct, frozen=True, gc=False, tag="within_hours"):
    """An instant lies in the open time of a calendar."""

    calendar: str


class Empty(msgspec.Struct, frozen=True, gc=False, tag="empty"):
    """The value is the empty text."""

    wanted: bool


class Absent(msgspec.Struct, frozen=True, gc=False, tag="absent"):
    """The case is known to have no value."""

    wanted: bool


class Changed(msgspec.Struct, frozen=True, gc=False, tag="changed"):
    """The event changed the field; `before` and `after` narrow from and to which values."""

    wanted: bool = True
    before: Among | None = None
    after: Among | None = None

    @property
    def ignore_case(self) -> bool:
        """Whether from and to compare texts without regard to case."""
        return any(end is not None and end.ignore_case for end in (self.before, self.after))


ValueTest: TypeAlias = Among | HasText | Compares | Matches | Between | Age | WithinHours | Empty | Absent
Test: TypeAlias = ValueTest | Changed
