"""What every rule of a bundle made of one event: at each moment that asked it, or why nothing did."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, get_args

from casewright.bundle import LinkedBundle
from casewright.cases.events import Event, Unrecognised
from casewright.decide import facts_of, moments
from casewright.decision import Head
from casewright.rules.explaining import Asked, Outcome, ask
from casewright.rules.rule import Rule

_TOLD_FIRST: Final[tuple[str, ...]] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class Considered:
    """A rule and the moments of an event that asked it; `unasked` tells what its condition would have read where none did."""

    rule: Rule
    moments: tuple[Asked, ...]
    unasked: Asked

    @property
    def chief(self) -> Asked:
        """What a single line should tell: where it fired, before where it could not be known, before the rest."""
        return min(self.moments, key=lambda each: _TOLD_FIRST.index(each.outcome), default=self.unasked)

    @property
    def matched(self) -> bool | None:
        """True where it fired; None where it did not, and one of its moments could not be known; else False."""
        outcomes = {each.outcome for each in self.moments}
        return True if "fired" in outcomes else None if "unknown" in outcomes else False


def considered(head: Head, event: Event, bundle: LinkedBundle) -> tuple[Considered, ...]:
    """Every rule, in order, for an event that follows everything in the head; none where the event is of an unknown type."""
    if isinstance(event.change, Unrecognised):
        return ()
    asked = list(_asked(head, event, bundle))
    if asked and all(each.clock is None for each in asked[0]):
        unasked = asked[0]  # the event itself: what it did not ask was read all the same
    else:
        unasked = ask(bundle.rules, None, facts_of(head, event, bundle), own=event.own)
    return tuple(
        Considered(idle.rule, tuple(moment[place] for moment in asked if moment[place].trigger), idle) for place, idle in enumerate(unasked)
    )


def _asked(head: Head, event: Event, bundle: LinkedBundle) -> Iterator[tuple[Asked, ...]]:
    for moment in moments(head, event, bundle):
        yield ask(bundle.rules, moment.trigger, moment.facts, own=moment.own)
