"""The event stream and the audit history of the local Cases."""

import json
from typing import Any

import pytest
from localcloud.cases_world import ANA_ARN, ROBOT, World, entries

from casewright.cases.events import CaseCreated, CaseDeleted, CaseUpdated, RelatedItemAdded, RelatedItemRemoved, RelatedItemUpdated
from casewright.cases.parsing import parse
from casewright_workbench.localcloud.service import ServiceError


@pytest.fixture
def world() -> World:
    return World(streaming=False)


def test_a_domain_streams_nothing_until_it_is_told_to(world: World) -> None:
    assert world.cases.get_case_event_configuration(domainId=world.domain) == {"eventBridge": {"enabled": False}}
    world.comment(world.create())
    assert world.events == []
    world.cases.put_case_event_configuration(domainId=world.domain, eventBridge={"enabled": False})
    world.create()
    assert world.events == []


def test_the_envelope_of_an_update(world: World) -> None:
    case_id = world.create("Parcel", summary="lost")
    world.stream(caseData={"fields": [{"id": "status"}, {"id": "case_reason"}]})
    world.clock.sleep(1.2345)
    world.update(case_id, {"status": "closed", "summary": None}, performedBy={"userArn": ANA_ARN})
    (envelope,) = world.events
    domain_arn = f"arn:aws:cases:us-east-1:111122223333:domain/{world.domain}"
    assert len(envelope.pop("id")) == 36
    changed = envelope["detail"].pop("changedFieldIds")
    assert sorted(changed) == ["last_closed_datetime", "last_updated_datetime", "last_updated_user", "status", "summary"]
    assert envelope == {
        "version": "0",
        "detail-type": "Amazon Connect Cases Change",
        "source": "aws.cases",
        "account": "111122223333",
        "time": "2026-03-02T12:00:01Z",
        "region": "us-east-1",
        "resources": [domain_arn, f"{domain_arn}/case/{case_id}"],
        "detail": {
            "version": "0",
            "eventType": "CASE.UPDATED",
            "approximateChangeTime": "2026-03-02T12:00:01.234Z",
            "performedBy": {"user": {"userArn": ANA_ARN}, "iamPrincipalArn": ROBOT.principal_arn},
            "case": {
                "caseId": case_id,
                "templateId": world.template,
                "createdDateTime": "2026-03-02T12:00:00.000Z",
                "fields": {"status": {"value": {"stringValue": "closed"}}},
            },
        },
    }


def test_the_envelope_of_a_comment(world: World) -> None:
    case_id = world.create()
    world.stream(relatedItemData={"includeContent": True})
    item = world.comment(case_id, "Refunded", performedBy={"customEntity": "casewright/w/1"})
    (envelope,) = world.events
    assert envelope["resources"][1].endswith(f"/case/{case_id}/related-item/{item}")
    assert envelope["detail"] == {
        "version": "0",
        "eventType": "RELATED_ITEM.CREATED",
        "approximateChangeTime": "2026-03-02T12:00:00.001Z",
        "changedAttributes": ["comment.commentText"],
        "performedBy": {"user": {"customEntity": "casewright/w/1"}, "iamPrincipalArn": ROBOT.principal_arn},
        "relatedItem": {
            "relatedItemType": "Comment",
            "relatedItemId": item,
            "caseId": case_id,
            "createdDateTime": "2026-03-02T12:00:00.001Z",
            "comment": {"body": "Refunded"},
        },
    }


@pytest.mark.parametrize(
    ("included", "fields"),
    [
        ({}, None),
        ({"relatedItemData": {"includeContent": True}}, None),
        ({"caseData": {"fields": []}}, set()),
        ({"caseData": {"fields": [{"id": "status"}, {"id": "summary"}]}}, {"status"}),
        ({"caseData": {"fields": [], "autoIncludeFields": "Custom"}}, {"colour"}),
        ({"caseData": {"fields": [{"id": "title"}], "autoIncludeFields": "Custom"}}, {"title", "colour"}),
    ],
)
def test_fields_are_carried_exactly_as_configured(world: World, included: dict[str, Any], fields: set[str] | None) -> None:
    world.stream(**included)
    colour = world.field("Colour", "Text")
    case_id = world.create(**{colour: "red"})
    world.comment(case_id, "secret")
    case, comment = world.details()
    found = case["case"].get("fields")
    assert (None if found is None else {"colour" if one == colour else one for one in found}) == fields
    assert ("comment" in comment["relatedItem"]) is ("relatedItemData" in included)


def test_all_and_system_fields_are_included_as_a_whole(world: World) -> None:
    colour = world.field("Colour", "Text")
    for category, carried in (("All", True), ("System", False)):
        world.stream(caseData={"fields": [], "autoIncludeFields": category})
        case_id = world.create(**{colour: "red"})
        fields = world.details()[-1]["case"]["fields"]
        assert fields["case_id"] == {"value": {"stringValue": case_id}}
        assert (colour in fields) is carried


def test_the_configuration_is_replaced_and_read_back_as_given(world: World) -> None:
    first = {"enabled": True, "includedData": {"caseData": {"fields": [{"id": "title"}]}, "relatedItemData": {"includeContent": True}}}
    second = {"enabled": True, "includedData": {"caseData": {"fields": [], "autoIncludeFields": "All"}}}
    for bridge in (first, second):
        world.cases.put_case_event_configuration(domainId=world.domain, eventBridge=bridge)
        assert world.cases.get_case_event_configuration(domainId=world.domain) == {"eventBridge": bridge}
    with pytest.raises(ServiceError, match=r"ValidationException.*nope"):
        world.stream(caseData={"fields": [{"id": "nope"}]})


def test_an_update_that_changes_no_value_still_stamps_the_case(world: World) -> None:
    case_id = world.create(summary="same")
    world.stream()
    world.clock.sleep(1)
    world.update(case_id, {"summary": "same"})
    world.update(case_id, {})
    assert [one["changedFieldIds"] for one in world.details()] == [["last_updated_datetime"]]


def test_every_event_is_one_that_casewright_reads() -> None:
    world = World()
    amount = world.field("Amount", "Number")
    case_id = world.create(**{amount: 3})
    world.sla(case_id, 5)
    item = world.comment(case_id)
    world.relate(case_id, "Contact", {"contactArn": world.task()})
    world.relate(case_id, "Custom", {"fields": entries({amount: 3})})
    world.relate(case_id, "File", {"fileArn": "arn:aws:connect:us-east-1:111122223333:file/f"})
    world.relate(case_id, "ConnectCase", {"caseId": world.create()})
    world.clock.sleep(600)
    world.update(case_id, {"status": "closed"}, performedBy={"customEntity": "x"})
    world.cases.delete_related_item(domainId=world.domain, caseId=case_id, relatedItemId=item)
    world.cases.delete_case(domainId=world.domain, caseId=case_id)
    kinds = [type(parse(json.dumps(envelope)).change) for envelope in world.events]
    items = [RelatedItemAdded] * 5
    assert kinds == [
        CaseCreated,
        *items,
        CaseCreated,
        RelatedItemAdded,
        RelatedItemUpdated,
        CaseUpdated,
        RelatedItemUpdated,
        RelatedItemRemoved,
        CaseDeleted,
    ]


def test_the_history_has_old_and_new_values_newest_first(world: World) -> None:
    case_id = world.create(summary="old")
    world.update(case_id, {"summary": "new"}, performedBy={"userArn": ANA_ARN})
    world.update(case_id, {"summary": None})
    item = world.comment(case_id, "hello")
    world.cases.delete_related_item(domainId=world.domain, caseId=case_id, relatedItemId=item)
    removed, added, cleared, changed, created = world.history(case_id)

    def field(entry: dict[str, Any], field_id: str) -> dict[str, Any]:
        (found,) = [one for one in entry["fields"] if one["eventFieldId"] == field_id]
        return dict(found)

    assert created["type"] == "Case.Created"
    assert field(created, "summary") == {"eventFieldId": "summary", "newValue": {"stringValue": "old"}}
    assert changed["performedBy"] == {"user": {"userArn": ANA_ARN}, "iamPrincipalArn": ROBOT.principal_arn}
    assert field(changed, "summary") == {
        "eventFieldId": "summary",
        "oldValue": {"stringValue": "old"},
        "newValue": {"stringValue": "new"},
    }
    assert field(cleared, "summary")["newValue"] == {"emptyValue": {}}
    assert (added["type"], added["relatedItemType"]) == ("RelatedItem.Created", "Comment")
    assert field(added, "comment.commentText")["newValue"] == {"stringValue": "hello"}
    assert removed["type"] == "RelatedItem.Deleted"
    assert field(removed, "relatedItemId")["newValue"] == {"stringValue": item}


def test_the_history_is_paged(world: World) -> None:
    case_id = world.create()
    for number in range(30):
        world.update(case_id, {"summary": str(number)})
    first = world.cases.get_case_audit_events(domainId=world.domain, caseId=case_id)
    rest = world.cases.get_case_audit_events(domainId=world.domain, caseId=case_id, nextToken=first["nextToken"])
    entries_ = first["auditEvents"] + rest["auditEvents"]
    assert (len(first["auditEvents"]), len(rest["auditEvents"])) == (25, 6)
    times = [one["performedTime"] for one in entries_]
    assert times == sorted(times, reverse=True)
    assert len({one["eventId"] for one in entries_}) == 31
