"""Everything that can go wrong while decide decides, through the real handlers: afterwards the effects are those decided, each done once.

What is expected is counted apart: the same events, decided in their true order on a log in memory.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from random import Random
from string import ascii_letters, digits
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from faults import CONFLICT, Death, Fault, Faults, Lost, Refused, Throttled
from station import Station, holds

from casewright.aws.bundles import BundleBucket
from casewright.aws.records import case_key
from casewright.bundle import read, write
from casewright.service.decide import take
from casewright.service.reading_ahead import read_ahead
from casewright.wiring.container import Container
from casewright.wiring.deciding import deciding, following
from casewright_workbench.console.desk import Desk
from casewright_workbench.console.live import Changed
from casewright_workbench.console.timeline import story
from casewright_workbench.localcloud.connectcases.unsteady import Faults as StreamFaults
from casewright_workbench.provisioning import BUNDLES

MOST_BYTES = 256 * 1024
MOST_ITEM_BYTES = 400 * 1024
TEXT = ascii_letters + digits + "+-*/()=!?.,;:"
SOONER = timedelta(hours=1, minutes=59)
"""So long after a case was raised its clock of two hours falls due before the next sweep."""


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    station = Station(tmp_path_factory.mktemp("station"))
    station.opens(title="a model for the others")
    yield station
    station.close()


@pytest.fixture(autouse=True)
def nothing_called(station: Station) -> None:
    station.house.cloud.calls.clear()


@pytest.mark.parametrize("faults", [StreamFaults(doubled=1.0), StreamFaults(delayed=1.0), StreamFaults(doubled=0.5, delayed=0.7, seed=2)])
def test_a_stream_that_doubles_delays_and_reorders(station: Station, faults: StreamFaults) -> None:
    station.stream.set(faults)
    case_ids = [station.opens(title=f"case {number}", priority="low") for number in range(2)]
    for case_id in case_ids:
        station.changes(case_id, priority="high")
        station.remarks(case_id, "help")
        station.changes(case_id, status="closed")
    station.stream.set(StreamFaults())
    station.settles()
    holds(station, *case_ids)


def morning(station: Station) -> tuple[str, ...]:
    """Every way through decide: in order, late with a clock that falls due soon, and a comment of a case not heard of, which is read."""
    in_order = station.opens(title="in order", priority="low")
    station.changes(in_order, priority="high")
    late = station.opens(title="late", priority="low")
    with station.held() as held:
        station.changes(late, priority="high")
        unheard = station.opens(title="unheard of", priority="low")
    station.after(seconds=SOONER.total_seconds())
    station.changes(late, amount=5.0)
    station.remarks(unheard, "help")
    for envelope in [each for each in held if each["detail"]["case"]["caseId"] == late]:
        station.tells(envelope)
    for _ in range(4):
        station.after(seconds=21)
    station.settles()
    for envelope in [each for each in held if each["detail"]["case"]["caseId"] == unheard]:
        station.tells(envelope)
    station.settles()
    return in_order, late, unheard


READ: dict[Fault, set[int]] = {Throttled(): {1, 2, 3}, Death(): {4}}
WRITE = READ | {Lost.ANSWER: {5, 6, 7}, Death(after=True): {8}}
CALLS = [
    ("dynamodb", "GetItem", READ),
    ("dynamodb", "Query", READ),
    ("dynamodb", "TransactWriteItems", WRITE),
    ("dynamodb", "TransactWriteItems", {CONFLICT: {1, 2, 3, *range(5, 15)}}),
    ("s3", "GetObject", READ),
    ("sqs", "SendMessage", WRITE),
    ("sqs", "SendMessageBatch", {Throttled(): {1, 2, 3}}),
    ("sqs", "SendMessageBatch", {Lost.ANSWER: {1, 2, 3}}),
    ("sqs", "SendMessageBatch", {Death(after=True): {1}}),
    ("firehose", "PutRecordBatch", WRITE),
    ("connectcases", "GetCase", READ),
]


@pytest.mark.parametrize(("service", "operation", "befalling"), CALLS)
def test_every_call_is_throttled_lost_and_cut_off(station: Station, service: str, operation: str, befalling: dict[Fault, set[int]]) -> None:
    """As often as botocore tries, so that each fault reaches our code; what is decided once more is not done once more."""
    station.starts_again()
    with Faults(station.house.cloud) as faults:
        for fault, calls in befalling.items():
            faults.at(service, operation, fault, role="decide", calls=calls)
        case_ids = morning(station)
        station.settles(times=4)
        assert faults.happened == {(service, operation, str(fault)): len(calls) for fault, calls in befalling.items()}
    holds(station, *case_ids)


def test_a_batch_that_ends_badly_comes_again_whole(station: Station) -> None:
    """The lake takes nothing for a while; bells and rows of all ten follow when it does."""
    case_ids = [f"batch-{number}" for number in range(10)]
    queue, client = station.house.places.case_events_url, station.house.session("admin").client("sqs")
    bodies = [json.dumps(station.envelope(case_id, number)) for number, case_id in enumerate(case_ids)]
    with Faults(station.house.cloud) as faults:
        faults.at("firehose", "PutRecordBatch", Throttled(), role="decide", calls=frozenset(range(1, 7)))
        client.send_message_batch(QueueUrl=queue, Entries=[{"Id": str(at), "MessageBody": body} for at, body in enumerate(bodies)])
        station.told |= {each["id"]: each for each in map(json.loads, bodies)}
        station.settles(times=3)
        assert faults.happened["firehose", "PutRecordBatch", "Throttled"] == 6
    failed = [each for each in station.house.runtime.failed_invocations if len(each.event["Records"]) == 10]
    assert len(failed) == 2, "the whole batch came three times"
    holds(station, *case_ids)


def of_a_batch(station: Station, name: str, *others: str) -> list[str]:
    """Five messages of four cases, and these, decided in one batch; answers the cases."""
    case_ids = [f"{name}-{number}" for number in range(4)]
    envelopes = [station.envelope(case_id, number) for number, case_id in enumerate(case_ids)]
    again = station.envelope(case_ids[0], 9) | {"id": f"again-{name}"}
    again["detail"] |= {"eventType": "CASE.UPDATED", "changedFieldIds": ["status"]}
    station.told |= {each["id"]: each for each in (*envelopes, again)}
    station.takes(*others, *(json.dumps(each) for each in (*envelopes, again)))
    return case_ids


def heads_read(station: Station) -> Counter[str]:
    """By which operations decide read heads."""
    calls = [each for each in station.house.cloud.calls if each.principal_arn.endswith("decide")]
    one_by_one = sum(each.operation == "GetItem" and each.request["Key"]["sk"]["S"] == "head" for each in calls)
    return Counter(GetItem=one_by_one, BatchGetItem=sum(each.operation == "BatchGetItem" for each in calls))


def test_the_heads_of_a_batch_are_read_in_one_call_and_each_serves_once(station: Station) -> None:
    case_ids = of_a_batch(station, "ahead")
    assert heads_read(station) == {"BatchGetItem": 1, "GetItem": 1}, "the second event of a case finds what the first left"
    station.after(minutes=1, seconds=5)
    holds(station, *case_ids)


@pytest.mark.parametrize(
    ("place", "fault"), list(enumerate([Throttled(), Lost.REQUEST, Refused("AccessDeniedException"), Refused("ValidationException")]))
)
def test_heads_that_cannot_be_read_together_are_read_one_by_one(station: Station, place: int, fault: Fault) -> None:
    with Faults(station.house.cloud) as faults:
        faults.at("dynamodb", "BatchGetItem", fault, role="decide", calls=range(1, 20))
        case_ids = of_a_batch(station, f"alone-{place}")
        assert sum(faults.happened.values()) >= 1
    assert heads_read(station)["GetItem"] == 5
    station.after(minutes=1, seconds=5)
    holds(station, *case_ids)


def test_a_head_that_another_function_writes_after_it_was_read_ahead_is_read_again(station: Station) -> None:
    container = station.house.container("decide", station.house.environments(station.house.places)["decide"])
    case_id = station.opens(title="read too early", priority="low")
    with station.held() as held:
        station.changes(case_id, priority="high")
        station.changes(case_id, status="closed")
    first, second = (json.dumps(each) for each in held)
    ports = container.ports(deciding)
    read_ahead([second, json.dumps(station.envelope("nobody", 1))], ports.log)
    station.takes(first)
    take(second, 0, ports)
    container.ports(following).deliver()
    station.settles()
    holds(station, case_id)


def without(name: str, envelope: dict[str, Any]) -> str:
    return json.dumps({key: value for key, value in envelope.items() if key != name})


POISONS: list[tuple[str, Callable[[dict[str, Any]], str]]] = [
    ("$", lambda _: "{"),
    ("$", lambda _: "[1, 2, 3]"),
    ("$", lambda _: '"\\ud800"'),
    ("$", lambda envelope: without("id", envelope)),
    ("$", lambda envelope: without("detail", envelope)),
    ("$.detail-type", lambda envelope: json.dumps(envelope | {"source": "aws.s3"})),
    ("$", lambda envelope: json.dumps(envelope | {"resources": 7})),
    ("$", lambda envelope: json.dumps(envelope | {"resources": []})),
    ("$.detail", lambda envelope: json.dumps(envelope | {"detail": envelope["detail"] | {"approximateChangeTime": "soon"}})),
    ("$.detail", lambda envelope: json.dumps(envelope | {"detail": envelope["detail"] | {"case": None}})),
]


@pytest.mark.parametrize("place", range(10))
def test_a_poison_message_in_each_place_of_a_batch(station: Station, place: int) -> None:
    case_ids = [f"poisoned-{place}-{number}" for number in range(9)]
    envelopes = [station.envelope(case_id, number) for number, case_id in enumerate(case_ids)]
    where, spoilt = POISONS[place]
    poison, bodies = spoilt(station.envelope("poison", 9)), [json.dumps(each) for each in envelopes]
    station.told |= {each["id"]: each for each in envelopes}
    station.takes(*bodies[:place], poison, *bodies[place:])
    station.after(minutes=1, seconds=5)
    [(buried, reason)] = station.dead()
    assert buried == poison
    assert reason.startswith(where), reason
    holds(station, *case_ids)


def test_an_event_of_256_kb_is_decided_kept_and_shown(station: Station) -> None:
    """Of text that hardly compresses, so that the item is as large as it can be."""
    case_id, fields = station.opens(title="large", priority="low"), station.house.catalog.fields
    with station.held() as held:
        station.changes(case_id, priority="high")
    [envelope] = held
    told, chance = envelope["detail"]["case"]["fields"], Random(1)
    told[fields["summary"].id] = {"value": {"stringValue": ""}}
    room = MOST_BYTES - len(json.dumps(envelope))
    told[fields["summary"].id]["value"]["stringValue"] = "".join(chance.choices(TEXT, k=room))
    assert len(json.dumps(envelope)) == MOST_BYTES
    station.tells(envelope)
    station.after(minutes=1)
    holds(station, case_id)
    assert ("raised", "done") in station.fired(case_id)
    dynamodb = station.house.session("admin").client("dynamodb")
    found = dynamodb.query(
        TableName=station.house.case_table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": case_key(case_id)}},
    )["Items"]
    largest = max(sum(len(value["B"]) for value in item.values() if "B" in value) for item in found)
    assert MOST_BYTES / 2 < largest < MOST_ITEM_BYTES - 1024
    shown = story(station.file(case_id), Desk.of(station.house, Changed(), ZoneInfo("UTC")))
    assert len(shown.moments) >= 2


class Jumping:
    """A clock beside the true one, by one of the offsets each time it is asked."""

    def __init__(self, clock: Any, offsets: Sequence[timedelta]) -> None:
        self._clock, self._offsets, self._random = clock, offsets, Random(7)

    def now(self) -> datetime:
        return self._clock.now() + self._random.choice(self._offsets)  # type: ignore[no-any-return]

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)


HOUR = timedelta(hours=1)
LITTLE = timedelta(minutes=14)


@contextmanager
def jumping(station: Station, function: str, *offsets: timedelta) -> Iterator[None]:
    """The clock of one function is not that of the others."""
    station.starts_again(lambda parts: setattr(parts, "time", Jumping(parts.time, offsets)), function=function)
    try:
        yield
    finally:
        station.starts_again(function=function)


@pytest.mark.parametrize(
    ("function", "offsets"),
    [
        ("decide", (HOUR,)),
        ("decide", (-LITTLE,)),
        ("decide", (HOUR, -LITTLE, 0 * HOUR)),
        ("sweep", (HOUR, -HOUR)),
        ("perform", (HOUR, -HOUR, 0 * HOUR)),
    ],
    ids=["decide ahead", "decide behind", "decide to and fro", "sweep to and fro", "perform to and fro"],
)
def test_the_clock_of_the_machine_jumps(station: Station, function: str, offsets: tuple[timedelta, ...]) -> None:
    """What happened when is told by the events. By a clock that is off things start late, and a lease may last as long as it is ahead."""
    with jumping(station, function, *offsets):
        case_ids = morning(station)
        station.settles(times=3)
    station.after(minutes=65)
    holds(station, *case_ids)


def test_what_a_sweep_an_hour_ahead_sends_fires_no_sooner_than_it_is_due(station: Station) -> None:
    with jumping(station, "sweep", HOUR):
        case_id = station.opens(title="promised", priority="high")
        station.changes(case_id, amount=1.0)
        due = station.file(case_id).head.clocks["urgent"].due_at
        station.after(seconds=(due - station.house.clock.now()).total_seconds() - 65 * 60)
        for _ in range(12):
            station.after(minutes=5)
            assert station.file(case_id).head.clocks["urgent"].status == "Active"
        assert station.count("EventsAhead") > 0
        station.after(minutes=6)
    assert station.file(case_id).head.clocks["urgent"].status == "Overdue"
    holds(station, case_id)


def test_a_clock_of_decide_that_is_an_hour_behind_loses_nothing(station: Station) -> None:
    """What it takes for the future lies in the dead letters, with the reason, until the clock is right."""
    with jumping(station, "decide", -HOUR):
        case_ids = [station.opens(title=f"case {number}", priority="low") for number in range(3)]
        for case_id in case_ids:
            station.changes(case_id, priority="high")
        station.settles()
    buried = station.dead()
    assert len(buried) == 6
    assert all("ahead of the clock of decide" in reason for _, reason in buried)
    station.takes(*(body for body, _ in buried))
    station.settles()
    holds(station, *case_ids)


def test_an_event_dated_three_days_ahead_breaches_nothing_and_is_repaired(station: Station) -> None:
    case_id = station.opens(title="dated ahead", priority="low")
    with station.held() as held:
        station.changes(case_id, priority="high")
    [envelope] = held
    at = station.house.clock.now() + timedelta(days=3)
    station.tells(envelope | {"detail": envelope["detail"] | {"approximateChangeTime": f"{at:%Y-%m-%dT%H:%M:%S.000Z}"}})
    [(_, reason)] = station.dead()
    assert reason.startswith(f"CASE.UPDATED is dated {at:%Y-%m-%dT%H:%M:%S}")
    station.changes(case_id, amount=3.0)
    assert not station.file(case_id).log[-1].decision.late
    station.reconciled()
    [repaired] = [each.event for each in station.file(case_id).log if each.event.repair]
    assert abs(repaired.at - datetime.fromisoformat(envelope["detail"]["approximateChangeTime"])) < timedelta(seconds=2)
    assert station.fired(case_id).count(("raised", "done")) == 1
    assert station.file(case_id).head.clocks["urgent"].due_at == repaired.at + timedelta(hours=2)


def test_a_bundle_that_changes_in_the_middle_of_a_batch(station: Station) -> None:
    """Each event is decided by one bundle or the other, and stays so when the batch comes again."""
    bucket = BundleBucket(station.house.session("admin").client("s3"), BUNDLES)
    written = bucket.written()
    assert written
    before = read(written[0])
    [hello] = [rule for rule in before.rules if rule.name == "hello"]
    after = msgspec.structs.replace(before, rules=(msgspec.structs.replace(hello, name="greeting"),))
    case_ids = [f"changing-{number}" for number in range(10)]
    batch = [json.dumps(station.envelope(case_id, number)) for number, case_id in enumerate(case_ids)]

    def passing(parts: Container) -> None:
        """Eleven seconds pass before the fifth transaction, in which a bundle is published."""
        inner, transactions = parts.client("dynamodb").transact_write_items, count(1)

        def transact(**asked: Any) -> Any:
            if next(transactions) == 5:
                bucket.publish(write(after))
                station.house.clock.sleep(11)
            return inner(**asked)

        parts.client("dynamodb").transact_write_items = transact

    station.starts_again(passing)
    station.takes(*batch)
    for body in batch:
        station.takes(body, body)
    station.after(minutes=1)
    performed = station.performed()
    rules = list[str]()
    for case_id in case_ids:
        [asked] = station.file(case_id).effects
        [entry] = station.file(case_id).log
        assert (asked.status, performed[asked.effect.key], entry.decision.matched[0].rule) == ("done", 1, asked.effect.rule)
        rules.append(asked.effect.rule)
    assert rules == ["hello"] * 5 + ["greeting"] * 5
    bucket.rollback()
    station.starts_again()


def test_a_clock_set_back_does_not_keep_an_old_bundle_in_force(station: Station) -> None:
    bucket = BundleBucket(station.house.session("admin").client("s3"), BUNDLES)
    written = bucket.written()
    assert written
    offsets = [HOUR]
    station.starts_again(lambda parts: setattr(parts, "time", Jumping(parts.time, offsets)))
    station.takes(json.dumps(station.envelope("hour-ahead", 0)))
    station.after(minutes=1)
    offsets[0] = 0 * HOUR
    bucket.publish(write(msgspec.structs.replace(read(written[0]), rules=())))
    station.takes(json.dumps(station.envelope("set-back", 0)))
    bucket.rollback()
    station.starts_again()
    assert station.fired("hour-ahead") == [("hello", "done")]
    assert station.fired("set-back") == []
