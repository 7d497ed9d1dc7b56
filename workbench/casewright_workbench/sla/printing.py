"""The clocks of a case on the terminal: a bar, and a line for each thing a clock did."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final

from rich.text import Text
from rich.tree import Tree

from casewright.cases.events import Event
from casewright.cases.subscriptions import AFTER_ALL_ELSE
from casewright.sla.clocks import Status, Transition
from casewright_workbench.console import wording
from casewright_workbench.console.durations import as_duration
from casewright_workbench.console.names import Names
from casewright_workbench.explain.words import duration, second
from casewright_workbench.sla.absences import Absence
from casewright_workbench.sla.courses import Course, Cycle, Turn
from casewright_workbench.sla.spans import Span

VERBS: Final = {"not_met": "ended late", "met": "met in time"}
STYLES: Final[dict[Status, str]] = {
    "Active": "green",
    "Paused": "yellow",
    "Overdue": "bold red",
    "Met": "green",
    "NotMet": "red",
    "Cancelled": "dim",
}
_SIGNS: Final = {"Active": "█", "Paused": "░", "Overdue": "▓"}
_WIDTH: Final = 60


def course_tree(course: Course, names: Names) -> Tree:
    """One policy with its clock, cycle after cycle."""
    tree = Tree(Text(course.policy, "bold"), guide_style="dim")
    for cycle in course.cycles:
        branch = tree.add(_heading(cycle))
        branch.add(_bar(cycle.spans))
        for turn in cycle.turns:
            _add_turn(branch, turn, names)
        if cycle.shares:
            branch.add(_shares(cycle, names))
    for did in course.untrue:
        tree.add(
            Text(f"Told then, and not so since a late event came: {verb(did)} at {second(did.at)}, due {second(did.due_at)}", "yellow")
        )
    return tree


def absence_tree(absence: Absence, names: Names) -> Tree:
    """A policy that has no clock on the case."""
    tree = Tree(Text.assemble((absence.policy, "bold"), "  no clock", (f"  {absence.never}" if absence.never else "", "dim")))
    for each in absence.attempts:
        tree.add(Text.assemble(*_event(each.event, names), "  ", (f"{each.reason.part}: {each.reason.text}", "yellow")))
    return tree


def verb(did: Transition) -> str:
    """What a clock did, in words."""
    return f"milestone {did.milestone}" if did.kind == "milestone" else VERBS.get(did.kind, did.kind)


def _heading(cycle: Cycle) -> Text:
    clock = cycle.clock
    calendar = f" of {clock.policy.calendar}" if clock.policy.calendar else ""
    return Text.assemble(
        f"cycle {clock.cycle}  ",
        (clock.status, STYLES[clock.status]),
        f"  due {second(clock.due_at)}  target {duration(clock.target)}{calendar}  {_used(cycle.used, cycle.left)}",
        (f"  policy of bundle {cycle.bundle}", "dim"),
    )


def _bar(stood: tuple[Span, ...]) -> Text:
    """One sign a part of the whole, at least one a span; Active, Paused and Overdue with their wall time."""
    whole = sum((each.end - each.start for each in stood), timedelta())
    bar, times = Text(), dict[Status, timedelta]()
    for each in stood:
        length = each.end - each.start
        bar.append(_SIGNS[each.status] * max(1, round(_WIDTH * length / whole)), STYLES[each.status])
        times[each.status] = times.get(each.status, timedelta()) + length
    for status, time in times.items():
        bar.append(f"  {_SIGNS[status]} {status} {as_duration(time)}", STYLES[status])
    return bar


def _add_turn(branch: Tree, turn: Turn, names: Names) -> None:
    did = turn.did
    line = Text.assemble(
        (second(did.at), "dim"),
        "  ",
        (f"{verb(did):<16}", "bold"),
        (f"  {did.status:<9}", STYLES[did.status]),
        f"  due {second(did.due_at)}  {_used(turn.used, turn.left)}  ",
        *_event(turn.event, names),
        ("  late" if turn.late else "", "yellow"),
        ("" if turn.was_told else "  known since a late event came", "yellow"),
        ("  told before: no rule was asked" if did.silent else "", "yellow"),
    )
    entry = branch.add(line)
    for reason in turn.reasons:
        entry.add(Text(f"{reason.part}: {reason.text}", "dim"))


def _used(used: timedelta | None, left: timedelta | None) -> str:
    if used is None or left is None:
        return "its calendar cannot tell the time used"
    return f"used {as_duration(used)}, " + (f"{as_duration(left)} left" if left >= timedelta() else f"{as_duration(-left)} over")


def _event(event: Event, names: Names) -> Iterator[str | tuple[str, str]]:
    by = wording.by(event, names)
    yield wording.told(event, names)[0] + (f" by {by}" if by else "")
    if not event.id.startswith(AFTER_ALL_ELSE):  # an id of our own would only say the line again
        yield f"  {event.id}", "dim"


def _shares(cycle: Cycle, names: Names) -> Text:
    whole = sum((each.time for each in cycle.shares), timedelta())
    parts: Iterable[str] = (
        f"{names.resource(each.queue) or 'no queue'} {as_duration(each.time)} ({each.time / whole:.0%})" for each in cycle.shares
    )
    return Text(f"time by queue: {', '.join(parts)}")
