"""One hand-written sample for every kind of event, and what is refused."""

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.cases.events import (
    CaseCreated,
    CaseDeleted,
    CaseUpdated,
    ClockDue,
    Event,
    RelatedItemAdded,
    RelatedItemRemoved,
    RelatedItemUpdated,
    Unrecognised,
)
from casewright.cases.parsing import parse
from casewright.cases.performers import OwnWrite, entity_for
from casewright.cases.state import Case, Missing, apply
from casewright.cases.values import Unread, User
from casewright.errors import MalformedEvent
from casewright.measures.privacy import custom_values

SAMPLES = Path(__file__).parent / "samples"
CASE_ID = "689b0bea-aa29-4340-896d-4ca3ce9b6226"


def sample(name: str) -> dict:
    return json.loads((SAMPLES / f"{name}.json").read_text())


def parsed(name: str, **change: object) -> Event:
    return parse(json.dumps(sample(name) | change))


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_sample_is_read_with_its_case_and_place_in_the_order(path: Path) -> None:
    event = parse(path.read_text())
    assert event.case_id == CASE_ID
    assert event.position.event_id == event.id
    assert event.at.tzinfo is UTC or event.at.utcoffset().total_seconds() == 0
    assert event.domain_id == "0f3c2d1e-5a6b-4c7d-8e9f-a0b1c2d3e4f5"


def test_field_values_keep_their_types() -> None:
    change = parsed("case_created_with_fields").change
    assert isinstance(change, CaseCreated)
    fields = dict(change.fields)
    assert isinstance(fields.pop("created_by"), User)
    assert fields == {"status": "open", "title": "Parcel lost", "amount": 129.5, "gift": True, "note": ""}


def test_a_payload_without_included_data_leaves_fields_unknown_rather_than_absent() -> None:
    assert parsed("case_created_without_fields").change.fields is None
    assert parsed("case_updated_by_iam_principal").change.fields == {}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("case_updated_by_user", "user"),
        ("case_updated_by_custom_entity", "custom_entity"),
        ("case_updated_by_iam_principal", "iam"),
    ],
)
def test_the_performer_is_told_apart(name: str, kind: str) -> None:
    event = parsed(name)
    assert event.performer.kind == kind
    assert event.performer.id
    assert isinstance(event.change, CaseUpdated)


def test_the_detail_type_of_2022_is_read_too() -> None:
    assert parsed("case_updated_2022_detail_type").change == CaseUpdated(
        "7d1e0000-0000-4000-8000-000000000001", datetime(2026, 11, 16, 14, tzinfo=UTC), {"status": "open"}, ("status",)
    )


@pytest.mark.parametrize(
    ("name", "change", "item_type"),
    [
        ("comment_added", RelatedItemAdded, "comment"),
        ("comment_added_without_content", RelatedItemAdded, "comment"),
        ("comment_updated", RelatedItemUpdated, "comment"),
        ("comment_removed", RelatedItemRemoved, "comment"),
        ("contact_added", RelatedItemAdded, "contact"),
        ("file_added", RelatedItemAdded, "file"),
        ("sla_added", RelatedItemAdded, "sla"),
        ("connect_case_added", RelatedItemAdded, "case"),
        ("custom_added", RelatedItemAdded, "custom"),
        ("item_of_unknown_type_added", RelatedItemAdded, "unknown"),
    ],
)
def test_related_items_of_every_type_in_any_letter_case_and_under_both_prefixes(name: str, change: type, item_type: str) -> None:
    event = parsed(name)
    assert type(event.change) is change
    assert event.change.item.type == item_type


@pytest.mark.parametrize(("name", "status"), [("sla_added", "Active"), ("sla_overdue_flat", "Overdue"), ("sla_met_direct", "Met")])
def test_every_form_of_an_sla_item_is_read(name: str, status: str) -> None:
    item = parsed(name).change.item
    assert (item.sla_name, item.sla_status) == ("first-response", status)
    assert item.sla_target_at == datetime(2026, 11, 16, 18, tzinfo=UTC)


def test_contents_of_items_are_read() -> None:
    assert parsed("comment_added").change.item.comment_body == "Refund approved"
    assert parsed("contact_added").change.item.contact_channel == "CHAT"
    assert parsed("custom_added").change.item.fields == {"order": "A-1001", "total": 12.0}
    assert parsed("comment_added_without_content").change.item.comment_body == ""


def test_a_deleted_case_and_an_unknown_event_type_keep_their_case() -> None:
    assert isinstance(parsed("case_deleted").change, CaseDeleted)
    assert parsed("unrecognised_type").change == Unrecognised("CASE.MERGED")


def test_a_clock_event_of_ours_is_read() -> None:
    body = sample("case_deleted") | {
        "source": "casewright",
        "detail-type": "Casewright Clock Due",
        "detail": {"caseId": "c", "policy": "p", "cycle": 2, "milestone": "breach", "due": "2026-11-16T18:00:00Z"},
    }
    event = parse(json.dumps(body))
    assert (event.change, event.at) == (ClockDue("p", 2, "breach"), datetime(2026, 11, 16, 18, tzinfo=UTC))


ROLE = "arn:aws:sts::111122223333:assumed-role/perform-role/perform"


@pytest.mark.parametrize(
    ("principal", "entity", "own"),
    [
        (ROLE, entity_for("ab" * 16, 2), OwnWrite("ab" * 16, 2)),
        ("arn:aws:iam::111122223333:role/path/perform-role", entity_for("ab" * 16, 2), OwnWrite("ab" * 16, 2)),
        ("arn:aws:iam::111122223333:role/agent", entity_for("ab" * 16, 2), None),
        (ROLE, "somebody", None),
        (ROLE, "casewright/short/1", None),
    ],
)
def test_an_event_is_our_own_only_by_entity_and_role(principal: str, entity: str, own: OwnWrite | None) -> None:
    body = sample("case_updated_by_user")
    body["detail"]["performedBy"] = {"user": {"customEntity": entity}, "iamPrincipalArn": principal}
    assert parse(json.dumps(body), own_role="perform-role").own == own


def test_a_delete_is_our_own_by_role_alone() -> None:
    body = sample("comment_removed")
    body["detail"]["performedBy"] = {"iamPrincipalArn": ROLE}
    assert parse(json.dumps(body), own_role="perform-role").own == OwnWrite("", 1)
    assert parse(json.dumps(body), own_role="").own is None


def broken(path: str, value: object) -> str:
    body = sample("case_created_with_fields")
    *parents, last = path.split("/")
    place = body
    for part in parents:
        place = place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return json.dumps(body)


@pytest.mark.parametrize(
    ("body", "where", "says"),
    [
        ("", "$", "no JSON object"),
        ("{", "$", "no JSON object"),
        ("[]", "$", "Expected `object`"),
        (broken("id", None), "$", "`id`"),
        (broken("resources", []), "$.resources", "length >= 1"),
        (broken("source", "aws.ec2"), "$.detail-type", "aws.cases"),
        (broken("detail-type", "AWS API Call via CloudTrail"), "$.detail-type", "Amazon Connect Cases Change"),
        (broken("resources", ["arn:aws:s3:::x"]), "$.resources[0]", "ARN of a Cases domain"),
        (broken("detail/eventType", None), "$.detail", "`eventType`"),
        (broken("detail/approximateChangeTime", "yesterday"), "$.detail.approximateChangeTime", "datetime"),
        (broken("detail/case", None), "$.detail.case", "missing"),
        (broken("detail/case/caseId", ""), "$.detail.case.caseId", "length >= 1"),
        (broken("detail/case/fields/amount", {"value": {"doubleValue": "12"}}), "$.detail.case.fields.amount.value", "doubleValue"),
        (
            broken("detail/case/fields/amount", {"value": {"boolValue": True, "doubleValue": 1}}),
            "$.detail.case.fields.amount.value",
            "exactly one of",
        ),
        (broken("detail/eventType", "RELATED_ITEM.CREATED"), "$.detail.relatedItem", "missing"),
    ],
)
def test_a_malformed_event_says_where_and_what(body: str, where: str, says: str) -> None:
    with pytest.raises(MalformedEvent) as refusal:
        parse(body)
    assert refusal.value.where == where
    assert says in str(refusal.value)


@pytest.mark.parametrize("value", [[None], "x", None, {}], ids=str)
def test_a_custom_field_without_a_value_says_where_and_what(value: object) -> None:
    body = sample("custom_added")
    body["detail"]["relatedItem"]["custom"]["fields"][1]["value"] = value
    with pytest.raises(MalformedEvent, match=r"accepted is an id and a field value") as refusal:
        parse(json.dumps(body))
    assert refusal.value.where == "$.detail.relatedItem.custom.fields[1]"


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_nothing_but_malformed_event_comes_out_of_any_json(value: object) -> None:
    body = sample("case_updated_by_user")
    body["detail"] = value
    with pytest.raises(MalformedEvent):
        parse(json.dumps(body))


def test_a_value_of_a_new_kind_leaves_its_field_unknown_and_the_others_known() -> None:
    event = parse(broken("detail/case/fields/amount", {"value": {"moneyValue": {"amount": 12, "currency": "USD"}}}))
    assert isinstance(event.change, CaseUpdated | CaseCreated)
    fields = event.change.fields
    assert fields is not None
    assert fields["amount"] == Unread("moneyValue")
    assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event
    case, included = apply(Case(event.case_id), event), frozenset(fields)
    known = {field_id: case.field(field_id, included=included) for field_id in fields}
    assert [field_id for field_id, value in known.items() if isinstance(value, Missing)] == ["amount"]
    assert known["amount"] is Missing.UNKNOWN
    assert "amount" not in custom_values(fields, frozenset(fields))
