"""Of the rules whose conditions are true, those that act: schedule, our own writes, mode and `stop`."""

import hashlib
from collections.abc import Iterable
from typing import Final

import msgspec

from casewright.cases.events import Event, ScheduleDue
from casewright.cases.performers import OwnWrite
from casewright.rules.rule import Rule

MOST_HOPS: Final = 3
"""How often a rule that reacts to our own writes may be set off by one of them in a row."""


class Fired(msgspec.Struct, frozen=True):
    """What came of the rules that matched, each in order."""

    acting: tuple[Rule, ...] = ()
    shadows: tuple[Rule, ...] = ()
    """Would have acted: mode shadow, or canary and the case is not among them."""
    looped: tuple[Rule, ...] = ()
    """Would have acted again on what casewright itself did, too many times in a row."""


def fire(matched: Iterable[Rule], event: Event, *, own: OwnWrite | None) -> Fired:
    """Sort the rules that matched. `own` is the write of ours that led here, if one did. Only a rule that acts can stop those after it."""
    acting, shadows, looped = list[Rule](), list[Rule](), list[Rule]()
    for rule in matched:
        if isinstance(event.change, ScheduleDue) and "schedule" in rule.when and event.change.rule != rule.name:
            continue
        if not hears(rule, own):
            continue
        acts = acts_on(rule, event.case_id)
        if own is not None and own.hop > MOST_HOPS:
            looped += [rule] if acts else []  # what only watches is no part of a loop
        elif not acts:
            shadows.append(rule)
        else:
            acting.append(rule)
            if rule.stop:
                break
    return Fired(tuple(acting), tuple(shadows), tuple(looped))


def hears(rule: Rule, own: OwnWrite | None) -> bool:
    """Whether a rule takes note at all: of our own writes only if it says so, and never of our deletions, which carry no count of hops."""
    return own is None or (rule.reacts_to_casewright and bool(own.write_id))


def acts_on(rule: Rule, case_id: str) -> bool:
    """Whether the mode of a rule lets it act on a case. A canary acts on the same cases as every other canary of its size."""
    match rule.mode:
        case "on":
            return True
        case "canary":
            return place_of(case_id) < rule.canary_percent
        case _:
            return False


def place_of(case_id: str) -> float:
    """Where a case stands among all cases, from 0 to 100, by hash."""
    return int.from_bytes(hashlib.sha256(case_id.encode()).digest()[:4], "big") / 2**32 * 100
