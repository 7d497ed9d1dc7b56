"""SLA items of Cases: the breach of one that is not ours, told in any form, fires once; that of one of ours wakes its clock."""

import json
from datetime import datetime
from typing import Any

import pytest
from building import at, case_event, comment, envelope, equals, field, linked, rule, text
from core_case import CREATED, policy, updated
from fakes import asked_for, deciding, taken
from hypothesis import given, settings
from hypothesis import strategies as st

from casewright.asking import effect_key
from casewright.conditions.operators import Absent
from casewright.conditions.subjects import Fact
from casewright.conditions.tree import All, Leaf
from casewright.rules.instructions import Members, PutEvent
from casewright.service.decide import take
from casewright.sla.native import NativeBreach, is_among, remembered
from casewright.sla.policies import Mirror

TOLD = PutEvent("told", Members({name: text(Fact(name)) for name in ("sla.name", "sla.status", "sla.milestone")}))  # type: ignore[arg-type]
BREACHED = rule("breached", "sla_breached", then=(TOLD,))
MIRRORED = policy(mirror=Mirror(field("status"), "closed"), milestones=())
TARGET = 30.0

NESTINGS: dict[str, Any] = {
    "sla.slaConfiguration": lambda sla: {"sla": {"slaConfiguration": sla}},
    "slaConfiguration": lambda sla: {"slaConfiguration": sla},
    "sla": lambda sla: {"sla": sla},
    "Sla.SlaConfiguration": lambda sla: {"Sla": {"SlaConfiguration": sla}},
    "content.sla.slaConfiguration": lambda sla: {"content": {"sla": {"slaConfiguration": sla}}},
    "SlaConfiguration.Name": lambda sla: {"SlaConfiguration": {name[0].upper() + name[1:]: member for name, member in sla.items()}},
}


CONNECT = {"iamPrincipalArn": "arn:aws:iam::111122223333:role/AWSServiceRoleForAmazonConnect"}
EVENT_TYPES = [f"{prefix}{verb}" for prefix in ("RELATED_ITEM.", "CASE.RELATED_ITEM.") for verb in ("UPDATED", "CREATED")]


def native(  # noqa: PLR0913 -- one for each thing that varies
    event_id: str,
    minutes: float,
    *,
    event_type: str = "RELATED_ITEM.UPDATED",
    kind: str | None = "Sla",
    nesting: str = "sla.slaConfiguration",
    name: str = "native promise",
    status: str = "Overdue",
    item_id: str = "i1",
    target: float | None = TARGET,
) -> str:
    """An event about an SLA item, by default as the local cloud publishes it."""
    sla = {"name": name, "type": "CaseField", "status": status} | ({} if target is None else {"targetTime": at(target).isoformat()})
    item = {"relatedItemId": item_id, "caseId": "c1"} | ({"relatedItemType": kind} if kind is not None else {})
    detail = {"relatedItem": item | NESTINGS[nesting](sla), "changedAttributes": ["sla.slaConfiguration.status"]}
    return envelope(event_id, minutes, event_type, detail, CONNECT)


def fired(*bodies: str, policies: tuple[Any, ...] = ()) -> list[Any]:
    """What the rule for breaches put on the bus, after a case was created."""
    ports = deciding(linked(BREACHED, *policies))
    for body in (CREATED, *bodies):
        take(body, 3, ports)
    return [effect.action.detail for effect in ports.log.effects if effect.rule == "breached"]


FACTS = {"sla.name": "native promise", "sla.status": "Overdue", "sla.milestone": "breach"}


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_a_breach_is_taken_from_either_prefix_and_verb(event_type: str) -> None:
    assert fired(native("n", 31, event_type=event_type)) == [FACTS]


@pytest.mark.parametrize("kind", ["Sla", "sla", "SLA", "SlaConfiguration", None])
def test_a_breach_is_taken_whatever_the_type_is_called(kind: str | None) -> None:
    assert fired(native("n", 31, kind=kind)) == [FACTS]


@pytest.mark.parametrize("nesting", list(NESTINGS))
def test_a_breach_is_taken_wherever_the_item_tells_it(nesting: str) -> None:
    assert fired(native("n", 31, nesting=nesting)) == [FACTS]


@pytest.mark.parametrize("status", ["Overdue", "overdue", "OVERDUE"])
def test_a_breach_is_taken_however_the_status_is_written(status: str) -> None:
    assert fired(native("n", 31, status=status)) == [FACTS]


def test_a_breach_is_taken_under_the_detail_type_of_2022() -> None:
    body = native("n", 31).replace("Amazon Connect Cases Change", "Amazon Connect Cases Event")
    assert fired(body) == [FACTS]


@pytest.mark.parametrize(
    "body",
    [
        *(native("n", 31, status=status) for status in ("Active", "Met", "NotMet", "")),
        native("n", 31, event_type="RELATED_ITEM.DELETED"),
        comment("n", 31),
    ],
)
def test_nothing_else_is_a_breach(body: str) -> None:
    assert fired(body) == []


def test_one_item_and_target_time_fire_once_however_often_they_are_told() -> None:
    again = [native("n2", 32), native("n3", 33, status="OVERDUE", nesting="sla"), native("n4", 34, event_type="CASE.RELATED_ITEM.CREATED")]
    assert fired(native("n1", 31), *again) == [FACTS]


def test_another_target_time_or_another_item_fires_again() -> None:
    assert len(fired(native("n1", 31), native("n2", 61, target=60), native("n3", 62, target=60), native("n4", 63, item_id="i2"))) == 3


def test_a_breach_without_a_target_time_fires_once_for_its_item() -> None:
    assert len(fired(native("n1", 31, target=None), native("n2", 32, target=None), native("n3", 33, item_id="i2", target=None))) == 2


@pytest.mark.parametrize("untimed_first", [True, False], ids=["time told second", "time told first"])
@pytest.mark.parametrize("late", [True, False], ids=["late", "in order"])
def test_a_breach_told_once_with_and_once_without_its_target_time_fires_once(untimed_first: bool, late: bool) -> None:
    earlier, later = (
        native("n-a", 31, target=None if untimed_first else TARGET),
        native("n-b", 32, target=TARGET if untimed_first else None),
    )
    assert fired(*([later, earlier] if late else [earlier, later])) == [FACTS]


@pytest.mark.parametrize("late", [True, False], ids=["late", "in order"])
def test_a_time_that_is_told_second_is_that_of_the_breach_from_then_on(late: bool) -> None:
    untimed, timed = native("n-a", 31, target=None), native("n-b", 32)
    ports = deciding(linked(BREACHED))
    for body in (CREATED, *((timed, untimed) if late else (untimed, timed))):
        take(body, 3, ports)
    assert ports.log.heads["c1"].head.native_breaches == (NativeBreach("i1", at(TARGET)),)
    for body in (native("n-c", 33), native("n-d", 34, target=None), native("n-e", 61, target=60), native("n-f", 62, target=None)):
        take(body, 3, ports)
    assert [effect.position.event_id for effect in ports.log.effects] == ["n-b" if late else "n-a", "n-e"], "another time is another breach"


def test_a_late_breach_of_another_time_is_not_taken_for_one_that_was_told_without() -> None:
    assert len(fired(native("n-b", 61, target=None), native("n-c", 62, target=60), native("n-a", 31))) == 2


@pytest.mark.parametrize("status_then", ["open", "waiting"])
def test_a_breach_left_out_as_told_is_told_once_another_time_shows_that_it_was_not(status_then: str) -> None:
    untimed, another, timed = native("n-a", 31, target=None), native("n-c", 61, target=60), native("n-d", 62)
    open_only = rule("open-only", "sla_breached", condition=equals("status", "open"), then=(TOLD,))
    ports = deciding(linked(BREACHED, open_only))
    bodies = (CREATED, timed, untimed, updated("u", 50, status=status_then), updated("v", 61.5, status="open"), another)
    for body in bodies:
        take(body, 3, ports)
    breaches = [f"sla-item/c1/i1/{each}" for each in ("", at(TARGET).isoformat())]
    assert {effect.key for effect in ports.log.effects} == {
        effect_key(each, name, 0) for each in breaches for name in ("breached", "open-only")
    }


def test_what_a_record_of_before_holds_twice_hides_no_other_time() -> None:
    held = (NativeBreach("i1", None), NativeBreach("i1", at(TARGET)), NativeBreach("i2", None))
    assert [is_among(NativeBreach("i1", each), held) for each in (None, at(TARGET), at(60))] == [True, True, False]
    assert remembered(NativeBreach("i2", at(60)), held) == (*held[:2], NativeBreach("i2", at(60)))


def test_the_effect_is_named_by_the_item_and_its_target_whichever_event_tells_them() -> None:
    ports = deciding(linked(BREACHED))
    for body in (CREATED, native("second", 32), native("first", 31)):
        take(body, 3, ports)
    [effect] = ports.log.effects
    assert effect.key == effect_key(f"sla-item/c1/i1/{at(TARGET).isoformat()}", "breached", 0)
    assert effect.priority == 1
    first = ports.log.log["c1", "first"].decision
    assert first.late
    assert (first.effects, [match.rule for match in first.matched]) == ((), ["breached"])
    assert len(ports.log.heads["c1"].head.native_breaches) == 1


def test_a_rule_reads_the_case_as_it_is_when_the_item_is_overdue() -> None:
    vip = rule("vip", "sla_breached", condition=All((equals("priority", "high"),)))
    ports = deciding(linked(vip))
    for body in (CREATED, native("n1", 31), updated("u", 40, priority="high"), native("n2", 61, target=60)):
        take(body, 3, ports)
    assert [effect.position.event_id for effect in ports.log.effects] == ["n2"]


@pytest.mark.parametrize(
    ("policies", "target", "due"), [((), TARGET, "2026-11-16T14:30:00Z"), ((), None, ""), ((MIRRORED,), 240.5, "2026-11-16T18:00:00Z")]
)
def test_rules_read_when_a_clock_was_due_as_far_as_that_is_told(policies: tuple[Any, ...], target: float | None, due: str) -> None:
    told = PutEvent("told", Members({"due": text(Fact("sla.due_at"))}))
    waits = rule("waits", "sla_breached", condition=Leaf(Fact("sla.due_at"), Absent(wanted=False)), then=(told,))
    ports = deciding(linked(waits, *policies))
    for body in (CREATED, native("n", 241, name="resolve", target=target)):
        take(body, 3, ports)
    assert [effect.action.detail for effect in ports.log.effects if effect.rule == "waits"] == ([{"due": due}] if due else [])


def test_an_item_of_ours_only_wakes_its_clock() -> None:
    ours = native("n", 241, name="resolve", target=240.5)
    ports = deciding(linked(MIRRORED, BREACHED))
    for body in (CREATED, ours, native("again", 242, name="resolve", target=240.5)):
        take(body, 3, ports)
    [effect] = [effect for effect in ports.log.effects if effect.rule == "breached"]
    assert effect.action.detail == {"sla.name": "resolve", "sla.status": "Overdue", "sla.milestone": "breach"}
    assert ports.log.heads["c1"].head.clocks["resolve"].status == "Overdue"
    [breached] = ports.log.log["c1", "n"].decision.transitions
    assert (breached.kind, breached.at) == ("breached", at(240))


@pytest.mark.parametrize("status", ["waiting", "closed"])
def test_an_item_of_ours_says_nothing_for_a_clock_that_does_not_run(status: str) -> None:
    bodies = (updated("u", 10, status=status), native("n", 241, name="resolve", target=240))
    assert fired(*bodies, policies=(MIRRORED,)) == []


def test_an_item_of_ours_that_is_overdue_too_soon_says_nothing() -> None:
    assert fired(native("n", 200, name="resolve", target=200), policies=(MIRRORED,)) == []


def test_an_item_named_as_a_policy_is_not_ours_where_no_clock_of_the_case_is_mirrored() -> None:
    named = native("n", 31, name="resolve")
    assert fired(named, policies=(policy(milestones=()),)) == [FACTS | {"sla.name": "resolve"}]
    assert fired(named, policies=(policy(mirror=MIRRORED.mirror, condition=equals("priority", "low"), milestones=()),)) == [
        FACTS | {"sla.name": "resolve"}
    ]


BUNDLE = linked(MIRRORED, BREACHED, rule("open-only", "sla_breached", condition=equals("status", "open")))
END = at(2000)


@st.composite
def days(draw: st.DrawFn) -> list[str]:
    """A case whose status changes while Cases tells its items to be overdue, some of them more than once."""
    day = [case_event("e0", 0, "CREATED", status="open", priority="normal")]
    for number, minute in enumerate(sorted(draw(st.lists(st.integers(1, 600), min_size=1, max_size=8, unique=True))), 1):
        if draw(st.booleans()):
            day.append(updated(f"e{number}", minute, status=draw(st.sampled_from(["open", "waiting", "closed"]))))
            continue
        name, target = draw(st.sampled_from(["resolve", "native promise"])), draw(st.sampled_from([10.0, 300.0, None]))
        status, item_id = draw(st.sampled_from(["Overdue", "Overdue", "Active"])), draw(st.sampled_from(["i1", "i2"]))
        day.append(native(f"e{number}", minute, name=name, target=target, status=status, item_id=f"{name}-{item_id}"))
    return day


@settings(max_examples=200)
@given(days(), st.data())
def test_any_order_of_arrival_remembers_the_same_breaches_and_fires_each_once(day: list[str], data: st.DataObject) -> None:
    doubles = data.draw(st.lists(st.sampled_from(day), max_size=3))
    arriving: list[str | datetime] = list(data.draw(st.permutations([*day, *doubles])))
    for minute in data.draw(st.lists(st.integers(0, 900), max_size=3)):
        arriving.insert(data.draw(st.integers(0, len(arriving))), at(minute))
    true, actual = taken(BUNDLE, [*day, END]), taken(BUNDLE, [*arriving, END])
    heads = [log.heads["c1"].head for log in (true, actual)]
    assert heads[0].native_breaches == heads[1].native_breaches
    assert {name: clock.status for name, clock in heads[0].clocks.items()} == {
        name: clock.status for name, clock in heads[1].clocks.items()
    }
    asked = [{name: key for name, key in asked_for(log).items() if name[0] == "breached"} for log in (true, actual)]
    assert len(asked[1]) == sum(effect.rule == "breached" for effect in actual.effects), "each is told once"
    for item_id, times in times_told(day).items():
        assert sum(item_id in cause.split("/") for _, cause in asked[1]) <= (len(times - {None}) or 1), "and by one name"
    corrections = [each for entry in actual.log.values() for each in entry.decision.corrections]
    missing, surplus = without_other_names(*asked)
    assert missing <= {name.key for each in corrections for name in each.missing}
    assert surplus <= {name.key for each in corrections for name in each.surplus}


def times_told(day: list[str]) -> dict[str, set[str | None]]:
    """The target times told of each item."""
    times: dict[str, set[str | None]] = {}
    for item in (json.loads(body)["detail"].get("relatedItem") for body in day):
        if item:
            times.setdefault(item["relatedItemId"], set()).add(item["sla"]["slaConfiguration"].get("targetTime"))
    return times


def without_other_names(true: dict[tuple[str, str], str], actual: dict[tuple[str, str], str]) -> tuple[set[str], set[str]]:
    """The keys of what one order alone asks for, less the breaches that have another name in the other: with their time, or without."""
    missing, surplus = {name: true[name] for name in true.keys() - actual}, {name: actual[name] for name in actual.keys() - true}
    for one, other in ((missing, surplus), (surplus, missing)):
        for untimed in [cause for _, cause in one if cause.endswith("/")]:
            if timed := next((name for name in other if name[1].startswith(untimed)), None):
                del one["breached", untimed], other[timed]
    return set(missing.values()), set(surplus.values())
