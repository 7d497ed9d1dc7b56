"""A test played: its events with a fake clock, and everything that clocks, schedules and the writes of casewright add to them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from casewright import actions
from casewright.bundle import LinkedBundle
from casewright.cases.events import ClockDue, Event, Position, ScheduleDue
from casewright.decide import Decided, blank, decide
from casewright.decision import Head
from casewright.service.decide import is_idle
from casewright.service.sweep import still_due
from casewright_workbench.explain.considering import Considered, considered
from casewright_workbench.explain.effects import Told, effects
from casewright_workbench.explain.words import Words
from casewright_workbench.replay.ticks import Ticks, scheduled
from casewright_workbench.rule_tests.case import CASE_ID, TestedCase
from casewright_workbench.rule_tests.written import RuleTest, Waits

_LAST_ID: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Taken:
    """One event of a test, what every rule made of it, and what was asked for."""

    event: Event
    decided: Decided
    rules: tuple[Considered, ...]
    effects: tuple[Told, ...]


@dataclass(slots=True)
class Played:
    """All that happened in a test."""

    head: Head = field(default_factory=lambda: blank(CASE_ID))
    taken: list[Taken] = field(default_factory=list)


def as_if_on(bundle: LinkedBundle) -> LinkedBundle:
    """The bundle with its shadowed rules and canaries acting: a test says what they do once they are on."""
    rules = (replace(rule, mode="on") if rule.mode in ("shadow", "canary") else rule for rule in bundle.rules)
    return replace(bundle, rules=tuple(rules))


def play(test: RuleTest, bundle: LinkedBundle, words: Words) -> Played:
    """Play a test from its beginning."""
    player = _Player(bundle, words, test.begins)
    if test.case is not None:
        player.take(player.case.stands(test.case, test.begins))
    for step in test.steps:
        if isinstance(step, Waits):
            player.wait(step.until if isinstance(step.until, datetime) else player.now + step.until)
        else:
            player.take(player.case.event(step, player.now))
    return player.played


class _Player:
    def __init__(self, bundle: LinkedBundle, words: Words, begins: datetime) -> None:
        self.case, self.played, self.now = TestedCase(bundle.included_field_ids), Played(), begins
        self._bundle, self._words = bundle, words
        self._rules = {rule.name: rule for rule in bundle.rules}
        self._ticks: Ticks | None = None

    def take(self, event: Event) -> None:
        """Decide on an event, and at once on what performing its effects does to the case."""
        self._decide(event)
        self._ticks = self._ticks or Ticks(event, scheduled(self._bundle.rules))

    def wait(self, until: datetime) -> None:
        """Let everything happen that is due up to and at a moment; no other time passes."""
        self.now = max(self.now, until)
        while self._ticks and (tick := self._ticks.before(Position(self.now, _LAST_ID), self.played.head)):
            self._decide(tick)

    def _decide(self, event: Event) -> None:
        head, change = self.played.head, event.change
        if isinstance(change, ClockDue) and not still_due(change, event, head):
            return
        decided = decide(head, event, self._bundle)
        told = tuple(each for each in effects(decided.decision, self._rules, self._words) if not each.rule.startswith("sla:"))
        self.played.taken.append(Taken(event, decided, considered(head, event, self._bundle), told))
        if isinstance(change, ScheduleDue) and is_idle(decided.decision):
            return
        self.played.head = decided.head
        for own in self._performed(decided, event.at):
            self._decide(own)

    def _performed(self, decided: Decided, at: datetime) -> Iterator[Event]:
        asked = [effect for effect in decided.decision.effects if not effect.imported]
        if (written := self.case.performed(asked, at)) is not None:
            yield written
        for effect in asked:
            if isinstance(effect.action, actions.AddComment):
                yield self.case.commented(effect, at)
