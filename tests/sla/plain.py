"""Policies, cases and clocks in plain words and whole minutes: what the oracle plays with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias


@dataclass(frozen=True)
class Asks:
    """A test of a field, of `performed_by.kind` or of `related_item.type`. A comparison with an absent value is false; `not` negates."""

    subject: str
    values: frozenset[str]
    how: Literal["in", "not_in", "not"] = "in"


@dataclass(frozen=True)
class Changed:
    """The event names the field among those it changed, from this value and to that one, if any are given."""

    subject: str
    before: str | None = None
    after: str | None = None


Wish: TypeAlias = tuple[Asks | Changed, ...]
"""All of it must hold."""


@dataclass(frozen=True)
class Happens:
    """An event of one of the triggers for which the wish holds."""

    when: tuple[str, ...]
    wish: Wish = ()


@dataclass(frozen=True)
class Becomes:
    """The start that is a wish becoming true."""

    wish: Wish


@dataclass(frozen=True)
class Promise:
    """A policy. Durations are minutes; a milestone is a share of the target in percent and minutes after that."""

    name: str
    start: str | Becomes
    met: Wish | Happens
    targets: tuple[tuple[Wish, int], ...]
    applies: Wish = ()
    paused: Wish | None = None
    reset: Wish | Happens | None = None
    cancel: Wish | Happens | None = None
    assigned: Wish | None = None
    """A rule assigns it at each `case_updated` for which this holds."""
    milestones: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    calendar: str = ""


@dataclass(frozen=True)
class Moment:
    """An event of the case. `fields` is the case after it: None where the event carries none; items carry no case at all."""

    id: str
    minute: int
    trigger: str
    by: str = "user"
    item: str = ""
    changed: frozenset[str] = frozenset()
    fields: Mapping[str, str] | None = None


@dataclass
class Clock:
    """A clock in its present cycle. `due` and what comes next leave out a pause that is not over."""

    cycle: int
    begun: int
    target: int
    status: str = "Active"
    paused: int = 0
    since: int | None = None
    fired: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """What became of a promise: the clock, if there is one, and everything that fired, as (cycle, name, minute)."""

    clock: Clock | None
    due: int
    coming: tuple[tuple[int, str], ...]
    fired: tuple[tuple[int, str, int], ...]
