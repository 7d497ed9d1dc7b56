"""What a test says of a reading, as long as it does not look at the time."""

from datetime import UTC, datetime
from typing import Final, TypeAlias

from casewright.cases.events import Event, ScheduleDue
from casewright.cases.performers import Performer
from casewright.cases.state import Case
from casewright.conditions.holding import value_holds
from casewright.conditions.operators import ValueTest
from casewright.conditions.subjects import Facts, Reading

Verdicts: TypeAlias = frozenset[bool | None]

TRUE: Final[Verdicts] = frozenset({True})
FALSE: Final[Verdicts] = frozenset({False})
NOT_TRUE: Final[Verdicts] = frozenset({False, None})
NOT_FALSE: Final[Verdicts] = frozenset({True, None})

SOME_INSTANT: Final = datetime(2000, 1, 1, tzinfo=UTC)

_NO_MOMENT: Final = Facts(
    Event("", SOME_INSTANT, "", "", "", "", "", Performer(), ScheduleDue("")), before=Case(""), after=Case(""), included=frozenset()
)


def verdict_of(test: ValueTest, reading: Reading) -> bool | None:
    """What the test says; not to be asked of an instant with a test of its age or of opening hours."""
    return value_holds(test, reading, _NO_MOMENT)
