"""Related items of every type, their SLAs by the clock, and the searches for them, in the local Cases."""

import json
from datetime import timedelta
from typing import Any

import pytest
from localcloud.cases_world import ANA_ARN, INSTANCE_ARN, INSTANCE_ID, NOON, World, entries

from casewright_workbench.localcloud.connectcases import Quotas
from casewright_workbench.localcloud.service import ServiceError


@pytest.fixture
def world() -> World:
    return World()


def refused(code: str = "ValidationException", match: str = "") -> Any:
    return pytest.raises(ServiceError, match=f"{code}.*{match}")


def sla_of(world: World, case_id: str, item_id: str) -> dict[str, Any]:
    (found,) = [one for one in world.items(case_id) if one["relatedItemId"] == item_id]
    return dict(found["content"]["sla"]["slaConfiguration"])


def test_items_of_every_type_come_back_as_they_were_given(world: World) -> None:
    amount = world.field("Amount", "Number")
    case_id, other = world.create(), world.create()
    contact = world.task()
    file_arn = "arn:aws:connect:us-east-1:111122223333:instance/i/file/f"
    world.comment(case_id, "Hello", performedBy={"userArn": ANA_ARN})
    world.relate(case_id, "Contact", {"contactArn": contact})
    world.relate(case_id, "File", {"fileArn": file_arn})
    world.relate(case_id, "ConnectCase", {"caseId": other})
    world.relate(case_id, "Custom", {"fields": entries({amount: 7})})
    world.sla(case_id, 30)
    found = {one["type"]: one["content"] for one in world.items(case_id)}
    assert found == {
        "Comment": {"comment": {"body": "Hello", "contentType": "Text/Plain"}},
        "Contact": {"contact": {"contactArn": contact, "channel": "TASK", "connectedToSystemTime": NOON}},
        "File": {"file": {"fileArn": file_arn}},
        "ConnectCase": {"connectCase": {"caseId": other}},
        "Custom": {"custom": {"fields": entries({amount: 7})}},
        "Sla": {
            "sla": {
                "slaConfiguration": {
                    "name": "first-response",
                    "type": "CaseField",
                    "status": "Active",
                    "fieldId": "status",
                    "targetFieldValues": [{"stringValue": "closed"}],
                    "targetTime": NOON + timedelta(minutes=30),
                }
            }
        },
    }
    assert world.items(case_id)[-1]["performedBy"] == {"userArn": ANA_ARN}


def test_items_that_cannot_be_tied(world: World) -> None:
    case_id = world.create()
    with refused(match="does not go with"):
        content = {"comment": {"body": "x", "contentType": "Text/Plain"}}
        world.cases.create_related_item(domainId=world.domain, caseId=case_id, type="Contact", content=content)
    with refused("ResourceNotFoundException"):
        world.relate(case_id, "Contact", {"contactArn": f"{INSTANCE_ARN}/contact/nope"})
    with refused("ResourceNotFoundException"):
        world.relate(case_id, "ConnectCase", {"caseId": "nope"})
    with refused(match="itself"):
        world.relate(case_id, "ConnectCase", {"caseId": case_id})
    with refused(match="system field"):
        world.relate(case_id, "Custom", {"fields": entries({"title": "x"})})
    with refused(match="together"):
        configuration = {"name": "n", "type": "CaseField", "targetSlaMinutes": 5, "fieldId": "status"}
        world.relate(case_id, "Sla", {"slaInputConfiguration": configuration})
    with refused(match="no field|'nope'"):
        world.sla(case_id, 5, field="nope")
    with refused(match="not an option"):
        world.sla(case_id, 5, value="nope")
    assert world.items(case_id) == []


def test_comments_and_custom_items_can_be_changed(world: World) -> None:
    amount, colour = world.field("Amount", "Number"), world.field("Colour", "Text")
    case_id = world.create()
    comment = world.comment(case_id, "one", performedBy={"userArn": ANA_ARN})
    custom = world.relate(case_id, "Custom", {"fields": entries({amount: 1, colour: "red"})})
    sla = world.sla(case_id, 5)

    def update(item: str, content: dict[str, Any]) -> dict[str, Any]:
        return world.cases.update_related_item(
            domainId=world.domain, caseId=case_id, relatedItemId=item, content=content, performedBy={"customEntity": "robot"}
        )

    answer = update(comment, {"comment": {"body": "two", "contentType": "Text/Plain"}})
    assert answer["content"]["comment"]["body"] == "two"
    assert (answer["createdBy"], answer["lastUpdatedUser"]) == ({"userArn": ANA_ARN}, {"customEntity": "robot"})
    answer = update(custom, {"custom": {"fields": entries({amount: 2})}})
    assert answer["content"]["custom"]["fields"] == entries({amount: 2})
    assert "lastUpdatedUser" in answer
    changed = [(one["relatedItem"]["relatedItemType"], one["changedAttributes"]) for one in world.details("RELATED_ITEM.UPDATED")]
    assert changed == [("Comment", ["comment.commentText"]), ("Custom", [f"custom.{amount}", f"custom.{colour}"])]
    for item, content in (
        (sla, {"comment": {"body": "x", "contentType": "Text/Plain"}}),
        (comment, {"custom": {"fields": entries({amount: 1})}}),
    ):
        with refused(match="cannot be updated"):
            update(item, content)
    with refused("ResourceNotFoundException"):
        update("nope", {"comment": {"body": "x", "contentType": "Text/Plain"}})


def test_deleting_items(world: World) -> None:
    case_id = world.create()
    comment, contact = world.comment(case_id), world.task()
    link = world.relate(case_id, "Contact", {"contactArn": contact})
    file = world.relate(case_id, "File", {"fileArn": "arn:aws:connect:us-east-1:111122223333:file/f"})
    for item in (comment, link):
        world.cases.delete_related_item(domainId=world.domain, caseId=case_id, relatedItemId=item)
    with refused(match="DeleteAttachedFile"):
        world.cases.delete_related_item(domainId=world.domain, caseId=case_id, relatedItemId=file)
    with refused("ResourceNotFoundException"):
        world.cases.delete_related_item(domainId=world.domain, caseId=case_id, relatedItemId=comment)
    assert [one["type"] for one in world.items(case_id)] == ["File"]
    assert world.cases.list_cases_for_contact(domainId=world.domain, contactArn=contact)["cases"] == []
    deleted = world.details("RELATED_ITEM.DELETED")
    assert [one["relatedItem"]["relatedItemId"] for one in deleted] == [comment, link]
    assert "comment" not in deleted[0]["relatedItem"]


def test_a_contact_knows_its_cases(world: World) -> None:
    first, second = world.create(), world.create()
    contact = world.task()
    for case_id in (first, second):
        world.relate(case_id, "Contact", {"contactArn": contact})
    listed = world.cases.list_cases_for_contact(domainId=world.domain, contactArn=contact)["cases"]
    assert [one["caseId"] for one in listed] == [first, second]
    described = world.connect.describe_contact(InstanceId=INSTANCE_ID, ContactId=contact.rpartition("/")[2])["Contact"]
    assert described["Cases"] == [{"CaseId": one, "CaseReferenceNumber": world.value(one, "reference_number")} for one in (first, second)]
    world.cases.delete_case(domainId=world.domain, caseId=first)
    assert len(world.cases.list_cases_for_contact(domainId=world.domain, contactArn=contact)["cases"]) == 1
    with refused("ResourceNotFoundException"):
        world.cases.list_cases_for_contact(domainId=world.domain, contactArn="nope")


def test_a_batch_puts_one_comment_on_many_cases(world: World) -> None:
    first, second = world.create(), world.create()
    cases = [{"caseIdentifier": {"caseId": one}} for one in (first, "nope", second)]
    content = {"comment": {"body": "Outage", "contentType": "Text/Plain"}}
    request = {"domainId": world.domain, "cases": cases, "content": content, "clientToken": "w-1"}
    answer = world.cases.batch_create_related_item(**request)
    assert world.cases.batch_create_related_item(**request) == answer
    assert [one["caseIdentifier"]["caseId"] for one in answer["successfulItems"]] == [first, second]
    assert [one["errorCode"] for one in answer["failedItems"]] == ["CASE_NOT_FOUND"]
    assert [len(world.items(one)) for one in (first, second)] == [1, 1]
    with refused(match="comment content only"):
        file = {"file": {"fileArn": "arn:aws:connect:us-east-1:111122223333:file/f"}}
        world.cases.batch_create_related_item(**(request | {"content": file, "clientToken": "w-2"}))


def test_quotas_of_a_case() -> None:
    world = World(quotas=Quotas(related_items_per_case=3, slas_per_case=1, files_per_case=1, fields_per_custom_item=1))
    case_id = world.create()
    amount, colour = world.field("Amount", "Number"), world.field("Colour", "Text")
    with refused("ServiceQuotaExceededException"):
        world.relate(case_id, "Custom", {"fields": entries({amount: 1, colour: "red"})})
    world.sla(case_id, 5)
    with refused("ServiceQuotaExceededException"):
        world.sla(case_id, 5)
    file = {"fileArn": "arn:aws:connect:us-east-1:111122223333:file/f"}
    world.relate(case_id, "File", file)
    with refused("ServiceQuotaExceededException"):
        world.relate(case_id, "File", file)
    world.comment(case_id)
    with refused("ServiceQuotaExceededException"):
        world.comment(case_id)


def test_an_sla_is_met_before_its_target(world: World) -> None:
    case_id = world.create()
    item = world.sla(case_id, 30)
    assert world.value(case_id, "next_sla_breach_datetime") == "2026-03-02T12:30:00.000Z"
    world.clock.sleep(60)
    world.update(case_id, {"summary": "not yet"})
    assert sla_of(world, case_id, item)["status"] == "Active"
    world.update(case_id, {"status": "closed"})
    found = sla_of(world, case_id, item)
    assert found["status"] == "Met"
    assert found["completionTime"] == NOON + timedelta(seconds=60, milliseconds=1)
    assert world.value(case_id, "next_sla_breach_datetime") is None
    assert world.service.next_timer() is None
    world.clock.sleep(3600)
    world.update(case_id, {"status": "open"})
    assert sla_of(world, case_id, item)["status"] == "Met"


def test_an_sla_turns_overdue_and_is_then_not_met(world: World) -> None:
    case_id = world.create()
    item = world.sla(case_id, 30)
    target = NOON + timedelta(minutes=30)
    assert world.service.next_timer() == target
    world.clock.skip_to(target - timedelta(milliseconds=1))
    world.service.run_timers()
    assert sla_of(world, case_id, item)["status"] == "Active"
    world.clock.skip_to(target)
    world.service.run_timers()
    assert sla_of(world, case_id, item)["status"] == "Overdue"
    assert world.service.next_timer() is None
    (event,) = world.details("RELATED_ITEM.UPDATED")
    assert event["approximateChangeTime"] == "2026-03-02T12:30:00.000Z"
    assert event["changedAttributes"] == ["sla.slaConfiguration.status"]
    assert event["relatedItem"]["sla"]["slaConfiguration"]["status"] == "Overdue"
    assert event["performedBy"]["iamPrincipalArn"].endswith("AWSServiceRoleForAmazonConnect")
    world.update(case_id, {"status": "closed"})
    assert sla_of(world, case_id, item)["status"] == "NotMet"
    history = [(one["type"], one.get("relatedItemType")) for one in world.history(case_id)]
    assert history[:3] == [("RelatedItem.Updated", "Sla"), ("Case.Updated", None), ("RelatedItem.Updated", "Sla")]


def test_a_late_request_sees_the_breach_that_came_before_it(world: World) -> None:
    case_id = world.create()
    item = world.sla(case_id, 5)
    world.clock.sleep(600)
    world.update(case_id, {"status": "closed"})
    assert sla_of(world, case_id, item)["status"] == "NotMet"
    kinds = [one["eventType"] for one in world.details()][2:]
    assert kinds == ["RELATED_ITEM.UPDATED", "CASE.UPDATED", "RELATED_ITEM.UPDATED"]


def test_breaches_of_many_slas_come_in_order_of_their_targets(world: World) -> None:
    first, second = world.create(), world.create()
    world.sla(first, 20, name="b")
    world.sla(second, 10, name="a")
    world.sla(first, 30, name="c")
    gone = world.sla(first, 15, name="gone")
    world.cases.delete_related_item(domainId=world.domain, caseId=first, relatedItemId=gone)
    assert world.value(first, "next_sla_breach_datetime") == "2026-03-02T12:20:00.000Z"
    world.clock.sleep(3600)
    world.service.run_timers()
    breached = [one["relatedItem"]["sla"]["slaConfiguration"]["name"] for one in world.details("RELATED_ITEM.UPDATED")]
    assert breached == ["a", "b", "c"]


def test_an_sla_already_reached_is_met_at_once_and_one_without_a_target_value_never(world: World) -> None:
    case_id = world.create(status="closed")
    assert sla_of(world, case_id, world.sla(case_id, 5))["status"] == "Met"
    configuration = {"name": "by the clock", "type": "CaseField", "targetSlaMinutes": 5}
    item = world.relate(case_id, "Sla", {"slaInputConfiguration": configuration})
    world.update(case_id, {"status": "open"})
    assert sla_of(world, case_id, item)["status"] == "Active"
    assert "targetFieldValues" not in sla_of(world, case_id, item)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([], {"comment", "task", "active", "met", "order", "file", "link"}),
        ([{"comment": {}}], {"comment"}),
        ([{"contact": {"channel": ["VOICE"]}}], set()),
        ([{"contact": {"channel": ["VOICE", "TASK"]}}, {"file": {}}], {"task", "file"}),
        ([{"sla": {"status": "Active"}}], {"active"}),
        ([{"sla": {"name": "met"}}], {"met"}),
        ([{"sla": {"name": "met", "status": "Active"}}], set()),
        ([{"connectCase": {"caseId": "nope"}}], set()),
        ([{"connectCase": {}}], {"link"}),
        ([{"custom": {}}], {"order"}),
        ([{"custom": {"fields": {"field": {"greaterThan": {"id": "AMOUNT", "value": {"doubleValue": 6.0}}}}}}], {"order"}),
        ([{"custom": {"fields": {"not": {"field": {"equalTo": {"id": "AMOUNT", "value": {"doubleValue": 7.0}}}}}}}], set()),
    ],
)
def test_filters_over_related_items(world: World, filters: list[dict[str, Any]], expected: set[str]) -> None:
    amount = world.field("Amount", "Number")
    case_id, other = world.create(), world.create()
    items = {
        world.comment(case_id): "comment",
        world.relate(case_id, "Contact", {"contactArn": world.task()}): "task",
        world.sla(case_id, 5, name="active"): "active",
        world.sla(case_id, 5, name="met", value="open"): "met",
        world.relate(case_id, "Custom", {"fields": entries({amount: 7})}): "order",
        world.relate(case_id, "File", {"fileArn": "arn:aws:connect:us-east-1:111122223333:file/f"}): "file",
        world.relate(case_id, "ConnectCase", {"caseId": other}): "link",
    }
    written = json.loads(json.dumps(filters).replace("AMOUNT", amount))
    assert {items[one["relatedItemId"]] for one in world.items(case_id, *written)} == expected
    everywhere = world.cases.search_all_related_items(domainId=world.domain, filters=written)["relatedItems"]
    assert {items[one["relatedItemId"]] for one in everywhere} == expected
    assert {one["caseId"] for one in everywhere} <= {case_id}


def test_all_related_items_sorted_and_paged(world: World) -> None:
    cases = sorted(world.create() for _ in range(3))
    for number in range(9):
        world.clock.sleep(1)
        world.comment(cases[number % 3], str(number))
    sorts = [{"sortProperty": "CaseId", "sortOrder": "Asc"}, {"sortProperty": "AssociationTime", "sortOrder": "Desc"}]
    bodies: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = world.cases.search_all_related_items(domainId=world.domain, sorts=sorts, maxResults=4, **token)
        bodies += [one["content"]["comment"]["body"] for one in answer["relatedItems"]]
        if "nextToken" not in answer:
            break
        token = {"nextToken": answer["nextToken"]}
    assert bodies == ["6", "3", "0", "7", "4", "1", "8", "5", "2"]
    newest = world.cases.search_all_related_items(domainId=world.domain, maxResults=1)["relatedItems"]
    assert newest[0]["content"]["comment"]["body"] == "8"
