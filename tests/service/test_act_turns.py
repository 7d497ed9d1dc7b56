"""Turns: who comes next is counted by what is written, whatever is over budget, overruled, refused or repeated on the way."""

from datetime import timedelta
from typing import Any

import pytest
from building import at, case_event, changed, linked, rule
from core_case import updated
from msgspec.structs import replace
from performing import Bench

from casewright.conditions.subjects import Field
from casewright.errors import Throttled, Unavailable
from casewright.rules import instructions as do
from casewright.rules.rule import Budget

QUEUE = Field("assigned_queue", "assigned_queue")
IN_TURN = do.Assign(QUEUE, tuple(f"arn:aws:connect:r:1:instance/i/queue/{name}" for name in ("a", "b", "c")))
OTHERWISE = do.UpdateCase((do.Assignment(QUEUE, "arn:aws:connect:r:1:instance/i/queue/z"),))


@pytest.fixture
def bench(dynamodb: Any) -> Bench:
    return Bench(dynamodb)


def asked(bench: Bench, bundle: Any, cases: int, *, first: int = 0) -> None:
    for number in range(first, first + cases):
        case = {"case_id": f"c{number}", "status": "open"}
        bench.decide(bundle, case_event(f"a{number}", number / 100, "CREATED", **case), case_event(f"e{number}", 1 + number / 100, **case))


def assigned(bench: Bench) -> dict[str, str]:
    """Case by case, as written last."""
    writes = [(case_ids, fields) for _, *case_ids, fields, _, _ in bench.world.done]
    return {case_id: fields["assigned_queue"].rpartition("/")[2] for case_ids, fields in writes for case_id in case_ids}


def test_an_assignment_over_budget_takes_no_turn(bench: Bench) -> None:
    bundle = linked(rule("r", then=(IN_TURN,), budget=Budget(2, timedelta(hours=1))))
    asked(bench, bundle, 4)
    bench.time.moment = at(2)
    assert bench.act("cases") == 4
    assert assigned(bench) == {"c0": "a", "c1": "b"}
    asked(bench, bundle, 2, first=60)
    bench.time.moment = at(62)
    assert bench.act("cases") == 2
    assert assigned(bench) == {"c0": "a", "c1": "b", "c60": "c", "c61": "a"}


def test_an_assignment_that_a_later_one_of_the_same_write_replaces_takes_no_turn(bench: Bench) -> None:
    bundle = linked(rule("r", then=(IN_TURN,), condition=changed("amount")), rule("s", then=(OTHERWISE,), condition=changed("vip")))
    bench.decide(bundle, case_event("a", 0, "CREATED"), updated("e", 1, amount=1.0), updated("f", 1.1, vip=True))
    bench.time.moment = at(2)
    assert bench.act("cases") == 2
    asked(bench, linked(rule("r", then=(IN_TURN,))), 1, first=5)
    bench.time.moment = at(3)
    bench.act("cases")
    assert assigned(bench) == {"c1": "z", "c5": "a"}


@pytest.mark.parametrize("error", [Throttled("slow"), Unavailable("no answer")])
def test_every_attempt_names_the_same_and_nobody_is_passed_over(bench: Bench, error: Exception) -> None:
    asked(bench, linked(rule("r", then=(IN_TURN,))), 4)
    for minute in range(3):
        bench.time.moment = at(2 + 5 * minute)
        bench.world.failures = iter([None, error, error])
        bench.act("cases")
    bench.time.moment = at(60)
    bench.act("cases")
    assert assigned(bench) == {"c0": "a", "c1": "b", "c2": "c", "c3": "a"}
    assert bench.outcomes == [("r", "done")] * 4


def test_an_attempt_of_which_the_answer_was_lost_ends_in_the_name_it_was_made_in(bench: Bench) -> None:
    told: list[Any] = []
    bench.ports = replace(bench.ports, row=lambda effect, _outcome, _at: told.append(effect.action) or {})
    asked(bench, linked(rule("r", then=(IN_TURN,))), 2)
    bench.time.moment = at(2)
    bench.world.lost_answers = iter([Unavailable("no answer")] * 2)
    assert bench.act("cases") == 0
    bench.time.moment = at(10)
    assert bench.act("cases") == 2
    assert len(bench.world.done) == 2
    assert sorted(str(value).rpartition("/")[2] for each in told for value in each.fields.values()) == ["a", "b"]
