"""How two configurations differ on the same events: rules fired, effects asked for, promises broken."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal, Self, TypeAlias

import msgspec

from casewright.actions import Action, name_of
from casewright_workbench.backtest.tally import add
from casewright_workbench.replay.case_replay import Step

Side = Literal["config", "against"]
What = Literal["rule", "effect", "breach"]


class Difference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that one configuration did and the other did not, at one event."""

    case_id: str
    at: datetime
    event_id: str
    only_in: Side
    what: What
    name: str
    """Of the rule that fired or asked, or of the policy whose clock was breached."""
    index: int | None = None
    """Of an effect, among those of its rule."""
    action: str = ""
    asked: Action | None = None


class Differences(msgspec.Struct):
    """How many there are, by name and side."""

    cases: int = 0
    rules: dict[str, dict[str, int]] = {}
    effects: dict[str, dict[str, int]] = {}
    """By action."""
    breaches: dict[str, dict[str, int]] = {}

    def note(self, difference: Difference, *, first_of_case: bool) -> None:
        """Count one."""
        self.cases += first_of_case
        match difference.what:
            case "rule":
                counts, name = self.rules, difference.name
            case "effect":
                counts, name = self.effects, difference.action
            case "breach":
                counts, name = self.breaches, difference.name
        add(counts, {name: {difference.only_in: 1}})

    def add(self, other: Self) -> None:
        """Take in what another counted."""
        self.cases += other.cases
        for mine, theirs in ((self.rules, other.rules), (self.effects, other.effects), (self.breaches, other.breaches)):
            add(mine, theirs)


_Done: TypeAlias = tuple[str, datetime, What, str, int | None, str, bytes]
"""Event id, time, what, name, index, action, content: equal for what is the same."""


def differences(config: Sequence[Step], against: Sequence[Step]) -> Iterator[Difference]:
    """What only one of them did. Both took the same event, each with the ticks of its own before it."""
    if len(config) == len(against) and all(map(_same, config, against)):
        return
    ours, theirs = _done(config), _done(against)
    case_id = (config or against)[0].event.case_id
    yield from (_told(each, case_id, "config") for each in sorted((ours - theirs).elements(), key=_place))
    yield from (_told(each, case_id, "against") for each in sorted((theirs - ours).elements(), key=_place))


def _same(one: Step, other: Step) -> bool:
    mine, yours = one.decided.decision, other.decided.decision
    return (
        one.event.id == other.event.id
        and mine.matched == yours.matched
        and mine.effects == yours.effects
        and mine.transitions == yours.transitions
    )


def _done(steps: Sequence[Step]) -> Counter[_Done]:
    done = Counter[_Done]()
    for step in steps:
        event, decision = step.event, step.decided.decision
        done.update((event.id, event.at, "rule", match.rule, None, "", b"") for match in decision.matched)
        for effect in decision.effects:
            content = msgspec.json.encode(effect.action, order="sorted")
            done[event.id, event.at, "effect", effect.rule, effect.index, name_of(effect.action), content] += 1
        for each in decision.transitions:
            if each.kind == "breached":
                done[event.id, each.at, "breach", each.policy, None, "", b""] += 1
    return done


def _place(done: _Done) -> tuple[datetime, str, str, str, int]:
    event_id, at, what, name, index, _, _ = done
    return at, event_id, what, name, index or 0


def _told(done: _Done, case_id: str, side: Side) -> Difference:
    event_id, at, what, name, index, action, content = done
    asked: Action | None = msgspec.json.decode(content, type=Action) if content else None
    return Difference(
        case_id=case_id, at=at, event_id=event_id, only_in=side, what=what, name=name, index=index, action=action, asked=asked
    )
