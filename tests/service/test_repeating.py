"""A write of which no answer came is repeated word for word only where it can do no harm, should it not have happened."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from building import at, case_event, changed, linked, rule
from core_case import CREATED, updated
from performing import Bench

from casewright.conditions.subjects import Field
from casewright.errors import Unavailable
from casewright.rules import instructions as do


@pytest.fixture
def bench(dynamodb: Any) -> Bench:
    return Bench(dynamodb)


def sets(name: str, *when: str, to: Mapping[str, str], **more: Any) -> Any:
    return rule(name, *when, then=(do.UpdateCase(tuple(do.Assignment(Field(field), value) for field, value in to.items())),), **more)


def in_cases(bench: Bench) -> dict[str, dict[str, Any]]:
    """What our writes have left in each case."""
    fields: dict[str, dict[str, Any]] = {}
    for _, *case_ids, written, _, _ in bench.world.done:
        for case_id in case_ids:
            fields.setdefault(case_id, {}).update(written)
    return fields


@pytest.mark.parametrize("answer_alone", [False, True])
def test_a_field_that_an_agent_changed_since_a_write_got_no_answer_is_left_alone(bench: Bench, answer_alone: bool) -> None:
    both = sets("both", to={"priority": "high", "title": "urgent"}, condition=changed("amount"))
    one = sets("one", to={"promised": "soon"}, condition=changed("vip"))
    bench.decide(linked(both, one), CREATED, updated("e", 1, amount=1.0), updated("f", 1, vip=True))
    bench.time.moment = at(1)
    lost = iter([Unavailable("no answer")])
    bench.world.failures, bench.world.lost_answers = (iter(()), lost) if answer_alone else (lost, iter(()))
    assert bench.act("cases") == 0
    bench.decide(linked(), updated("agent", 2, priority="normal", promised="later"))
    before = len(bench.world.done)
    bench.time.moment = at(6)
    assert bench.act("cases") == 2
    assert sorted(bench.outcomes) == [("both", "done"), ("one", "superseded")]
    assert [fields for _, _, fields, *_ in bench.world.done[before:]] == [{"title": "urgent"}]


def test_a_write_that_leaves_out_what_an_agent_had_changed_before_it_is_repeated_as_it_was(bench: Bench) -> None:
    both = sets("both", to={"priority": "high", "title": "urgent"}, condition=changed("amount"))
    later = sets("later", to={"priority": "low"}, condition=changed("vip"))
    bench.decide(
        linked(both, later), CREATED, updated("e", 1, amount=1.0), updated("agent", 2, priority="normal"), updated("f", 3, vip=True)
    )
    bench.time.moment = at(3)
    bench.world.lost_answers = iter([Unavailable("no answer")])
    assert bench.act("cases") == 0
    bench.time.moment = at(8)
    assert bench.act("cases") == 2
    assert [fields for _, _, fields, *_ in bench.world.done] == [{"f-priority": "low", "title": "urgent"}]


def test_an_effect_that_was_given_up_is_not_performed_with_the_others_of_its_write(bench: Bench) -> None:
    """Six cases, so that in whatever order the index has them some are written between the last attempts of the call they shared."""
    for number in range(6):
        more = {} if number else {"expires_after": timedelta(hours=9)}
        bundle = linked(sets("high", "case_created", to={"priority": "high"}, **more))
        bench.decide(bundle, case_event(f"a{number}", 0, "CREATED", case_id=f"c{number}"))
    low = linked(sets("low", to={"priority": "low"}, condition=changed("amount")))
    for number in range(1, 6):
        bench.decide(low, case_event(f"e{number}", 200, case_id=f"c{number}", changed=("amount",), amount=1.0))
    bench.time.moment = at(1)
    while bench.time.moment < at(245):
        bench.world.failures = iter([Unavailable("an outage")] * 9)
        bench.act("cases")
        bench.time.moment += timedelta(minutes=3)
    bench.world.failures = iter(())
    while bench.act("cases"):
        bench.time.moment += timedelta(minutes=6)
    assert in_cases(bench) == {"c0": {"f-priority": "high"}} | {f"c{number}": {"f-priority": "low"} for number in range(1, 6)}
    assert sorted(bench.outcomes) == [("high", "done")] + [("high", "failed")] * 5 + [("low", "done")] * 5


def test_a_case_changed_by_an_agent_leaves_a_call_that_got_no_answer(bench: Bench) -> None:
    bundle = linked(sets("high", "case_created", to={"priority": "high"}))
    for number in range(3):
        bench.decide(bundle, case_event(f"a{number}", 0, "CREATED", case_id=f"c{number}"))
    bench.time.moment = at(1)
    bench.world.failures = iter([Unavailable("an outage")])
    assert bench.act("cases") == 0
    bench.decide(linked(), case_event("agent", 2, case_id="c1", changed=("priority",), priority="normal"))
    bench.time.moment = at(6)
    assert bench.act("cases") == 3
    assert in_cases(bench) == {case_id: {"f-priority": "high"} for case_id in ("c0", "c2")}
    assert sorted(bench.outcomes) == [("high", "done"), ("high", "done"), ("high", "superseded")]
