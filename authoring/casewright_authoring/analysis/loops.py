"""Rules that set each other off without end, through what they do."""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

from casewright.rules.firing import MOST_HOPS
from casewright_authoring.analysis.checks import LOOP
from casewright_authoring.analysis.rule_sets import RuleSet
from casewright_authoring.analysis.search import possible
from casewright_authoring.analysis.steps import Step, Steps, course
from casewright_authoring.findings import Finding

ROUNDS: Final = 2
"""A way that can be gone once need be no loop: what set it off may be gone when it comes round."""


def loops(rules: RuleSet) -> Iterator[Finding]:
    """For every rule, that it can set itself off, and the shortest way back to it through others."""
    steps = Steps(rules)
    order = {name: place for place, name in enumerate(steps.names)}
    told: set[frozenset[str]] = set()
    for circle in (found for name in steps.names for found in _circles(name, steps)):
        names = frozenset(step.rule.rule.name for step in circle)
        if names not in told and possible(course(circle * ROUNDS, circle[-1].echo.trigger)):
            told.add(names)
            first = min(range(len(circle)), key=lambda place: order[circle[place].rule.rule.name])
            yield _finding(circle[first:] + circle[:first])


def _circles(name: str, steps: Steps) -> Iterator[tuple[Step, ...]]:
    yield from ((itself,) for itself in steps.between(name, name))
    ways, seen = deque[tuple[Step, ...]]([()]), {name}
    while ways:
        way = ways.popleft()
        for step in steps.after(way[-1].following.rule.name if way else name):
            reached = step.following.rule.name
            if reached in seen:
                continue
            if back := steps.between(reached, name):
                yield from ((*way, step, last) for last in back)
                return
            seen.add(reached)
            ways.append((*way, step))


def _finding(circle: Sequence[Step]) -> Finding:
    names = [step.rule.rule.name for step in circle]
    through = ", ".join(dict.fromkeys(each for step in circle for each in step.through))
    native = [step.rule.rule.name for step in circle if step.rule.rule.runs_on == "connect"]
    who = f"{names[0]!r} can set itself off" if len(names) == 1 else f"{_listed(names)} can set each other off"
    end = (
        f"nothing stops this, for Amazon Connect runs {_listed(native)}"
        if native
        else f"only the guard stops this, after {MOST_HOPS} writes"
    )
    return LOOP.found(circle[0].rule.place, f"{who}: {' -> '.join((*names, names[0]))} through {through}; {end}")


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(map(repr, names[:-1])), repr(names[-1]))))
