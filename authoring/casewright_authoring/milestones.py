"""Milestones of a policy: `{name: half, at: 50%}`, `{name: soon, before: 1h}`, `{name: late, after: 2h}`."""

import re
from datetime import timedelta
from typing import Final

from casewright.sla.clocks import KINDS
from casewright.sla.policies import BREACH, Milestone, Target
from casewright_authoring.durations import Measure
from casewright_authoring.findings import Fault, Place, Report, fault
from casewright_authoring.nodes import Mapping, Node, Scalar, Sequence, shown
from casewright_authoring.shapes import record, refuse_twice, rule_name, sequence

MILESTONE_KEYS: Final = ("at", "before", "after")

_PERCENT: Final = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,3})?)%")


def read_milestones(node: Node, targets: tuple[Target, ...], measure: Measure, report: Report) -> tuple[Milestone, ...]:
    """The milestones of a policy with these targets."""
    seen: dict[str, Place] = {}
    longest = max((row.within for row in targets), default=None)

    def read(item: Node) -> Milestone:
        milestone = _milestone(item, seen, measure, report)
        if longest is not None and longest * milestone.share + milestone.offset < timedelta():
            message = f"the milestone {milestone.name!r} would always lie before the start of the clock; the longest target is {longest}"
            raise fault(item.place, message)
        return milestone

    return report.each(read, sequence(node, "'milestones'").items)


def names_in(node: Node | None) -> tuple[str, ...]:
    """The names of milestones, whether or not the rest of them can be read."""
    items = node.items if isinstance(node, Sequence) else ()
    names = (item.get("name") for item in items if isinstance(item, Mapping))
    return tuple(name.value for name in names if isinstance(name, Scalar) and isinstance(name.value, str))


def _milestone(node: Node, seen: dict[str, Place], measure: Measure, report: Report) -> Milestone:
    given = record(node, "a milestone", report, required=("name",), optional=MILESTONE_KEYS)

    def read_name(name: Node) -> str:
        found = rule_name(name, "the name of a milestone")
        if found == BREACH:
            raise fault(name.place, f"{BREACH!r} is the due time of every clock; another name is needed")
        if found in KINDS:
            raise fault(name.place, f"{found!r} is the name of something that a clock does; another name is needed")
        refuse_twice(seen, found, name.place, "the milestone")
        return found

    name = given.read("name", read_name, None)
    moments = [key for key in MILESTONE_KEYS if given.node.get(key) is not None]
    if len(moments) != 1:
        raise fault(node.place, f"a milestone needs exactly one of at, before and after; it has {', '.join(moments) or 'none'}")
    share = given.read("at", _share, 1.0)
    before = given.read("before", lambda length: measure.duration(length, "before"), timedelta())
    after = given.read("after", lambda length: measure.duration(length, "after"), timedelta())
    if name is None:
        raise Fault(None)
    return Milestone(name, share, after - before)


def _share(node: Node) -> float:
    found = _PERCENT.fullmatch(node.value) if isinstance(node, Scalar) and isinstance(node.value, str) else None
    if found is None or not 0 < float(found[1]) <= 1000:
        raise fault(node.place, f"{shown(node)} is given for at; accepted is a share of the target such as 50%, up to 1000%")
    return float(found[1]) / 100
