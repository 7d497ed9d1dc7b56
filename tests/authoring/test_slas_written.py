# ruff: noqa: E501  # tables of what is refused, one row a line
"""SLA policies: what they compile to, and what is refused where."""

from datetime import timedelta

import pytest
from small_directory import Compile, Complain

from casewright.conditions.operators import Among, Changed
from casewright.conditions.subjects import Fact, Field
from casewright.conditions.tree import ALWAYS, Leaf, Not
from casewright.sla.policies import Happening, Milestone, Mirror, Policy, StartsAssigned, StartsOn, StartsWhen, Target
from casewright_authoring.durations import duration
from casewright_authoring.findings import Fault, Place
from casewright_authoring.nodes import Scalar

CLOSED = Leaf(Field("status"), Among(("closed",)))
HOUR = timedelta(hours=1)


def test_a_policy_compiles_with_everything_it_says(compiled: Compile) -> None:
    text = """\
        - sla: full
          if: {template: Billing}
          start: case_created
          pause_while: {status: {in: [Waiting]}}
          met_when: {status: closed}
          reset: {status: {changed: {from: closed}}}
          cancel: {not: {vip: true}}
          target:
            - {if: {priority: high}, within: 1h30m}
            - {within: 2d}
          milestones: [{name: half, at: 50%}, {name: soon, before: 1h}, {name: late, after: 90s}]
          native: true
        """
    [policy] = compiled({"slas.yaml": text}).bundle.policies
    assert policy == Policy(
        name="full",
        condition=Leaf(Fact("template"), Among(("Billing",))),
        start=StartsOn("case_created"),
        pause_while=Leaf(Field("status"), Among(("Waiting",))),
        met_when=CLOSED,
        reset=Leaf(Field("status"), Changed(before=Among(("closed",)))),
        cancel=Not(Leaf(Field("vip"), Among((True,)))),
        target=(Target(timedelta(minutes=90), Leaf(Field("priority"), Among(("high",)))), Target(timedelta(days=2))),
        milestones=(Milestone("half", 0.5), Milestone("soon", 1.0, -HOUR), Milestone("late", 1.0, timedelta(seconds=90))),
        mirror=Mirror(Field("status"), "closed"),
    )


@pytest.mark.parametrize(
    ("start", "meant"),
    [
        ("assigned", StartsAssigned()),
        ("related_item_added", StartsOn("related_item_added")),
        ("{becomes: {status: closed}}", StartsWhen(CLOSED)),
        ("{becomes: {template: Billing}}", StartsWhen(Leaf(Fact("template"), Among(("Billing",))))),
    ],
)
def test_a_clock_starts_in_three_ways(compiled: Compile, start: str, meant: object) -> None:
    [policy] = compiled({"slas.yaml": f"- {{sla: a, start: {start}, met_when: {{vip: true}}, target: [{{within: 1h}}]}}"}).bundle.policies
    assert policy.start == meant
    assert (policy.condition, policy.mirror) == (ALWAYS, None)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{status: closed}", CLOSED),
        ("{when: related_item_added}", Happening(("related_item_added",))),
        ("{when: [case_updated, related_item_added], if: {status: closed}}", Happening(("case_updated", "related_item_added"), CLOSED)),
    ],
)
def test_a_clock_waits_for_a_condition_or_for_what_happens(compiled: Compile, written: str, meant: object) -> None:
    [policy] = compiled(one(met_when=written, reset=written, cancel=written)).bundle.policies
    assert (policy.met_when, policy.reset, policy.cancel) == (meant, meant, meant)


def one(**changed: str) -> dict[str, str]:
    """A policy, one key a line: sla on line 1, start on 2, met_when on 3, target on 4, what is added on 5."""
    keys = {"sla": "a", "start": "case_created", "met_when": "{status: closed}", "target": "[{within: 1h}]"} | changed
    lines = [f"{key.rstrip('_')}: {value}" for key, value in keys.items()]
    return {"slas.yaml": "- " + "\n  ".join(lines) + "\n"}


HAPPENS = "accepted are case_updated, related_item_added, related_item_updated, related_item_removed"
STARTS = "accepted are case_created, case_updated, related_item_added, related_item_updated, related_item_removed, assigned"
DURATION = "accepted is a duration such as 45s, 90m, 4h, 1h30m or 2d, up to 3650d"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"calendar": "support"}, "5:13: unknown calendar 'support'; none is defined"),
        ({"start": "case_deleted"}, f"2:10: 'case_deleted' cannot stand here; {STARTS}"),
        ({"start": "sla_breached"}, f"2:10: 'sla_breached' cannot stand here; {STARTS}"),
        ({"start": "{becoms: {vip: true}}"}, "2:11: 'becoms' is given for start; accepted is {becomes: a condition}"),
        ({"start": "{becomes: {comment.body: x}}"}, "2:20: this never turns true: it asks only about the event itself (comment.body); accepted is to start with a trigger and say this in 'if', or to ask about a case field too"),
        ({"reset": "{performed_by.kind: user}"}, "5:10: this never turns true: it asks only about the event itself (performed_by.kind); accepted is {when: a trigger, if: this}, or to ask about a case field too"),
        ({"reset": "{when: case_created}"}, f"5:17: 'case_created' cannot stand here; {HAPPENS}"),
        ({"met_when": "{when: case_updated, if: {comment.body: x}}"}, "3:39: 'comment.body' has no value in an 'if' beside case_updated; it comes with related_item_added or related_item_updated or related_item_removed"),
        ({"met_when": "{when: related_item_added, if: {status: {changed: true}}}"}, "3:54: 'changed' is never true in an 'if' beside related_item_added; fields change with case_updated or sla_met"),
        ({"met_when": "{when: case_updated, status: closed}"}, "3:34: unknown key of what happens 'status'; accepted are when, if"),
        ({"native": "true", "met_when": "{when: case_updated, if: {status: closed}}"}, "5:11: native: true needs a met_when that is one field equal to one value, such as {status: closed}"),
        ({"start": "assigned", "if_": "{vip: true}"}, "5:7: an SLA that rules assign has no 'if': the condition of the rule decides"),
        ({"if_": "{comment.body: x}"}, "5:8: 'comment.body' has no value in the 'if' of a policy started by case_created; it comes with related_item_added or related_item_updated or related_item_removed"),
        ({"pause_while": "{sla.status: Met}"}, "5:17: 'sla.status' has no value in an SLA policy; it comes with sla_milestone or sla_breached or sla_met"),
        ({"target": "[{within: 4}]"}, f"4:21: the number 4 is given for within; {DURATION}"),
        ({"target": "[{within: 4 h}]"}, f"4:21: the text '4 h' is given for within; {DURATION}"),
        ({"target": "[{within: 0m}]"}, f"4:21: 0m is given for within; {DURATION}, and longer than nothing"),
        ({"target": "[]"}, "4:11: an empty list is given for 'target'; at least one is needed"),
        ({"target": "[{within: 1h}, {if: {vip: true}, within: 2h}]"}, "4:26: this row is never reached: the row before it has no 'if' and always holds"),
        ({"target": "[{if: {vip: true}}]"}, "4:12: a row of 'target' needs the key 'within'; it has if"),
        ({"milestones": "[{name: soon, before: 2h}]"}, "5:16: the milestone 'soon' would always lie before the start of the clock; the longest target is 1:00:00"),
        ({"milestones": "[{name: soon}]"}, "5:16: a milestone needs exactly one of at, before and after; it has none"),
        ({"milestones": "[{name: soon, at: 50%, after: 1h}]"}, "5:16: a milestone needs exactly one of at, before and after; it has at, after"),
        ({"milestones": "[{name: half, at: 0.5}]"}, "5:33: the number 0.5 is given for at; accepted is a share of the target such as 50%, up to 1000%"),
        ({"milestones": "[{name: breach, at: 50%}]"}, "5:23: 'breach' is the due time of every clock; another name is needed"),
        *(({"milestones": f"[{{name: {kind}, at: 50%}}]"}, f"5:23: '{kind}' is the name of something that a clock does; another name is needed") for kind in ("met", "breached", "started", "paused", "reset")),
        ({"native": "true", "met_when": "{status: {in: [closed, open]}}"}, "5:11: native: true needs a met_when that is one field equal to one value, such as {status: closed}"),
        ({"native": "true", "met_when": "{status: closed, vip: true}"}, "5:11: native: true needs a met_when that is one field equal to one value, such as {status: closed}"),
        ({"native": "true", "met_when": "{template: Billing}"}, "5:11: native: true needs a met_when that is one field equal to one value, such as {status: closed}"),
        ({"native": "true", "met_when": "{assigned_queue: Escalations}"}, "5:11: native: true cannot wait for 'assigned_queue', which holds a queue or user; accepted is any other field"),
        ({"native": "true", "target": "[{within: 731d}]"}, "5:11: native: true cannot show a target of 731 days, 0:00:00; Cases accepts up to 730 days"),
        ({"pause_when": "{vip: true}"}, "5:3: unknown key of an SLA 'pause_when' (did you mean 'pause_while'?); accepted are sla, start, met_when, target, if, pause_while, reset, cancel, calendar, milestones, native"),
    ],
)  # fmt: skip
def test_a_policy_is_refused_at_its_place(complaints: Complain, changed: dict[str, str], expected: str) -> None:
    assert complaints(one(**changed)) == [f"slas.yaml:{expected}"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("45s", timedelta(seconds=45)), ("90m", timedelta(minutes=90)), ("1h30m", timedelta(minutes=90)), ("2d", timedelta(days=2)), ("1d2h3m4s", timedelta(1, 7384))],
)  # fmt: skip
def test_a_duration_is_days_hours_minutes_seconds(written: str, meant: timedelta) -> None:
    assert duration(Scalar(Place("a", 1, 1), written, written, written), "x") == meant


@pytest.mark.parametrize("written", ["", "h", "4", "4H", "4 h", "30m1h", "-4h", "1.5h", "4w", "999999d", "٤h", "4h\n"])
def test_what_is_no_duration_is_refused(written: str) -> None:
    with pytest.raises(Fault):
        duration(Scalar(Place("a", 1, 1), written, written, written), "x")
