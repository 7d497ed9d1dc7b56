"""What ended leaves the table: effects after 90 days, the log of a case 400 days after it was closed; that of an open case never does.

The local cloud lets nothing expire: `gone` takes away what DynamoDB would.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from faults import CONFLICT, Death, Fault, Faults, Lost
from station import Station

from casewright.aws.erasing import CaseErasure
from casewright.aws.expiring import LogExpiry
from casewright.aws.records import case_key
from casewright.decision import EFFECTS_KEPT, LOG_KEPT
from casewright.errors import VersionConflict
from casewright_workbench.localcloud.connectcases.unsteady import Faults as StreamFaults


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    station = Station(tmp_path_factory.mktemp("station"))
    yield station
    station.close()


def items(station: Station, case_id: str) -> list[Any]:
    query = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": case_key(case_id)}}}
    found: list[Any] = table(station).query(TableName=station.house.case_table, **query)["Items"]
    return found


def table(station: Station) -> Any:
    return station.house.session("admin").client("dynamodb")


def expiries(station: Station, case_id: str) -> set[int | None]:
    """When the head and all entries of the log expire."""
    log = [each for each in items(station, case_id) if not each["sk"]["S"].startswith("effect#")]
    return {int(each["expires_at"]["N"]) if "expires_at" in each else None for each in log}


def gone(station: Station, now: datetime) -> None:
    for page in table(station).get_paginator("scan").paginate(TableName=station.house.case_table):
        for each in page["Items"]:
            if "expires_at" in each and int(each["expires_at"]["N"]) <= now.timestamp():
                table(station).delete_item(TableName=station.house.case_table, Key={name: each[name] for name in ("pk", "sk")})


def long(station: Station, changes: int = 10, **fields: Any) -> str:
    """A case with a log that takes more than one transaction to keep."""
    case_id = station.opens(title="long", priority="low", **fields)
    for number in range(changes):
        station.changes(case_id, amount=float(number + 1))
    return case_id


def in_step(station: Station, case_id: str, *, closed: bool) -> None:
    """The whole log expires together after the case was closed, or not at all."""
    head = station.file(case_id).head
    assert head.case.is_closed == closed
    assert (head.closed_at is not None) == closed
    assert expiries(station, case_id) == {int(head.kept_until.timestamp()) if head.kept_until else None}


def test_the_log_leaves_400_days_after_closing_and_an_effect_90_days_after_its_end(station: Station) -> None:
    case_id, other = long(station), station.opens(title="open all the time")
    in_step(station, case_id, closed=False)
    station.changes(case_id, status="closed")
    closed = station.file(case_id).head.closed_at
    assert closed == next(each.event.at for each in station.file(case_id).log if each.event.position == station.file(case_id).head.last)
    station.remarks(case_id, "a word more")
    station.settles()
    in_step(station, case_id, closed=True)
    assert expiries(station, case_id) == {int((closed + LOG_KEPT).timestamp())}
    effects = [each for each in items(station, case_id) if each["sk"]["S"].startswith("effect#")]
    ended = {int((datetime.fromisoformat(each["ended_at"]["S"]) + EFFECTS_KEPT).timestamp()) for each in effects}
    assert ended == {int(each["expires_at"]["N"]) for each in effects}
    gone(station, closed + EFFECTS_KEPT + timedelta(hours=1))
    assert station.file(case_id).effects == ()
    assert len(station.file(case_id).log) == 13
    station.after(days=400)
    gone(station, station.house.clock.now())
    assert items(station, case_id) == []
    assert station.file(other).was_created


def test_a_case_that_comes_back_begins_a_new_log_and_lost_nothing(station: Station) -> None:
    case_id, lost = long(station, 2, status="closed"), station.count("EventsLost")
    station.reconciled()
    station.after(days=400)
    gone(station, station.house.clock.now())
    assert items(station, case_id) == []
    station.changes(case_id, status="open", priority="high")
    station.reconciled()
    assert ("raised", "done") in station.fired(case_id)
    assert {each.event.event_type for each in station.file(case_id).log} <= {"CASE.UPDATED", "CLOCK.DUE"}
    assert station.count("EventsLost") == lost
    in_step(station, case_id, closed=False)


def test_a_case_that_is_opened_again_keeps_all_of_its_log(station: Station) -> None:
    case_id = long(station, status="closed")
    in_step(station, case_id, closed=True)
    for status in ("open", "closed", "open"):
        station.changes(case_id, status=status)
        in_step(station, case_id, closed=status == "closed")
    station.cases.delete_case(domainId=station.house.domain_id, caseId=case_id)
    station.after(seconds=5)
    in_step(station, case_id, closed=True)


def test_a_case_that_is_read_as_closed_leaves_too(station: Station) -> None:
    with station.held():
        case_id = station.opens(title="unheard of", status="closed")
    station.remarks(case_id, "thanks")
    for _ in range(4):
        station.after(seconds=21)
    assert [each.event.event_type for each in station.file(case_id).log] == ["CASE.READ", "RELATED_ITEM.CREATED"]
    in_step(station, case_id, closed=True)


@pytest.mark.parametrize("seed", [1, 2])
def test_in_whatever_order_the_case_is_closed_and_opened(station: Station, seed: int) -> None:
    station.stream.set(StreamFaults(doubled=0.5, delayed=0.7, seed=seed))
    case_id = long(station, 4)
    for status in ("closed", "open", "closed", "open") if seed == 1 else ("closed", "open", "closed"):
        station.changes(case_id, status=status)
        station.remarks(case_id, "help")
    station.stream.set(StreamFaults())
    station.settles()
    in_step(station, case_id, closed=seed == 2)


BEFALLING: dict[Fault, range] = {
    Death(): range(3, 4),
    CONFLICT: range(3, 7),
    Lost.ANSWER: range(3, 6),
}
"""As often as botocore tries. The first transaction records the event, two keep the rest of its log in step."""


@pytest.mark.parametrize("fault", BEFALLING, ids=str)
@pytest.mark.parametrize("status", ["closed", "open"])
def test_a_log_that_was_left_half_way_is_kept_in_step_when_its_event_comes_again(station: Station, status: str, fault: Fault) -> None:
    case_id = long(station, status="open" if status == "closed" else "closed")
    station.starts_again()
    with Faults(station.house.cloud) as faults:
        faults.at("dynamodb", "TransactWriteItems", fault, role="decide", calls=BEFALLING[fault])
        station.changes(case_id, status=status)
        station.settles(times=2)
        assert faults.happened.total() == len(BEFALLING[fault])
    in_step(station, case_id, closed=status == "closed")
    assert station.dead() == []


def test_whoever_comes_too_late_changes_nothing(station: Station) -> None:
    case_id = long(station, status="closed")
    closed = station.file(case_id).head
    station.changes(case_id, status="open")
    expiry = LogExpiry(table(station), station.house.case_table)
    expiry.keep(closed)
    in_step(station, case_id, closed=False)
    opened = station.file(case_id).head
    station.changes(case_id, status="closed")
    expiry.keep(opened)
    in_step(station, case_id, closed=True)
    now_closed = station.file(case_id).head
    station.changes(case_id, status="open")
    CaseErasure(table(station), station.house.case_table).erase(case_id, station.house.clock.now())
    for head in (now_closed, opened):
        expiry.keep(head)
    assert [each["sk"]["S"] for each in items(station, case_id)] == ["head"], "what was forgotten does not come back"


def test_an_entry_that_is_gone_meanwhile_does_not_keep_the_others(station: Station) -> None:
    """DynamoDB may be taking the log away just when the case is opened again."""
    case_id = long(station, status="closed")
    opened = station.file(case_id)
    client, taken = table(station), opened.log[3].event.id
    inner = client.transact_write_items

    def taking(**asked: Any) -> Any:
        client.delete_item(TableName=station.house.case_table, Key={"pk": {"S": case_key(case_id)}, "sk": {"S": f"event#{taken}"}})
        return inner(**asked)

    client.transact_write_items = taking
    station.changes(case_id, status="open")
    for each in items(station, case_id):
        if each["sk"]["S"].startswith("event#"):
            update = {"UpdateExpression": "SET expires_at = :now", "ExpressionAttributeValues": {":now": {"N": "1"}}}
            table(station).update_item(TableName=station.house.case_table, Key={name: each[name] for name in ("pk", "sk")}, **update)
    expiry, head = LogExpiry(client, station.house.case_table), station.file(case_id).head
    with pytest.raises(VersionConflict):
        expiry.keep(head)
    expiry.keep(head)
    in_step(station, case_id, closed=False)


def test_only_closing_and_opening_cost_the_length_of_the_log(station: Station) -> None:
    case_id = long(station)
    station.house.cloud.calls.clear()
    station.changes(case_id, priority="high")
    station.remarks(case_id, "help")
    assert [each.operation for each in station.house.cloud.calls if each.operation == "Query" and about(each, case_id, "decide")] == []
    station.house.cloud.calls.clear()
    station.changes(case_id, status="closed")
    called = [each.operation for each in station.house.cloud.calls if about(each, case_id, "decide")]
    assert (called.count("Query"), called.count("TransactWriteItems")) == (1, 1 + 2)


def about(call: Any, case_id: str, role: str) -> bool:
    return call.service == "dynamodb" and call.principal_arn.endswith(f"/{role}") and case_key(case_id) in str(call.request)
