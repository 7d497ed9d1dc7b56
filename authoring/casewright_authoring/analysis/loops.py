"""Rules that set each other off without end, through what they do."""

from collections import deque
from collections.abc import Iterator, Sequence

from casewright.rules.firing import MOST_HOPS
from casewright_authoring.analysis.checks import LOOP
from casewright_authoring.analysis.rule_sets import RuleSet
from casewright_authoring.analysis.search import possible
from casewright_authoring.analysis.steps import Step, Steps, course
from casewright_authoring.findings import Finding


def loops(rules: RuleSet) -> Iterator[Finding]:
    """For every rule that can set itself off, on its own or through others, the shortest way round."""
    steps = Steps(rules)
    order = {name: place for place, name in enumerate(steps.names)}
    told: set[frozenset[str]] = set()
    for name in steps.names:
        circle = _shortest(name, steps)
        names = frozenset(step.rule.rule.name for step in circle)
        if circle and names not in told and possible(course(circle, circle[-1].echo.trigger)):
            told.add(names)
            first = min(range(len(circle)), key=lambda place: order[circle[place].rule.rule.name])
            yield _finding(circle[first:] + circle[:first])


def _shortest(name: str, steps: Steps) -> tuple[Step, ...]:
    """The shortest way from a rule back to itself; empty if there is none."""
    ways = deque[tuple[Step, ...]]([()])
    seen = {name}
    while ways:
        way = ways.popleft()
        reached = way[-1].following.rule.name if way else name
        if back := steps.between(reached, name):
            return (*way, back)
        for step in steps.after(reached):
            if step.following.rule.name not in seen:
                seen.add(step.following.rule.name)
                ways.append((*way, step))
    return ()


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
