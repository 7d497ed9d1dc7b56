"""One case, event after event, deciding as production does, with the clocks and schedules that come in between."""

from datetime import datetime
from typing import Final, NamedTuple

from casewright.bundle import LinkedBundle
from casewright.cases.events import ClockDue, Event, Position, ScheduleDue, Unrecognised
from casewright.decide import Decided, blank, decide
from casewright.decision import Head
from casewright.rules.rule import Rule
from casewright.service.decide import is_idle
from casewright.service.sweep import still_due
from casewright_workbench.replay.ticks import Ticks, scheduled

_LAST_ID: Final = "\U0010ffff"
"""Sorts after the id of every event."""


class Step(NamedTuple):
    """An event that was decided: the head it met, and what came of it."""

    event: Event
    before: Head
    decided: Decided


class CaseReplay:
    """The events of one case, given in the order of their positions."""

    def __init__(self, case_id: str, bundle: LinkedBundle, *, schedules: tuple[Rule, ...] | None = None) -> None:
        """`schedules` are the rules of the bundle that `scheduled` gives, where they are known already."""
        self.head = blank(case_id)
        self._bundle = bundle
        self._schedules = scheduled(bundle.rules) if schedules is None else schedules
        self._ticks: Ticks | None = None

    def take(self, event: Event) -> list[Step]:
        """Decide on what falls due before the event, then on the event.

        As in production, an event of an unknown type decides nothing, nor does a clock event that no clock waits for, nor a schedule
        that asks for nothing.
        """
        if isinstance(event.change, Unrecognised):
            return []
        steps = self._due_before(event.position)
        if step := self._decided(event):
            steps.append(step)
        self._ticks = self._ticks or Ticks(event, self._schedules)
        return steps

    def until(self, moment: datetime) -> list[Step]:
        """Decide on what falls due up to and at a moment."""
        return self._due_before(Position(moment, _LAST_ID))

    def _due_before(self, position: Position) -> list[Step]:
        steps: list[Step] = []
        while self._ticks and (tick := self._ticks.before(position, self.head)):
            if step := self._decided(tick):
                steps.append(step)
        return steps

    def _decided(self, event: Event) -> Step | None:
        before = self.head
        if isinstance(event.change, ClockDue) and not still_due(event.change, event, before):
            return None
        decided = decide(before, event, self._bundle)
        if isinstance(event.change, ScheduleDue) and is_idle(decided.decision):
            return None
        self.head = decided.head
        return Step(event, before, decided)
