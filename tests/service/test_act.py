"""Performing: merged, in order of urgency, within the rate, once, and never lost. The queue is real (moto), the world a fake."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from building import at, case_event, changed, linked, rule, text
from core_case import CREATED, policy, updated
from performing import Bench

from casewright.actions import AddComment
from casewright.aws.effect_queue import EffectTable
from casewright.conditions.subjects import Fact, Field
from casewright.errors import ItemFailed, NotPermitted, Refused, SendingPaused, Throttled, Unavailable
from casewright.ports.effects import Write
from casewright.rules import instructions as do
from casewright.service.wanted import MOST_ATTEMPTS


@pytest.fixture
def bench(dynamodb: Any) -> Bench:
    return Bench(dynamodb)


def sets(name: str, field: str, value: str, *when: str, **more: Any) -> Any:
    return rule(name, *when, then=(do.UpdateCase((do.Assignment(Field(field), value),)),), **more)


def test_updates_of_one_case_become_one_write_named_by_one_write_id(bench: Bench) -> None:
    bench.decide(linked(sets("a", "priority", "high"), sets("b", "title", "urgent")), CREATED, updated("e", 1))
    assert bench.act("cases") == 2
    [(kind, case_id, fields, write_id, entity)] = bench.world.done
    assert (kind, case_id, fields) == ("update", "c1", {"f-priority": "high", "title": "urgent"})
    assert entity == f"casewright/{write_id}/1"
    assert sorted(bench.outcomes) == [("a", "done"), ("b", "done")]
    assert bench.act("cases") == 0


def test_a_field_changed_by_someone_else_since_makes_that_write_superseded(bench: Bench) -> None:
    two = (do.Assignment(Field("priority"), "high"), do.Assignment(Field("title"), "urgent"))
    bundle = linked(
        rule("both", then=(do.UpdateCase(two),), condition=changed("amount")), sets("one", "priority", "low", condition=changed("vip"))
    )
    bench.decide(bundle, CREATED, updated("e", 1, amount=1.0), updated("v", 2, vip=True), updated("agent", 3, priority="normal"))
    bench.time.moment = at(4)
    assert bench.act("cases") == 2
    assert [fields for _, _, fields, *_ in bench.world.done] == [{"title": "urgent"}]
    assert ("one", "superseded") in bench.outcomes


def test_a_field_changed_while_other_updates_were_written_is_left_alone(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    named = do.UpdateCase((do.Assignment(Field("title"), text(Fact("case.id"))),))
    bundle = linked(rule("own", "case_created", then=(named,)))
    for number in range(4):
        bench.decide(bundle, case_event(f"e{number}", 0, "CREATED", case_id=f"c{number}", title="x"))
    written = bench.world.update

    def update(case_ids: Any, fields: Any, **more: Any) -> Any:
        bench.time.moment += timedelta(seconds=15)
        if not bench.world.done:
            bench.decide(bundle, case_event("agent", 1.1, changed=("title",), case_id="c3", title="mine"))
        return written(case_ids, fields, **more)

    monkeypatch.setattr(bench.world, "update", update)
    assert bench.act("cases") == 4
    assert sorted(case_id for _, case_id, *_ in bench.world.done) == ["c0", "c1", "c2"]
    assert sorted(bench.outcomes) == [*[("own", "done")] * 3, ("own", "superseded")]


def test_an_effect_that_comes_too_late_is_not_performed(bench: Bench) -> None:
    bench.decide(linked(sets("a", "priority", "high")), CREATED, updated("e", 1))
    bench.time.moment = at(1) + timedelta(hours=4, seconds=1)
    assert (bench.act("cases"), bench.world.done, bench.outcomes) == (1, [], [("a", "expired")])


def test_a_rule_may_say_how_long_its_effects_are_worth_performing(bench: Bench) -> None:
    [effect] = bench.decide(linked(sets("a", "priority", "high", expires_after=timedelta(days=1))), CREATED, updated("e", 1))
    assert effect.expires_at == at(1) + timedelta(days=1)
    bench.time.moment = at(1) + timedelta(hours=23)
    bench.world.failures = iter([NotPermitted("AccessDenied: UpdateCase")])
    bench.act("cases")
    assert bench.telemetry.counts["EffectsNotPermitted"] == 1
    bench.time.moment = at(2) + timedelta(days=1)
    bench.act("cases")
    assert bench.lake.rows == [
        {
            "rule": "a",
            "status": "expired",
            "detail": f"not performed before {effect.expires_at.isoformat()}; at last: AccessDenied: UpdateCase",
        }
    ]


def test_throttling_gives_back_and_the_next_attempt_is_a_new_write(bench: Bench) -> None:
    bench.decide(linked(rule("c", then=(do.AddComment(text("x")),))), CREATED, updated("e", 1))
    bench.world.failures = iter([Throttled("slow down")])
    assert bench.act("cases") == 0
    bench.time.moment = at(10)
    assert bench.act("cases") == 1
    assert bench.outcomes == [("c", "done")]


def write_ids(bench: Bench, failure: Exception) -> tuple[str, str]:
    seen: list[str] = []
    comment = bench.world.comment

    def watched(case_id: str, body: AddComment, *, write_id: str, entity: str) -> str:
        seen.append(write_id)
        return comment(case_id, body, write_id=write_id, entity=entity)

    bench.world.comment = watched  # type: ignore[method-assign]
    bench.decide(linked(rule("c", then=(do.AddComment(text("x")),))), CREATED, updated("e", 1))
    bench.world.failures = iter([failure])
    bench.act("cases")
    bench.time.moment = at(10)
    bench.act("cases")
    return seen[0], seen[1]


def test_an_attempt_that_may_have_happened_is_repeated_under_its_write_id(bench: Bench) -> None:
    first, second = write_ids(bench, Unavailable("no answer"))
    assert first == second


def test_an_attempt_that_was_refused_to_run_is_repeated_under_a_new_write_id(bench: Bench) -> None:
    first, second = write_ids(bench, Throttled("slow"))
    assert first != second


def test_a_permanent_error_fails_visibly_and_the_rest_goes_on(bench: Bench) -> None:
    bench.decide(linked(rule("a", then=(do.AddComment(text("x")), do.AddComment(text("y"))))), CREATED, updated("e", 1))
    bench.world.failures = iter([Refused("no such case")])
    assert bench.act("cases") == 2
    assert [row["status"] for row in bench.lake.rows] == ["failed", "done"]
    assert "Refused: no such case" in str(bench.lake.rows[0]["detail"])


def mail(bench: Bench) -> None:
    email = {"note": do.Email(text("s"), text("t"))}
    bench.decide(linked(rule("m", then=(do.SendEmail(("leads",), "note"),)), emails=email), CREATED, updated("e", 1))


@pytest.mark.parametrize("error", [SendingPaused("paused"), Throttled("slow"), Unavailable("down")])
def test_an_outage_is_waited_out_until_the_effect_expires(bench: Bench, error: Exception) -> None:
    mail(bench)
    for _ in range(30):
        bench.world.failures = iter([error])
        bench.act("ses")
        bench.time.moment += timedelta(minutes=6)
    assert bench.lake.rows == []
    bench.act("ses")
    assert bench.outcomes == [("m", "done")]


def test_an_outage_longer_than_the_effect_is_worth_ends_it(bench: Bench) -> None:
    mail(bench)
    while bench.time.moment <= at(1) + timedelta(hours=4):
        bench.world.failures = iter([Throttled("slow")])
        bench.act("ses")
        bench.time.moment += timedelta(minutes=6)
    bench.act("ses")
    assert (bench.outcomes, bench.world.done) == ([("m", "expired")], [])


class Unforeseen(Exception):
    """An error that no adapter translates."""


def test_an_effect_that_never_gets_an_answer_is_given_up_and_the_bucket_goes_on(bench: Bench) -> None:
    bench.decide(
        linked(rule("bad", then=(do.AddComment(text("x")),)), rule("good", then=(do.AddComment(text("y")),))), CREATED, updated("e", 1)
    )
    for _ in range(MOST_ATTEMPTS):
        bench.world.comment = _failing_on_x  # type: ignore[method-assign]
        with suppress(Unforeseen):
            bench.act("cases")
        bench.time.moment += timedelta(minutes=3)
    bench.act("cases")
    assert sorted(bench.outcomes) == [("bad", "failed"), ("good", "done")]


def _failing_on_x(case_id: str, comment: AddComment, *, write_id: str, entity: str) -> str:
    if comment.body == "x":
        raise Unforeseen
    return "id"


def test_a_merged_write_cut_off_anywhere_is_repeated_word_for_word(bench: Bench) -> None:
    bench.decide(linked(sets("a", "priority", "high"), sets("b", "title", "urgent")), CREATED, updated("e", 1))
    finish, calls = EffectTable.finish, list[int]()

    def cut_off(self: EffectTable, *what: Any, **more: Any) -> bool:
        calls.append(1)
        if len(calls) == 2:
            raise Unforeseen
        return finish(self, *what, **more)

    EffectTable.finish = cut_off  # type: ignore[method-assign]
    try:
        with pytest.raises(Unforeseen):
            bench.act("cases")
        bench.time.moment += timedelta(minutes=3)
        bench.act("cases")
    finally:
        EffectTable.finish = finish  # type: ignore[method-assign]
    assert sorted(bench.outcomes) == [("a", "done"), ("b", "done")]
    assert len(bench.world.done) == 1


def test_one_bad_value_does_not_take_the_other_updates_with_it(bench: Bench) -> None:
    bench.decide(linked(sets("bad", "title", "x"), sets("good", "priority", "high")), CREATED, updated("e", 1))
    update = bench.world.update

    def picky(case_ids: Any, fields: Any, *, write_id: str, entity: str) -> Any:
        if "title" in fields:
            raise Refused("no such title")
        return update(case_ids, fields, write_id=write_id, entity=entity)

    bench.world.update = picky  # type: ignore[method-assign]
    bench.act("cases")
    assert sorted(bench.outcomes) == [("bad", "failed"), ("good", "done")]
    assert [fields for _, _, fields, *_ in bench.world.done] == [{"f-priority": "high"}]


def older_and_newer(bench: Bench, failure: Exception) -> None:
    """A write of the older update fails, then a newer one of the same field is decided on; the newer one is a deadline."""
    low, high = sets("low", "priority", "low", condition=changed("amount")), sets("high", "priority", "high", "sla_breached")
    bundle = linked(policy(), low, high)
    bench.decide(bundle, CREATED, updated("e", 239.99, amount=1.0))
    bench.time.moment = at(239.99)
    bench.world.failures = iter([failure])
    assert bench.act("cases") == 0
    bench.decide(bundle, updated("f", 240.01))
    bench.time.moment = at(240.01)


def test_a_newer_update_takes_an_older_one_of_the_same_field_that_was_refused_with_it(bench: Bench) -> None:
    older_and_newer(bench, Throttled("slow"))
    assert bench.act("cases") == 2
    assert [fields for _, _, fields, *_ in bench.world.done] == [{"f-priority": "high"}]


def test_a_newer_update_waits_for_an_older_one_of_the_same_field_that_may_still_happen(bench: Bench) -> None:
    older_and_newer(bench, Unavailable("no answer"))
    assert bench.act("cases") == 0
    bench.time.moment = at(242)
    bench.act("cases")
    bench.act("cases")
    assert [fields for _, _, fields, *_ in bench.world.done] == [{"f-priority": "low"}, {"f-priority": "high"}]


def test_an_older_update_that_comes_after_a_newer_one_is_superseded(bench: Bench) -> None:
    low, high = sets("low", "priority", "low", condition=changed("amount")), sets("high", "priority", "high", condition=changed("vip"))
    bench.decide(linked(low, high), CREATED, updated("f", 2, vip=True))
    bench.time.moment = at(2)
    bench.act("cases")
    bench.decide(linked(low, high), updated("e", 1, amount=1.0))
    bench.act("cases")
    assert [fields for _, _, fields, *_ in bench.world.done] == [{"f-priority": "high"}]
    assert bench.lake.rows[-1] == {"rule": "low", "status": "superseded", "detail": "set by a later update of ours: f-priority"}


def test_a_performer_that_only_ends_what_came_too_late_minds_its_time(bench: Bench) -> None:
    bench.decide(linked(sets("a", "priority", "high")), CREATED, updated("e", 1))
    bench.time.moment = at(1000)
    assert bench.act("cases", seconds=20) == 0
    assert bench.wake.rung == ["cases"]
    assert bench.act("cases") == 1


@pytest.mark.parametrize("error", [Throttled("slow"), Unavailable("no answer")])
def test_a_tag_that_was_put_off_does_not_take_the_place_of_a_newer_value(bench: Bench, error: Exception) -> None:
    one = rule("one", then=(do.Tag({"line": text("shoes"), "shop": text("here")}),), condition=changed("amount"))
    same = rule("same", then=(do.Tag({"line": text("boots")}),), condition=changed("amount"))
    two = rule("two", then=(do.Tag({"line": text("hats")}),), condition=changed("vip"))
    bench.decide(linked(one, same, two), CREATED, updated("e", 1, amount=1.0))
    bench.time.moment = at(1)
    bench.world.failures = iter([error, error])
    bench.act("cases")
    bench.decide(linked(one, same, two), updated("f", 1.01, vip=True))
    for minute in (1.02, 9, 18):
        bench.time.moment = at(minute)
        bench.act("cases")
    assert bench.world.done == [("tag", "c1", {"line": "hats"}), ("tag", "c1", {"shop": "here"})]
    assert sorted(bench.outcomes) == [("one", "done"), ("same", "superseded"), ("two", "done")]


def test_a_tag_is_set_though_another_effect_of_its_case_cannot_be_read(bench: Bench, dynamodb: Any) -> None:
    one = rule("one", then=(do.AddComment(text("x")),), condition=changed("amount"))
    two = rule("two", then=(do.Tag({"line": text("hats")}),), condition=changed("vip"))
    bench.decide(linked(one, two), CREATED, updated("e", 1, amount=1.0))
    bench.act("cases")
    [item] = [each for each in dynamodb.scan(TableName="cases")["Items"] if each["sk"]["S"].startswith("effect#")]
    dynamodb.put_item(TableName="cases", Item=item | {"format": {"N": "99"}})
    bench.decide(linked(one, two), updated("f", 2, vip=True))
    bench.time.moment = at(2)
    assert bench.act("cases") == 1
    assert bench.world.done[1:] == [("tag", "c1", {"line": "hats"})]


def test_a_comment_whose_answer_was_lost_is_not_made_again_after_throttling(bench: Bench) -> None:
    bench.decide(linked(rule("c", then=(do.AddComment(text("x")),))), CREATED, updated("e", 1))
    bench.world.lost_answers = iter([Unavailable("no answer")])
    bench.act("cases")
    for failure in (Throttled("slow"), None):
        bench.world.failures = iter([failure])
        bench.time.moment += timedelta(minutes=5)
        bench.act("cases")
    assert len(bench.world.done) == 1
    assert bench.outcomes == [("c", "done")]


def test_an_item_that_failed_inside_a_batch_is_tried_under_a_new_write_id(bench: Bench) -> None:
    first, second = write_ids(bench, ItemFailed("INTERNAL_ERROR"))
    assert first != second


def test_an_empty_comment_fails_and_says_why(bench: Bench) -> None:
    bench.decide(linked(rule("c", then=(do.AddComment(text(Field("email"))),))), CREATED, updated("e", 1))
    bench.act("cases")
    assert [(row["status"], row["detail"]) for row in bench.lake.rows] == [
        ("failed", "an empty comment: every variable of its text was empty")
    ]


def test_an_effect_is_performed_once_while_the_lake_takes_nothing_and_told_later(bench: Bench) -> None:
    bench.decide(linked(rule("e")), CREATED, updated("e", 1))
    put = bench.lake.put

    def down(rows: Any) -> None:
        raise Unavailable("firehose")

    bench.lake.put = down  # type: ignore[method-assign]
    for _ in range(3):
        bench.act("events")
        bench.time.moment += timedelta(minutes=3)
    assert len(bench.world.done) == 1
    bench.lake.put = put  # type: ignore[method-assign]
    bench.act("events")
    assert bench.outcomes == [("e", "done")]
    assert bench.act("events") == 0
    assert len(bench.lake.rows) == 1


def test_a_created_task_is_linked_to_its_case_by_an_effect_that_follows(bench: Bench) -> None:
    [effect] = bench.decide(linked(rule("t", then=(do.CreateTask("Escalations", text("Call back")),))), CREATED, updated("e", 1))
    bench.act("connect")
    assert bench.world.done == [("task", "Call back", effect.key)]
    assert bench.wake.rung == ["cases"]
    bench.act("cases")
    assert bench.world.done[1:] == [("attach", "c1", "arn:contact")]


def test_ending_tasks_tells_which_it_ended(bench: Bench) -> None:
    bench.decide(linked(rule("t", then=(do.EndTasks(),))), CREATED, updated("e", 1))
    bench.act("connect")
    assert bench.lake.rows[0]["detail"] == "ended 1 tasks: t1"


def test_deadlines_come_before_what_can_wait(bench: Bench) -> None:
    bundle = linked(policy(), rule("talk", "case_updated"), rule("breach", "sla_breached"))
    bench.decide(bundle, CREATED, updated("e", 1), updated("f", 241))
    bench.time.moment = at(300)
    bench.act("events")
    assert [what for _, what in bench.world.done] == ["breach", "talk", "talk"]


def test_the_actions_of_a_rule_are_performed_in_the_order_it_lists_them(bench: Bench) -> None:
    said = [f"{number}" for number in range(12)]
    bench.decide(linked(rule("a", then=tuple(do.AddComment(text(each)) for each in said))), CREATED, updated("e", 1))
    assert bench.act("cases") == 12
    assert [body for _, _, body, *_ in bench.world.done] == said


def test_a_performer_short_of_time_rings_for_the_next(bench: Bench) -> None:
    bench.decide(linked(rule("a")), CREATED, updated("e", 1))
    assert bench.act("events", seconds=5) == 0
    assert (bench.world.done, bench.wake.rung) == ([], ["events"])


@pytest.mark.parametrize(("begun", "doubt"), [(False, ""), (True, "; an earlier attempt was interrupted: possibly sent twice")])
def test_mail_interrupted_after_its_claim_is_sent_and_tells_a_doubt_where_a_send_was_begun(bench: Bench, begun: bool, doubt: str) -> None:
    mail(bench)
    effects = EffectTable(bench.dynamodb, "cases")
    [claimed] = effects.claim(effects.urgent("ses", at(1)), write=Write(id="w" * 32, hop=1), until=at(3))
    if begun:
        bench.mailing.sends.begin(claimed.effect, at(1))
    bench.time.moment = at(4)
    bench.act("ses")
    assert [(row["status"], row["detail"]) for row in bench.lake.rows] == [("done", f"id-1{doubt}")]


def test_mail_interrupted_after_it_was_accepted_is_not_sent_again_once_its_event_has_told(bench: Bench) -> None:
    mail(bench)
    effects = EffectTable(bench.dynamodb, "cases")
    [claimed] = effects.claim(effects.urgent("ses", at(1)), write=Write(id="w" * 32, hop=1), until=at(3))
    effects.sent(case_id="c1", effect_key=claimed.effect.key, message_id="message-1")
    effects.sent(case_id="c1", effect_key="f" * 32, message_id="message-2")
    bench.time.moment = at(4)
    assert bench.act("ses") == 1
    assert (bench.world.done, [(row["status"], row["detail"]) for row in bench.lake.rows]) == ([], [("done", "message-1")])


def test_mail_without_a_recipient_fails_and_says_why(bench: Bench) -> None:
    email = {"note": do.Email(text("s"), text("t"))}
    step = do.SendEmail((text(Field("email")),), "note")
    bench.decide(linked(rule("m", then=(step,)), emails=email), CREATED, case_event("e", 1, status="open"))
    bench.act("ses")
    assert [(row["status"], row["detail"]) for row in bench.lake.rows] == [("failed", "no recipient: nothing in `to` gave a mail address")]


def test_what_is_pending_waits_while_the_deployment_is_disarmed_and_expires(bench: Bench) -> None:
    bundle = linked(sets("a", "priority", "high"))
    bench.decide(bundle, CREATED, updated("e", 1))
    bench.switch.armed = False
    assert (bench.act("cases"), bench.world.done, bench.outcomes) == (0, [], [])
    bench.switch.armed = True
    assert bench.act("cases") == 1
    bench.decide(bundle, updated("f", 2))
    bench.switch.armed = False
    bench.time.moment = at(2) + timedelta(hours=5)
    bench.act("cases")
    bench.switch.armed = True
    bench.act("cases")
    assert bench.outcomes == [("a", "done"), ("a", "expired")]


def test_disarming_ends_the_page_under_way(bench: Bench) -> None:
    said = tuple(do.AddComment(text(str(number))) for number in range(5))
    bench.decide(linked(rule("a", then=said)), CREATED, updated("e", 1))
    asked = iter([True, True, True, False, False])
    bench.switch.is_armed = lambda: next(asked)  # type: ignore[method-assign]
    assert bench.act("cases") == 2, "two comments until it was disarmed"
    del bench.switch.is_armed
    assert bench.act("cases") == 3
