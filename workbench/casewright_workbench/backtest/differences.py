"""How two configurations differ on the same events: rules fired, effects asked for, promises broken."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Final, Literal, Self, TypeAlias, get_args

import msgspec

from casewright.actions import Action, name_of
from casewright_workbench.backtest.tally import add
from casewright_workbench.replay.case_replay import Step

Side = Literal["config", "against"]
What = Literal["breach", "rule", "effect"]
_ORDER: Final[tuple[str, ...]] = get_args(What)


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


_Identity: TypeAlias = tuple[What, str, str, bytes]
"""What is the same in both: its kind, its name, its cause (an event or a transition of a clock) or key, and its content."""


def differences(config: Sequence[Step], against: Sequence[Step]) -> Iterator[Difference]:
    """What only one of them did. Both took the same event, each with the ticks of its own before it."""
    if len(config) == len(against) and all(map(_same, config, against)):
        return
    ours, theirs = dict(_done(config, "config")), dict(_done(against, "against"))
    only = [ours[each] for each in ours.keys() - theirs.keys()] + [theirs[each] for each in theirs.keys() - ours.keys()]
    yield from sorted(only, key=_place)


def _same(one: Step, other: Step) -> bool:
    mine, yours = one.decided.decision, other.decided.decision
    return (
        one.event.id == other.event.id
        and mine.matched == yours.matched
        and mine.effects == yours.effects
        and mine.transitions == yours.transitions
    )


def _done(steps: Sequence[Step], side: Side) -> Iterator[tuple[_Identity, Difference]]:
    for event, _, decided in steps:
        told = partial(Difference, case_id=event.case_id, event_id=event.id, only_in=side)
        for match in decided.decision.matched:
            cause = f"{match.trigger} {match.because or event.id}"
            yield ("rule", match.rule, cause, b""), told(at=event.at, what="rule", name=match.rule)
        for effect in decided.decision.effects:
            content = msgspec.json.encode(effect.action, order="sorted")
            action = name_of(effect.action)
            difference = told(at=event.at, what="effect", name=effect.rule, index=effect.index, action=action, asked=effect.action)
            yield ("effect", effect.rule, effect.key, content), difference
        for each in decided.decision.transitions:
            if each.kind == "breached":
                cause = f"{each.cycle} {each.at.isoformat()}"
                yield ("breach", each.policy, cause, b""), told(at=each.at, what="breach", name=each.policy)


def _place(one: Difference) -> tuple[datetime, str, int, str, int, str]:
    """By time; what a clock did before what rules made of it, a rule before its effects."""
    return one.at, one.event_id, _ORDER.index(one.what), one.name, one.index or 0, one.only_in
