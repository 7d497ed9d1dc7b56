"""The case table under moto: one transaction an event, the queue of effects, leases and token buckets."""

from datetime import timedelta
from typing import Any

import pytest
from building import at, case_event, comment, linked, parsed, rule
from core_case import CREATED, policy, updated
from damaging import JUNK
from msgspec.structs import replace

from casewright.aws import marks
from casewright.aws.case_log import CaseTable
from casewright.aws.control import ControlTable
from casewright.aws.effect_items import effect_item
from casewright.aws.effect_queue import EffectTable
from casewright.aws.marks import HeadsOfTable
from casewright.aws.records import key
from casewright.aws.suppression import RecipientTable
from casewright.decide import Decided, blank, decide
from casewright.decision import Outcome
from casewright.errors import Throttled, UnreadableRecord, VersionConflict
from casewright.ports.effects import Write
from casewright.ports.log import DueClock
from casewright.quotas import Quota
from casewright.sla.clocks import Status
from casewright.sla.policies import StartsOn, Target

TABLE = "cases"
WRITE = Write(id="w" * 32, hop=1, fields={"f": "x"})
BUNDLE = linked(policy(), rule("r", "case_created"), rule("s", "sla_breached"))


def created() -> Decided:
    return decide(blank("c1"), parsed(CREATED), BUNDLE)


def stored(dynamodb: Any) -> CaseTable:
    table = CaseTable(dynamodb, TABLE)
    table.record(created(), parsed(CREATED), version=0, armed=True)
    return table


def opened(dynamodb: Any, case_id: str, *, status: Status = "Active") -> None:
    """Record a case with a clock of this status."""
    event = parsed(case_event(f"of-{case_id}", 0, "CREATED", case_id=case_id))
    decided = decide(blank(case_id), event, BUNDLE)
    clock = replace(decided.head.clocks["resolve"], status=status)
    left = replace(decided, head=replace(decided.head, clocks={"resolve": clock}))
    CaseTable(dynamodb, TABLE).record(left, event, version=0, armed=True)


def damaged(dynamodb: Any, case_id: str, **attributes: Any) -> None:
    """Give the head of a case these attributes."""
    head = dynamodb.get_item(TableName=TABLE, Key=key(f"case#{case_id}", "head"))["Item"]
    dynamodb.put_item(TableName=TABLE, Item=head | attributes)


def test_what_is_recorded_is_read_back(dynamodb: Any) -> None:
    table = stored(dynamodb)
    assert (table.head("c1").head, table.head("c1").version) == (created().head, 1)
    logged = table.logged("c1", "a")
    assert logged is not None
    assert (logged.event, logged.decision) == (parsed(CREATED), created().decision)
    assert table.entries("c1") == (logged,)
    assert (table.logged("c1", "zzz"), table.head("c2").version) == (None, 0)


def test_an_event_is_recorded_once_and_only_on_the_version_it_was_decided_on(dynamodb: Any) -> None:
    table = stored(dynamodb)
    second = decide(created().head, parsed(updated("b", 1, title="x")), BUNDLE)
    for version, body in ((0, updated("b", 1, title="x")), (1, CREATED), (7, updated("b", 1, title="x"))):
        with pytest.raises(VersionConflict):
            table.record(second, parsed(body), version=version, armed=True)
    assert len(table.entries("c1")) == 1
    table.record(second, parsed(updated("b", 1, title="x")), version=1, armed=True)
    assert table.head("c1").version == 2


@pytest.mark.parametrize("next_batch", [("c1",), ("c1", "c2"), ()])
def test_a_head_that_was_read_ahead_and_not_asked_for_is_not_told_to_a_later_batch(dynamodb: Any, next_batch: tuple[str, ...]) -> None:
    read, written = CaseTable(dynamodb, TABLE), stored(dynamodb)
    read.read_ahead(["c1", "c2"])
    event = parsed(updated("b", 1, title="x"))
    written.record(decide(created().head, event, BUNDLE), event, version=1, armed=True)
    read.read_ahead(next_batch)
    assert read.head("c1").version == 2


class Busy:
    """DynamoDB, which leaves the last key of a batch for later."""

    def __init__(self, dynamodb: Any) -> None:
        self._dynamodb = dynamodb

    def __getattr__(self, name: str) -> Any:
        return getattr(self._dynamodb, name)

    def batch_get_item(self, RequestItems: Any) -> Any:  # noqa: N803 -- boto3's name
        *keys, left = RequestItems[TABLE]["Keys"]
        answer = self._dynamodb.batch_get_item(RequestItems={TABLE: RequestItems[TABLE] | {"Keys": keys}})
        return answer | {"UnprocessedKeys": {TABLE: RequestItems[TABLE] | {"Keys": [left]}}}


def test_what_a_batch_leaves_for_later_is_not_taken_for_absent(dynamodb: Any) -> None:
    read, _ = CaseTable(Busy(dynamodb), TABLE), stored(dynamodb)
    read.read_ahead(["c2", "c1"])
    assert (read.head("c1").version, read.head("c2").version) == (1, 0)
    with pytest.raises(Throttled):
        RecipientTable(Busy(dynamodb), TABLE).suppressed(["a@example.com", "b@example.com"], at(1))


def test_ninety_effects_fit_one_transaction(dynamodb: Any) -> None:
    from casewright.decide import MOST_EFFECTS
    from casewright.rules import instructions as do

    many = linked(rule("many", "case_created", then=tuple(do.PutEvent(str(n), do.Members({})) for n in range(MOST_EFFECTS))))
    CaseTable(dynamodb, TABLE).record(decide(blank("c1"), parsed(CREATED), many), parsed(CREATED), version=0, armed=True)
    assert len(EffectTable(dynamodb, TABLE).urgent("events", at(1))) == 90


def test_due_clocks_are_found_by_time_until_they_fired(dynamodb: Any) -> None:
    table = stored(dynamodb)
    assert not list(table.due_before(at(120)))
    assert [(due.milestone, due.due) for due in table.due_before(at(181))] == [("half", at(120)), ("soon", at(180))]
    after = decide(created().head, parsed(updated("b", 250, status="closed")), BUNDLE)
    table.record(after, parsed(updated("b", 250, status="closed")), version=1, armed=True)
    assert not list(table.due_before(at(9999)))


def test_an_overdue_clock_is_found_while_it_runs_and_sent_no_more(dynamodb: Any) -> None:
    """Between its breach and its last milestone, after that, and beside a clock of another policy that is not due for days."""
    table, head = stored(dynamodb), created().head
    breach = DueClock("c1", "resolve", 1, "breach", at(240))
    assert list(table.overdue()) == []
    for version, (minutes, coming) in enumerate(((250, ["late"]), (310, [])), 1):
        passed = decide(head, parsed(comment(f"b{minutes}", minutes)), BUNDLE)
        table.record(passed, parsed(comment(f"b{minutes}", minutes)), version=version, armed=True)
        assert list(table.overdue()) == [breach]
        assert [due.milestone for due in table.due_before(at(9999))] == coming
        head = passed.head
    longer = policy(name="longer", start=StartsOn("related_item_added"), target=(Target(timedelta(days=9)),))
    for version, body, found in ((3, comment("c", 320), [breach]), (4, updated("d", 330, status="closed"), [])):
        after = decide(head, parsed(body), linked(policy(), longer))
        table.record(after, parsed(body), version=version, armed=True)
        assert list(table.overdue()) == found
        assert len(list(table.due_before(at(99999)))) == 4 * len(found)
        head = after.head


def test_effects_come_by_priority_and_time_and_a_lease_hides_them_until_it_ends(dynamodb: Any) -> None:
    table, effects = stored(dynamodb), EffectTable(dynamodb, TABLE)
    breach = decide(created().head, parsed(updated("b", 241, title="x")), BUNDLE)
    table.record(breach, parsed(updated("b", 241, title="x")), version=1, armed=True)
    [deadline] = effects.urgent("events", at(300))
    assert deadline.effect.rule == "s"
    assert effects.is_outranked("events", 2, at(300))
    [claimed] = effects.claim([deadline], write=WRITE, until=at(302))
    assert effects.claim([deadline], write=WRITE, until=at(302)) == ()
    [other] = effects.urgent("events", at(300))
    assert other.effect.rule == "r"
    assert not effects.is_outranked("events", 2, at(300))
    assert effects.claim([deadline, other], write=WRITE, until=at(302)) == (), "all or none"
    [again] = effects.urgent("events", at(303))
    assert (again.effect, again.write, again.attempts) == (claimed.effect, WRITE, 1)


def test_housekeeping_that_waited_long_stands_among_what_people_wait_for(dynamodb: Any) -> None:
    effects, effect = EffectTable(dynamodb, TABLE), created().decision.effects[0]
    for number in range(60):
        each = replace(effect, key=f"{number:032x}", priority=3 if number < 30 else 2, not_before=at(number % 30))
        dynamodb.put_item(TableName=TABLE, Item=effect_item(each))
    ranks = "".join(str(each.effect.priority) for each in effects.urgent("events", at(30)))
    assert ranks == 3 * ("2" * 9 + "3") + "222", "one in ten: what comes next waits for one of them at most"
    few = [each for each in effects.urgent("events", at(30)) if each.effect.priority == 2][2:]
    effects.claim(few, write=WRITE, until=at(60))
    assert [each.effect.priority for each in effects.urgent("events", at(30))] == [2, 2, 3]


def test_a_postponed_effect_keeps_its_write_id_only_if_told(dynamodb: Any) -> None:
    stored(dynamodb)
    effects = EffectTable(dynamodb, TABLE)
    claimed = effects.claim(effects.urgent("events", at(1)), write=WRITE, until=at(2))
    effects.postpone(claimed, until=at(5), detail="throttled", keep_write=True)
    assert effects.urgent("events", at(4)) == ()
    [kept] = effects.urgent("events", at(5))
    assert (kept.write, kept.attempts, kept.tries) == (WRITE, 0, 1)
    effects.postpone([kept], until=at(6), detail="throttled", keep_write=False)
    assert effects.urgent("events", at(6))[0].write is None


def test_an_effect_that_another_performer_has_claimed_since_is_left_to_it(dynamodb: Any) -> None:
    stored(dynamodb)
    effects = EffectTable(dynamodb, TABLE)
    seen = effects.urgent("events", at(1))
    mine = effects.claim(seen, write=WRITE, until=at(2))
    [theirs] = effects.claim(effects.urgent("events", at(3)), write=WRITE, until=at(5))
    for known in (seen, mine):
        effects.postpone(known, until=at(3), detail="too late", keep_write=False)
        effects.put_off(known, until=at(3))
    assert effects.urgent("events", at(4)) == ()
    [again] = effects.urgent("events", at(5))
    assert (again.not_before, again.write, again.attempts, again.tries) == (theirs.not_before, WRITE, 2, 0)


def test_finishing_takes_an_effect_out_and_puts_its_follow_ups_in(dynamodb: Any) -> None:
    stored(dynamodb)
    effects = EffectTable(dynamodb, TABLE)
    [pending] = effects.urgent("events", at(1))
    follow_up = replace(pending.effect, key="f" * 32, bucket="cases")
    done = Outcome(status="done", detail="sent", follow_ups=(follow_up,))
    assert effects.finish(pending.effect, done, at(1), told_before=at(3))
    assert not effects.finish(pending.effect, Outcome(status="expired"), at(2), told_before=at(3)), "an effect ends once"
    assert effects.urgent("events", at(2)) == ()
    [untold] = effects.untold("events", at(3))
    assert untold.outcome == Outcome(status="done", detail="sent")
    effects.told([pending.effect])
    assert effects.urgent("events", at(99)) == ()
    assert [each.effect for each in effects.urgent("cases", at(99))] == [follow_up]
    item = dynamodb.get_item(TableName=TABLE, Key={"pk": {"S": "case#c1"}, "sk": {"S": f"effect#{pending.effect.key}"}})["Item"]
    assert (item["status"]["S"], item["detail"]["S"]) == ("done", "sent")


def test_an_unarmed_deployment_queues_nothing(dynamodb: Any) -> None:
    CaseTable(dynamodb, TABLE).record(created(), parsed(CREATED), version=0, armed=False)
    assert EffectTable(dynamodb, TABLE).urgent("events", at(99)) == ()
    key = {"pk": {"S": "case#c1"}, "sk": {"S": f"effect#{created().decision.effects[0].key}"}}
    assert dynamodb.get_item(TableName=TABLE, Key=key)["Item"]["status"]["S"] == "recorded"


def test_a_record_of_an_unknown_format_is_refused_by_name(dynamodb: Any) -> None:
    table = stored(dynamodb)
    dynamodb.update_item(
        TableName=TABLE,
        Key={"pk": {"S": "case#c1"}, "sk": {"S": "head"}},
        UpdateExpression="SET #f = :f",
        ExpressionAttributeNames={"#f": "format"},
        ExpressionAttributeValues={":f": {"N": "9"}},
    )
    with pytest.raises(UnreadableRecord, match=r"case#c1 head: format 9 cannot be read; this release reads 1"):
        table.head("c1")


@pytest.mark.parametrize("name", ["due", "overdue"])
@pytest.mark.parametrize(
    ("damage", "breaches", "times"),
    [({"format": {"N": "9"}}, 0, 1), ({}, 1, 1), ({"body": JUNK}, 0, 2)],
    ids=["a later format", "a damaged index", "all of it is damaged"],
)
def test_the_index_tells_what_it_can_and_who_listens_hears_of_the_rest(
    dynamodb: Any, name: str, damage: Any, breaches: int, times: int
) -> None:
    for case_id in ("c1", "c2"):
        opened(dynamodb, case_id, status="Overdue" if name == "overdue" else "Active")
    damaged(dynamodb, "c1", **{name: JUNK, **damage})

    def told(table: CaseTable) -> list[DueClock]:
        found = table.due_before(at(300)) if name == "due" else table.overdue()
        return sorted((each for each in found if each.milestone == "breach"), key=lambda each: each.case_id)

    unread, breach = list[UnreadableRecord](), DueClock("c1", "resolve", 1, "breach", at(240))
    assert told(CaseTable(dynamodb, TABLE, unread=unread.append)) == [breach] * breaches + [replace(breach, case_id="c2")]
    assert [each.what for each in unread] == ["record case#c1 head"] * times
    with pytest.raises(UnreadableRecord):
        told(CaseTable(dynamodb, TABLE))


def test_heads_that_cannot_be_read_are_named_and_end_no_page(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "_ITEMS_A_PAGE", 2)
    for case_id in ("c0", "c1", "c2", "c3"):
        opened(dynamodb, case_id)
    for case_id in ("c1", "c3"):
        damaged(dynamodb, case_id, body=JUNK)
    known = HeadsOfTable(dynamodb, TABLE)
    pages = [known.heads("")]
    while pages[-1].after:
        pages.append(known.heads(pages[-1].after))
    assert {head.case.case_id for page in pages for head in page.heads} == {"c0", "c2"}
    assert {case_id for page in pages for case_id in page.unread} == {"c1", "c3"}
    assert len(pages) > 2


def test_a_token_bucket_gives_its_burst_and_then_its_rate(dynamodb: Any) -> None:
    tokens, limit = ControlTable(dynamodb, TABLE), Quota(rate=2, burst=3)

    def turns(seconds: float, most: int = 1) -> list[float]:
        moment = at(0) + timedelta(seconds=seconds)
        return [(turn - at(0)).total_seconds() for turn in tokens.reserve("UpdateCase", limit, most=most, now=moment)]

    assert [*turns(0), *turns(0, 3)] == [0, 0, 0, 0.5]
    assert turns(0.25) == [1]
    assert turns(1.5) == [1.5]
    assert turns(100, 4) == [100, 100, 100, 100.5]


def test_a_bucket_that_was_emptied_gives_nothing_for_a_while_and_then_its_rate(dynamodb: Any) -> None:
    tokens, limit = ControlTable(dynamodb, TABLE), Quota(rate=2, burst=3)
    tokens.empty("UpdateCase", limit, until=at(1))
    assert tokens.reserve("UpdateCase", limit, most=2, now=at(0)) == (at(1), at(1) + timedelta(seconds=0.5))
    tokens.empty("UpdateCase", limit, until=at(0.5))
    assert tokens.reserve("UpdateCase", limit, most=1, now=at(0)) == (at(1) + timedelta(seconds=1),)


def test_arming_is_remembered(dynamodb: Any) -> None:
    control = ControlTable(dynamodb, TABLE)
    assert not control.is_armed()
    control.arm(armed=True)
    assert control.is_armed()
    control.arm(armed=False)
    assert not control.is_armed()


def test_a_case_id_of_any_characters_is_a_key(dynamodb: Any) -> None:
    body = case_event("e", 0, "CREATED", case_id="a/b:c#d=é")
    table = CaseTable(dynamodb, TABLE)
    table.record(decide(blank("a/b:c#d=é"), parsed(body), BUNDLE), parsed(body), version=0, armed=True)
    assert table.head("a/b:c#d=é").version == 1
