"""One case, event after event, deciding as production does, with the clocks and schedules that come in between."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from casewright.bundle import LinkedBundle
from casewright.cases.events import Event, Position, Unrecognised
from casewright.decide import Decided, blank, decide
from casewright.decision import Head
from casewright_workbench.replay.ticks import Ticks, scheduled, still_due

_LAST_ID: Final = "\U0010ffff"
"""Sorts after the id of every event."""


class Step(NamedTuple):
    """An event that was decided: the head it met, and what came of it."""

    event: Event
    before: Head
    decided: Decided


class CaseReplay:
    """The events of one case, given in the order of their positions."""

    def __init__(self, case_id: str, bundle: LinkedBundle) -> None:
        self.head = blank(case_id)
        self._bundle = bundle
        self._ticks: Ticks | None = None

    def take(self, event: Event) -> list[Step]:
        """Decide on what falls due before the event, then on the event.

        An event of an unknown type, and a clock event that no clock waits for, decide nothing themselves.
        """
        steps = list(self._due_before(event.position))
        if not isinstance(event.change, Unrecognised) and still_due(event, self.head):
            steps.append(self._decide(event))
            self._ticks = self._ticks or Ticks(event, scheduled(self._bundle.rules))
        return steps

    def until(self, moment: datetime) -> list[Step]:
        """Decide on what falls due up to and at a moment."""
        return list(self._due_before(Position(moment, _LAST_ID)))

    def _due_before(self, position: Position) -> Iterator[Step]:
        while self._ticks and (tick := self._ticks.before(position, self.head)):
            yield self._decide(tick)

    def _decide(self, event: Event) -> Step:
        before = self.head
        decided = decide(before, event, self._bundle)
        self.head = decided.head
        return Step(event, before, decided)
