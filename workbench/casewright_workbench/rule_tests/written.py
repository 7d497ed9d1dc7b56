"""A test as an operator writes it, read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

from casewright.cases.events import RelatedItem
from casewright.cases.performers import Performer
from casewright.cases.values import FieldValue
from casewright.sla.clocks import Status
from casewright_authoring.findings import Place
from casewright_workbench.explain.words import Json

BEGINS: Final = datetime(2026, 3, 2, 15, tzinfo=UTC)
"""When a test begins unless its first step says so: a Monday, 10:00 in New York."""

Did: TypeAlias = Literal["added", "updated", "removed"]

Fields: TypeAlias = Mapping[str, FieldValue]
"""Values by field id."""


@dataclass(frozen=True, slots=True)
class Stands:
    """The case as it stands before the first event; no clock runs for it."""

    template_id: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Creates:
    """Somebody creates the case."""

    template_id: str
    fields: Fields
    by: Performer


@dataclass(frozen=True, slots=True)
class Sets:
    """Somebody changes fields of the case."""

    fields: Fields
    by: Performer


@dataclass(frozen=True, slots=True)
class Deletes:
    """Somebody deletes the case."""

    by: Performer


@dataclass(frozen=True, slots=True)
class Relates:
    """Somebody adds, changes or removes something tied to the case."""

    did: Did
    item: RelatedItem
    by: Performer


@dataclass(frozen=True, slots=True)
class Waits:
    """Time passes: clocks and schedules come as they are due."""

    until: timedelta | datetime


Step: TypeAlias = Creates | Sets | Deletes | Relates | Waits


@dataclass(frozen=True, slots=True)
class Expected:
    """An effect that shall come; of its members those that are given must agree."""

    place: Place
    rule: str
    action: str
    members: dict[str, Json]


@dataclass(frozen=True, slots=True)
class ExpectedClock:
    """How a clock shall stand at the end: `absent` where none shall have started."""

    place: Place
    policy: str
    status: Status | Literal["absent", ""]
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Named:
    """A rule that shall, or shall not, have fired."""

    place: Place
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTest:
    """One test. `expect` is None where effects are not asked about; with `only`, no other effect may come."""

    name: str
    place: Place
    case: Stands | None
    steps: tuple[Step, ...]
    expect: tuple[Expected, ...] | None
    only: bool
    fired: tuple[Named, ...]
    not_fired: tuple[Named, ...]
    clocks: tuple[ExpectedClock, ...]

    @property
    def begins(self) -> datetime:
        """The time of the first event."""
        first = self.steps[0] if self.steps else None
        return first.until if isinstance(first, Waits) and isinstance(first.until, datetime) else BEGINS
