"""Whatever order and however often events arrive: one final state, and every difference of effects is listed.

The oracle is the same day taken in its true order.
"""

from datetime import datetime

import msgspec
from building import at, case_event, changed, comment, equals, linked, rule
from core_case import policy
from fakes import FakeLog, asked_for, taken
from hypothesis import given, settings
from hypothesis import strategies as st

from casewright.conditions.tree import All
from casewright.decision import Head
from casewright.rules.instructions import AssignSla
from casewright.sla.policies import StartsAssigned

BUNDLE = linked(
    policy(),
    policy(name="assigned", start=StartsAssigned(), reset=None),
    rule("hello", "case_created"),
    rule("raised", condition=changed("priority", "normal", "high")),
    rule("assign", condition=equals("priority", "high"), then=(AssignSla("assigned"),)),
    rule("talk", "related_item_added", condition=All((equals("status", "open"),))),
    rule("late", "sla_breached"),
    rule("warn", "sla_milestone"),
    rule("met", "sla_met"),
)
END = at(2000)


@st.composite
def days(draw: st.DrawFn) -> list[str]:
    """One case's day: created, then changes and comments at distinct times."""
    minutes = sorted(draw(st.lists(st.integers(1, 900), min_size=1, max_size=8, unique=True)))
    fields: dict[str, str] = {"status": "open", "priority": "normal"}
    day = [case_event("e0", 0, "CREATED", **fields)]
    for number, minute in enumerate(minutes, 1):
        if draw(st.booleans()):
            day.append(comment(f"e{number}", minute))
            continue
        name = draw(st.sampled_from(["status", "status", "priority", "assigned_queue"]))
        values = {"status": ["open", "waiting", "closed"], "priority": ["low", "normal", "high"], "assigned_queue": ["", "q1", "q2"]}[name]
        fields[name] = draw(st.sampled_from(values))
        day.append(case_event(f"e{number}", minute, changed=(name,), **fields))
    return day


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[str], list[str | datetime]]:
    """A day, and the same in another order, with duplicates, and with sweeps of the clocks in between."""
    day = draw(days())
    shuffled: list[str | datetime] = list(draw(st.permutations([*day, *draw(st.lists(st.sampled_from(day), max_size=3))])))
    for minute in draw(st.lists(st.integers(0, 1500), max_size=4)):
        shuffled.insert(draw(st.integers(0, len(shuffled))), at(minute))
    return day, shuffled


def state(log: FakeLog) -> tuple[object, ...]:
    """What must be equal: the case, its field changes and its clocks; not which of our own ticks came last."""
    head: Head = log.heads["c1"].head
    clocks = {name: msgspec.structs.replace(clock, fired=tuple(sorted(clock.fired))) for name, clock in head.clocks.items()}
    return head.case.fields, head.case.template_id, head.case.deleted, head.field_changes, clocks


@given(arrivals())
@settings(max_examples=200)
def test_any_order_gives_one_state_and_lists_every_difference(given_day: tuple[list[str], list[str | datetime]]) -> None:
    day, arriving = given_day
    true, actual = taken(BUNDLE, [*day, END]), taken(BUNDLE, [*arriving, END])
    assert state(actual) == state(true)
    expected, done = asked_for(true), asked_for(actual)
    assert len(actual.effects) == len({effect.key for effect in actual.effects}), "an effect was asked for twice"
    assert len(actual.effects) == len(done), "what was told of a cycle was told again"
    corrections = [each for entry in actual.log.values() for each in entry.decision.corrections]
    surplus, missing = ({name.key for each in corrections for name in getattr(each, side)} for side in ("surplus", "missing"))
    assert {key for name, key in done.items() if name not in expected} <= surplus
    assert {key for name, key in expected.items() if name not in done} <= missing
    if all(not entry.decision.late for entry in actual.log.values()):
        assert done == expected
