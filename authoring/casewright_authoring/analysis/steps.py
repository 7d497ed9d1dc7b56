"""Which rule may set which other off by what it does."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from casewright.conditions.triggers import Trigger
from casewright_authoring.analysis.echoes import Echo, after, echoes
from casewright_authoring.analysis.formulas import Every, Formula
from casewright_authoring.analysis.moments import Moment
from casewright_authoring.analysis.needs import Needs, needs_of, plainly_apart
from casewright_authoring.analysis.rule_sets import PlacedRule, RuleSet
from casewright_authoring.analysis.search import possible

ECHOED: Final[tuple[Trigger, ...]] = ("case_updated", "related_item_added", "case_created")
"""The triggers that what a rule does can come back as. A clock of a case ends once, so that rules set off by clocks come to an end too."""


@dataclass(frozen=True, slots=True)
class Step:
    """A rule sets another off by an echo of what it does."""

    rule: PlacedRule
    echo: Echo
    following: PlacedRule

    @property
    def through(self) -> tuple[str, ...]:
        """What connects the two: the written fields that the other asks about, or all of them if it asks about none."""
        if self.echo.shown:
            return (self.echo.shown,)
        written = [each.field for each in self.echo.written.values()]
        return tuple(each.name for each in written if each in self.following.subjects) or tuple(each.name for each in written)


def course(steps: Sequence[Step], trigger: Trigger) -> Formula:
    """That the first rule is set off by the trigger, and each following one by the echo before it."""
    moment = Moment(trigger)
    parts: list[Formula] = [moment.asks(steps[0].rule.rule.condition)]
    for step in steps:
        moment, known = after(moment, step.rule.rule, step.echo)
        parts += (known, moment.asks(step.following.rule.condition))
    return Every(tuple(parts))


class Steps:
    """The steps between rules that something of ours can set off; each is looked for when it is asked for."""

    def __init__(self, rules: RuleSet) -> None:
        mirrored = frozenset(each.policy.name for each in rules.policies if each.policy.mirror is not None)
        some_native = any(each.rule.runs_on == "connect" for each in rules.acting)
        among = (each for each in rules.acting if each.rule.reacts_to_casewright or some_native)
        self._actors = {each.rule.name: _Actor.of(each, mirrored=mirrored) for each in among}
        self._between: dict[tuple[str, str], tuple[Step, ...]] = {}
        self._after: dict[str, tuple[Step, ...]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The rules, in firing order."""
        return tuple(self._actors)

    def after(self, name: str) -> Iterator[Step]:
        """Every step that the rule may take, in firing order of the rules it leads to."""
        if name not in self._after:
            found = list[Step]()
            for other in self._actors:
                for step in self.between(name, other):
                    found.append(step)
                    yield step
            self._after[name] = tuple(found)
        else:
            yield from self._after[name]

    def between(self, name: str, other: str) -> tuple[Step, ...]:
        """The steps from one rule to another that echoes allow: one on the case itself, and one to a case that the rule creates."""
        if (name, other) not in self._between:
            steps = (_step(self._actors[name], self._actors[other], to_new_case=to_new_case) for to_new_case in (False, True))
            self._between[name, other] = tuple(filter(None, steps))
        return self._between[name, other]


@dataclass(frozen=True, slots=True)
class _Actor:
    """A rule, its echoes, and what its condition plainly needs: at the moment that sets it off, and were it the moment after."""

    rule: PlacedRule
    echoes: tuple[Echo, ...]
    needs: Mapping[Trigger, Needs]
    needs_after: Mapping[Trigger, Needs]

    @classmethod
    def of(cls, rule: PlacedRule, *, mirrored: frozenset[str]) -> "_Actor":
        """Prepare a rule."""
        triggers = [trigger for trigger in rule.rule.when if trigger in ECHOED]
        needs, needs_after = (
            {trigger: needs_of(Moment(trigger, index).asks(rule.rule.condition)) for trigger in triggers} for index in (0, 1)
        )
        return cls(rule, tuple(echoes(rule.rule, mirrored=mirrored)), needs, needs_after)


def _step(actor: _Actor, other: _Actor, *, to_new_case: bool) -> Step | None:
    if not (other.rule.rule.reacts_to_casewright or "connect" in (actor.rule.rule.runs_on, other.rule.rule.runs_on)):
        return None
    for echo in actor.echoes:
        step, needed = Step(actor.rule, echo, other.rule), other.needs_after.get(echo.trigger)
        if bool(echo.template_id) is not to_new_case or needed is None:
            continue
        if any(
            (to_new_case or not plainly_apart(needs, needed, changing=echo.changing)) and possible(course((step,), trigger))
            for trigger, needs in actor.needs.items()
        ):
            return step
    return None
