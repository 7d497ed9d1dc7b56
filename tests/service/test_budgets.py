"""Budgets: each effect of a rule is counted once, before its first attempt, and what is asked for beyond ends as over budget."""

from datetime import timedelta
from typing import Any

import pytest
from building import START, at, case_event, changed, linked, rule, text
from core_case import CREATED, updated
from hypothesis import given
from hypothesis import strategies as st
from performing import Bench

from casewright.aws.control import ControlTable
from casewright.conditions.subjects import Field
from casewright.errors import Refused, Throttled, Unavailable
from casewright.rules import instructions as do
from casewright.rules.rule import Budget

HOUR, TABLE = timedelta(hours=1), "cases"
TWO = Budget(2, HOUR)


@pytest.fixture
def bench(dynamodb: Any) -> Bench:
    return Bench(dynamodb)


def says(name: str, times: int, budget: Budget | None = TWO, **more: Any) -> Any:
    return rule(name, then=tuple(do.AddComment(text(f"{name} {number}")) for number in range(times)), budget=budget, **more)


def sets(*fields: str) -> tuple[do.Instruction, ...]:
    return tuple(do.UpdateCase((do.Assignment(Field(field), "high"),)) for field in fields)


def spent(bench: Bench, name: str) -> int:
    item = bench.dynamodb.get_item(TableName=TABLE, Key={"pk": {"S": f"budget#{name}#2026-11-16T14:00:00.000000Z"}, "sk": {"S": "budget"}})
    return int(item["Item"]["spent"]["N"]) if "Item" in item else 0


def test_what_is_asked_for_beyond_the_budget_ends_and_says_whose_and_until_when(bench: Bench) -> None:
    bench.decide(linked(says("flood", 5), says("calm", 1, None)), CREATED, updated("e", 1))
    assert bench.act("cases") == 6
    assert sorted(bench.outcomes) == [("calm", "done")] + [("flood", "done")] * 2 + [("flood", "over_budget")] * 3
    assert {row["detail"] for row in bench.lake.rows if row["status"] == "over_budget"} == {
        "rule flood has spent its budget of 2 effects per 1h; the next begins at 2026-11-16T15:00:00+00:00"
    }
    assert bench.act("cases") == 0


def test_a_spent_budget_is_counted_and_named_once_in_a_period(bench: Bench) -> None:
    bench.decide(linked(says("flood", 5)), CREATED, updated("e", 1), updated("f", 2))
    bench.time.moment = at(3)
    bench.act("cases")
    assert (bench.telemetry.counts["BudgetsSpent"], bench.telemetry.counts["EffectsOverBudget"]) == (1, 8)
    said = [facts for message, facts in bench.telemetry.lines if message == "budget spent"]
    assert said == [{"rule": "flood", "budget": "2 effects per 1h", "next": "2026-11-16T15:00:00+00:00"}]


def test_the_next_period_has_a_budget_of_its_own(bench: Bench) -> None:
    bundle = linked(says("flood", 3))
    bench.decide(bundle, CREATED, updated("e", 1))
    bench.act("cases")
    bench.decide(bundle, updated("f", 61))
    bench.time.moment = at(61)
    bench.act("cases")
    assert [status for _, status in bench.outcomes].count("done") == 4
    assert bench.telemetry.counts["BudgetsSpent"] == 2


def test_every_rule_has_a_budget_of_its_own(bench: Bench) -> None:
    bench.decide(linked(says("a", 2), says("b", 2)), CREATED, updated("e", 1))
    bench.act("cases")
    assert bench.outcomes.count(("a", "done")) == bench.outcomes.count(("b", "done")) == 2


def test_updates_that_become_one_write_count_one_by_one(bench: Bench) -> None:
    bundle = linked(rule("three", then=sets("priority", "title", "email"), budget=TWO))
    bench.decide(bundle, CREATED, updated("e", 1))
    bench.act("cases")
    assert sorted(bench.outcomes) == [("three", "done"), ("three", "done"), ("three", "over_budget")]
    [(_, _, fields, *_)] = bench.world.done
    assert len(fields) == 2


@pytest.mark.parametrize("error", [Throttled("slow"), Unavailable("no answer")])
def test_a_retry_is_not_counted_again(bench: Bench, error: Exception) -> None:
    bench.decide(linked(says("c", 1)), CREATED, updated("e", 1))
    for _ in range(4):
        bench.world.failures = iter([error])
        bench.act("cases")
        bench.time.moment += timedelta(minutes=6)
    bench.act("cases")
    assert (bench.outcomes, spent(bench, "c")) == ([("c", "done")], 1)


def test_an_attempt_that_died_is_not_counted_again(bench: Bench) -> None:
    bench.decide(linked(says("c", 1)), CREATED, updated("e", 1))
    bench.world.failures = iter([KeyboardInterrupt()])  # type: ignore[list-item]
    with pytest.raises(KeyboardInterrupt):
        bench.act("cases")
    bench.time.moment += timedelta(minutes=3)
    bench.act("cases")
    assert (bench.outcomes, spent(bench, "c")) == ([("c", "done")], 1)


def test_updates_that_were_refused_together_are_not_counted_again_one_by_one(bench: Bench) -> None:
    bench.decide(linked(rule("both", then=sets("priority", "title"), budget=TWO)), CREATED, updated("e", 1))
    bench.world.failures = iter([Refused("bad title"), Refused("bad title")])
    bench.act("cases")
    assert sorted(bench.outcomes) == [("both", "done"), ("both", "failed")]
    assert spent(bench, "both") == 2


def test_what_is_no_longer_wanted_is_not_counted(bench: Bench) -> None:
    bundle = linked(rule("late", then=sets("priority"), budget=TWO, condition=changed("vip")))
    bench.decide(bundle, CREATED, updated("e", 1, vip=True), updated("agent", 2, priority="low"))
    bench.time.moment = at(3)
    bench.act("cases")
    assert (bench.outcomes, spent(bench, "late")) == ([("late", "superseded")], 0)


def test_the_link_of_a_task_to_its_case_is_not_counted(bench: Bench) -> None:
    one = rule("call", then=(do.CreateTask("Escalations", text("Call back")),), budget=Budget(1, HOUR))
    bench.decide(linked(one), CREATED, updated("e", 1))
    bench.act("connect")
    bench.act("cases")
    assert bench.outcomes == [("call", "done"), ("call", "done")]
    assert [kind for kind, *_ in bench.world.done] == ["task", "attach"]


def test_a_larger_budget_that_is_published_lets_more_through_at_once(bench: Bench) -> None:
    bench.decide(linked(says("flood", 5)), CREATED, updated("e", 1))
    bench.act("cases")
    bench.decide(linked(says("flood", 3, Budget(4, HOUR))), updated("f", 2))
    bench.time.moment = at(3)
    bench.act("cases")
    assert [status for _, status in bench.outcomes].count("done") == 4


def test_a_performer_that_dies_before_its_claim_never_lets_more_through(bench: Bench) -> None:
    bench.decide(linked(says("flood", 3)), CREATED, updated("e", 1))
    claim = bench.ports.effects.claim

    def dies(*_what: Any, **_more: Any) -> Any:
        bench.ports.effects.claim = claim  # type: ignore[method-assign]
        raise KeyboardInterrupt

    bench.ports.effects.claim = dies  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        bench.act("cases")
    bench.act("cases")
    assert [status for _, status in bench.outcomes].count("done") == 1, "one was counted twice: fewer, never more"


def test_an_import_charges_no_budget(bench: Bench) -> None:
    from msgspec.structs import replace

    bundle = replace(linked(says("flood", 5)), importers=frozenset({"agent"}))
    bench.decide(bundle, CREATED, case_event("e", 1, changed=("status",), status="open"))
    assert (bench.act("cases"), spent(bench, "flood"), bench.world.done) == (0, 0, [])


def test_the_count_of_a_period_ends_itself_a_day_after(dynamodb: Any) -> None:
    control = ControlTable(dynamodb, TABLE)
    assert [control.spend("r", TWO, at(minutes)) for minutes in (0, 30, 59)] == [True, True, False]
    assert [control.trip("r", TWO, at(minutes)) for minutes in (59, 59.5)] == [True, False]
    assert control.spend("r", TWO, at(60))
    assert control.spend("s", TWO, at(59))
    key = {"pk": {"S": "budget#r#2026-11-16T14:00:00.000000Z"}, "sk": {"S": "budget"}}
    item = dynamodb.get_item(TableName=TABLE, Key=key)["Item"]
    assert (int(item["spent"]["N"]), int(item["expires_at"]["N"])) == (2, int(at(60 + 24 * 60).timestamp()))


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=400)), st.timedeltas(timedelta(), timedelta(days=20_000)))
def test_periods_follow_each_other_from_1970_without_a_gap(per: timedelta, since: timedelta) -> None:
    budget, moment = Budget(1, per), START + since
    begun = budget.period_at(moment)
    assert begun <= moment < begun + per
    assert budget.period_at(begun) == begun
    assert budget.period_at(begun + per) == begun + per


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (Budget(1, HOUR), "1 effect per 1h"),
        (Budget(50, timedelta(minutes=90)), "50 effects per 1h30m"),
        (Budget(2, timedelta(days=7)), "2 effects per 7d"),
        (Budget(2, timedelta(seconds=45)), "2 effects per 45s"),
    ],
)
def test_a_budget_is_said_as_it_is_written(budget: Budget, said: str) -> None:
    assert str(budget) == said
