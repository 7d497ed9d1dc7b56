"""What a backtest counts: values that add up, whichever process counted them."""

import heapq
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Self

import msgspec

from casewright.actions import name_of
from casewright.decision import Match
from casewright_workbench.replay.case_replay import Step

MOST_PROBLEMS: Final = 20
"""Told with their place; all are counted."""

SLA_COUNTS: Final = ("started", "met", "not_met", "breached", "cancelled")
"""What is told of a policy; a reset counts as a start."""


class Problem(msgspec.Struct, frozen=True, order=True):
    """A record that is no event: the number of its file among the places, its line (or row), and why."""

    place: int
    line: int
    problem: str


class Read(msgspec.Struct):
    """What lay in the archive."""

    events: int = 0
    """Taken; one for each id."""
    cases: int = 0
    duplicates: int = 0
    unrecognised: int = 0
    ticks: int = 0
    """Clock and schedule events of the archive: not taken, because virtual time makes them anew."""
    other_rows: int = 0
    """Rows of the lake that tell what came of events."""
    malformed: int = 0
    problems: list[Problem] = []
    from_rows: int = 0
    """Events read from rows of the lake, which leave fields out."""
    carried: set[str] = set()
    """Ids of the fields that those rows carried a value of."""
    claims: dict[str, int] = {}
    """Writes that carry a name as ours do, by the role that wrote them, where that is not the role told to be ours."""
    first: datetime | None = None
    last: datetime | None = None

    def note_time(self, at: datetime) -> None:
        """Widen the time from first to last."""
        self.first = min(self.first or at, at)
        self.last = max(self.last or at, at)

    def note_problem(self, place: int, line: int, problem: object) -> None:
        """Count a record that is no event; the first by place are kept."""
        self.malformed += 1
        self.problems = heapq.nsmallest(MOST_PROBLEMS, [*self.problems, Problem(place, line, str(problem))])

    def add(self, other: Self) -> None:
        """Take in what another counted."""
        for name in ("events", "cases", "duplicates", "unrecognised", "ticks", "other_rows", "malformed", "from_rows"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.problems = heapq.nsmallest(MOST_PROBLEMS, [*self.problems, *other.problems])
        self.carried |= other.carried
        add(self.claims, other.claims)
        for at in (other.first, other.last):
            if at is not None:
                self.note_time(at)


class Counts(msgspec.Struct):
    """What one configuration did."""

    decided: int = 0
    """Events decided, with those of clocks and schedules."""
    hits: dict[str, dict[str, int]] = {}
    """Rule, UTC day -> how often it fired."""
    effects: dict[str, int] = {}
    """Action -> how often it was asked for."""
    slas: dict[str, dict[str, int]] = {}
    """Policy, one of SLA_COUNTS -> how often."""
    shadowed: dict[str, int] = {}
    looped: dict[str, int] = {}
    overruled: dict[str, int] = {}
    """Rules that lost a field to a later one, once a field."""
    imported: int = 0
    broken: int = 0
    """Events on which the rule-set breaker tripped."""

    def note(self, step: Step) -> None:
        """Count one decision."""
        decision = step.decided.decision
        self.decided += 1
        if decision.matched:
            self._note_hits(decision.matched, step.event.at)
        _count(self.effects, (name_of(effect.action) for effect in decision.effects))
        for transition in decision.transitions:
            kind = "started" if transition.kind == "reset" else transition.kind
            if kind in SLA_COUNTS:
                _count(self.slas.setdefault(transition.policy, {}), (kind,))
        _count(self.shadowed, (match.rule for match in decision.shadowed))
        _count(self.looped, (match.rule for match in decision.looped))
        _count(self.overruled, (lost.loser for lost in decision.overruled))
        self.imported += decision.imported
        self.broken += bool(decision.broken)

    def _note_hits(self, matches: tuple[Match, ...], at: datetime) -> None:
        day = at.astimezone(UTC).date().isoformat()
        hits = self.hits
        for match in matches:
            days = hits.get(match.rule)
            if days is None:
                days = hits[match.rule] = {}
            days[day] = days.get(day, 0) + 1

    def add(self, other: Self) -> None:
        """Take in what another counted."""
        for name in self.__struct_fields__:
            mine, theirs = getattr(self, name), getattr(other, name)
            if isinstance(mine, int):
                setattr(self, name, mine + theirs)
            else:
                add(mine, theirs)


def add(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add counts by name, and by name within a name."""
    for name, count in more.items():
        if isinstance(count, int):
            into[name] = into.get(name, 0) + count
        else:
            add(into.setdefault(name, {}), count)


def _count(counts: dict[str, int], names: Iterable[str]) -> None:
    for name in names:
        counts[name] = counts.get(name, 0) + 1
