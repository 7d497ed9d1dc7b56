"""Creating, reading, updating and deleting cases in the local Cases, one by one and in batches."""

from datetime import timedelta
from typing import Any

import pytest
from localcloud.cases_world import ANA_ARN, NOON, ROBOT, World, entries, union_of

from casewright_workbench.localcloud.service import ServiceError

PROFILE = "arn:aws:profile:us-east-1:111122223333:domains/customers/profiles/0a1b"


@pytest.fixture
def world() -> World:
    return World()


def refused(code: str = "ValidationException", match: str = "") -> Any:
    return pytest.raises(ServiceError, match=f"{code}.*{match}")


def test_a_new_case_has_the_fields_that_cases_maintains(world: World) -> None:
    answer = world.cases.create_case(
        domainId=world.domain,
        templateId=world.template,
        fields=entries({"title": "Refund"}),
        performedBy={"userArn": ANA_ARN},
    )
    case_id = answer["caseId"]
    assert answer["caseArn"].endswith(f":domain/{world.domain}/case/{case_id}")
    values = world.values(
        case_id,
        "case_id",
        "status",
        "created_by",
        "created_datetime",
        "last_updated_user",
        "reference_number",
        "last_closed_datetime",
    )
    assert len(values.pop("reference_number")) == 8
    assert values == {
        "case_id": case_id,
        "status": "open",
        "created_by": ANA_ARN,
        "created_datetime": "2026-03-02T12:00:00.000Z",
        "last_updated_user": ANA_ARN,
    }


def test_the_same_requests_give_the_same_ids() -> None:
    first, second = World(), World()
    assert [first.create(), first.create()] == [second.create(), second.create()]


def test_closing_and_reopening_keep_their_moments(world: World) -> None:
    case_id = world.create()
    world.clock.sleep(60)
    world.update(case_id, {"status": "closed"}, performedBy={"userArn": ANA_ARN})
    world.clock.sleep(60)
    world.update(case_id, {"status": "open"}, performedBy={"customEntity": "robot"})
    asked = ("status", "last_closed_datetime", "last_reopened_datetime", "last_updated_datetime", "last_updated_user")
    assert world.values(case_id, *asked) == {
        "status": "open",
        "last_closed_datetime": "2026-03-02T12:01:00.000Z",
        "last_reopened_datetime": "2026-03-02T12:02:00.000Z",
        "last_updated_datetime": "2026-03-02T12:02:00.000Z",
    }


@pytest.mark.parametrize(
    "field_id",
    ["case_id", "created_by", "created_datetime", "last_updated_datetime", "last_closed_datetime", "next_sla_breach_datetime"],
)
def test_what_cases_maintains_cannot_be_written(world: World, field_id: str) -> None:
    case_id = world.create()
    before = world.value(case_id, field_id)
    with refused(match=field_id):
        world.update(case_id, {field_id: "2026-01-01T00:00:00Z"})
    assert world.value(case_id, field_id) == before


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("Text", ["x" * 500, ""], ["x" * 501, 1, True]),
        ("Number", [0, -1.5], ["1", True, float("nan"), float("inf")]),
        ("Boolean", [True, False], ["true", 1]),
        ("DateTime", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123+02:00"], ["2026-01-01", "2026-01-01T00:00:00", "soon", 1]),
        ("Url", ["https://example.com/a?b=c"], ["example.com", "ftp://example.com", "https://", "http://[", 1]),
        ("User", [{"userArnValue": ANA_ARN}], [ANA_ARN, {"userArnValue": "ana"}]),
        ("SingleSelect", ["low"], ["high", "old", "", "LOW", 1]),
    ],
)
def test_values_fit_the_type_of_their_field(world: World, kind: str, good: list[Any], bad: list[Any]) -> None:
    field = world.field("Field", kind)
    if kind == "SingleSelect":
        world.options(field, "low")
        world.options(field, "old", active=False)
    case_id = world.create()
    for value in good:
        world.update(case_id, {field: value})
        assert world.value(case_id, field) == next(iter(union_of(value).values()))
    held = world.value(case_id, field)
    for value in bad:
        with refused():
            world.update(case_id, {field: value})
        assert world.value(case_id, field) == held


@pytest.mark.parametrize(
    ("field_id", "good", "bad"),
    [
        ("summary", "s" * 3000, "s" * 3001),
        ("title", "t" * 500, "t" * 501),
        ("title", "t", " "),
        ("customer_id", PROFILE, "customer-7"),
        ("reference_number", "ORD/7-A", "two words"),
    ],
)
def test_system_fields_have_limits_of_their_own(world: World, field_id: str, good: str, bad: str) -> None:
    case_id = world.create()
    world.update(case_id, {field_id: good})
    with refused():
        world.update(case_id, {field_id: bad})
    assert world.value(case_id, field_id) == good


def test_multi_line_text_is_longer(world: World) -> None:
    field = world.field("Story", "Text", attributes={"text": {"isMultiline": True}})
    case_id = world.create(**{field: "x" * 4100})
    world.cases.update_field(domainId=world.domain, fieldId=field, attributes={"text": {"isMultiline": False}})
    with refused(match="at most 500"):
        world.update(case_id, {field: "x" * 501})
    with refused(match="Number"):
        world.field("Amount", "Number", attributes={"text": {"isMultiline": True}})


def test_an_option_made_inactive_stays_on_cases_that_have_it(world: World) -> None:
    field = world.field("Priority", "SingleSelect", "low")
    case_id, other = world.create(**{field: "low"}), world.create()
    world.options(field, "low", active=False)
    world.update(case_id, {"summary": "still here"})
    assert world.value(case_id, field) == "low"
    with refused(match="inactive"):
        world.update(other, {field: "low"})


def test_required_fields_must_be_given_and_cannot_be_emptied(world: World) -> None:
    required = [{"fieldId": "summary"}, {"fieldId": "customer_id"}]
    world.cases.update_template(domainId=world.domain, templateId=world.template, requiredFields=required)
    for wrong in ({}, {"summary": "s"}, {"summary": "", "customer_id": PROFILE}):
        with refused(match="requires a value"):
            world.create(**wrong)
    case_id = world.create(summary="s", customer_id=PROFILE)
    for emptied in ({"summary": None}, {"summary": ""}, {"customer_id": None}, {"title": None}, {"status": None}):
        with refused():
            world.update(case_id, emptied)
    world.update(case_id, {"case_reason": None})
    with refused(match="title"):
        world.cases.create_case(domainId=world.domain, templateId=world.template, fields=[])


def test_a_field_stands_once_in_a_request(world: World) -> None:
    case_id = world.create()
    with refused(match="twice"):
        twice = entries({"summary": "a"}) + entries({"summary": "b"})
        world.cases.update_case(domainId=world.domain, caseId=case_id, fields=twice)
    with refused(match="nope"):
        world.update(case_id, {"nope": "x"})
    with refused("ResourceNotFoundException"):
        world.update("nope", {"summary": "x"})


def rule(world: World, name: str, kind: str, *, default: bool, conditions: list[dict[str, Any]]) -> str:
    body = {kind: {"defaultValue": default, "conditions": conditions}}
    return str(world.cases.create_case_rule(domainId=world.domain, name=name, rule=body)["caseRuleId"])


def compare(operator: str, field_id: str, operand: dict[str, Any], *, result: bool = True) -> dict[str, Any]:
    return {operator: {"operandOne": {"fieldId": field_id}, "operandTwo": operand, "result": result}}


def tie(world: World, *rules: tuple[str, str | None]) -> None:
    tied = [{"caseRuleId": rule_id} | ({"fieldId": field} if field else {}) for rule_id, field in rules]
    world.cases.update_template(domainId=world.domain, templateId=world.template, rules=tied)


def test_a_field_required_on_closing(world: World) -> None:
    required = rule(world, "R", "required", default=False, conditions=[compare("equalTo", "status", {"stringValue": "closed"})])
    tie(world, (required, "summary"))
    case_id = world.create()
    with refused(match="summary"):
        world.update(case_id, {"status": "closed"})
    world.update(case_id, {"status": "closed", "summary": "Paid back"})
    with refused(match="summary"):
        world.update(case_id, {"summary": None})


def test_compound_conditions_and_the_first_that_holds(world: World) -> None:
    amount, vip = world.field("Amount", "Number"), world.field("VIP", "Boolean")
    big_vip = {
        "andAll": {"conditions": [compare("equalTo", vip, {"booleanValue": True}), compare("notEqualTo", amount, {"emptyValue": {}})]}
    }
    waived = compare("equalTo", amount, {"doubleValue": 0.0}, result=False)
    tie(world, (rule(world, "R", "required", default=False, conditions=[waived, big_vip]), "summary"))
    world.create(**{vip: True})
    world.create(**{amount: 10, vip: False})
    world.create(**{amount: 0, vip: True})
    with refused(match="summary"):
        world.create(**{amount: 10, vip: True})
    world.create(**{amount: 10, vip: True, "summary": "s"})


def test_a_hidden_field_is_not_required(world: World) -> None:
    always = rule(world, "R", "required", default=True, conditions=[])
    shown = compare("equalTo", "title", {"stringValue": "show"}, result=False)
    hidden = rule(world, "H", "hidden", default=True, conditions=[shown])
    tie(world, (always, "summary"), (hidden, "summary"))
    world.create("hide")
    with refused(match="summary"):
        world.create("show")


def test_dependent_options_follow_their_parent(world: World) -> None:
    country, state = world.field("Country", "SingleSelect", "us", "fr"), world.field("State", "SingleSelect", "ny", "tx", "idf")
    mappings = [
        {"parentFieldOptionValue": "us", "childFieldOptionValues": ["ny", "tx"]},
        {"parentFieldOptionValue": "fr", "childFieldOptionValues": ["idf"]},
    ]
    body = {"fieldOptions": {"parentFieldId": country, "childFieldId": state, "parentChildFieldOptionsMappings": mappings}}
    rule_id = world.cases.create_case_rule(domainId=world.domain, name="O", rule=body)["caseRuleId"]
    tie(world, (rule_id, None))
    case_id = world.create(**{country: "us", state: "ny"})
    for wrong in ({state: "idf"}, {country: "fr"}, {country: None}):
        with refused(match="no option"):
            world.update(case_id, wrong)
    world.update(case_id, {country: "fr", state: "idf"})
    world.update(case_id, {country: None, state: None})
    with refused(match="SingleSelect"):
        wrong_type = {"fieldOptions": {"parentFieldId": "title", "parentChildFieldOptionsMappings": mappings}}
        world.cases.create_case_rule(domainId=world.domain, name="P", rule=wrong_type)


def test_a_client_token_makes_one_case(world: World) -> None:
    def create(title: str) -> str:
        fields = entries({"title": title})
        answer = world.cases.create_case(domainId=world.domain, templateId=world.template, fields=fields, clientToken="token-1")
        return str(answer["caseId"])

    assert create("a") == create("a")
    assert len(world.details("CASE.CREATED")) == 1
    with refused("ConflictException"):
        create("b")


def test_template_tags_reach_the_case_and_yield_to_its_own(world: World) -> None:
    propagation = [{"resourceType": "Cases", "tagMap": {"department": "fraud", "tier": "1"}}]
    world.cases.update_template(domainId=world.domain, templateId=world.template, tagPropagationConfigurations=propagation)
    answer = world.cases.create_case(
        domainId=world.domain, templateId=world.template, fields=entries({"title": "x"}), tags={"department": "finance"}
    )
    shown = world.cases.get_case(domainId=world.domain, caseId=answer["caseId"], fields=[{"id": "title"}])
    assert shown["tags"] == {"department": "finance", "tier": "1"}
    found = {"tag": {"equalTo": {"key": "department", "value": "finance"}}}
    assert world.cases.search_cases(domainId=world.domain, filter=found)["totalCount"] == 1


def test_a_deleted_case_is_gone(world: World) -> None:
    case_id = world.create()
    world.sla(case_id, 5)
    world.cases.delete_case(domainId=world.domain, caseId=case_id)
    for gone in (lambda: world.history(case_id), lambda: world.items(case_id), lambda: world.value(case_id, "title")):
        with refused("ResourceNotFoundException"):
            gone()
    assert world.service.next_timer() is None
    (deleted,) = world.details("CASE.DELETED")
    assert deleted["performedBy"] == {"iamPrincipalArn": ROBOT.principal_arn}
    assert "fields" not in deleted["case"]


def batch(world: World, *case_ids: str, **more: Any) -> dict[str, Any]:
    cases = [{"caseIdentifier": {"caseId": one}} for one in case_ids]
    return world.cases.batch_update_case(domainId=world.domain, cases=cases, **{"fields": [], **more})


def named(name: str, value: Any) -> dict[str, Any]:
    return {"fieldIdentifier": {"name": name}, "value": union_of(value)}


def test_a_batch_updates_each_case_by_itself(world: World) -> None:
    amount = world.field("Amount", "Number")
    required = rule(world, "R", "required", default=False, conditions=[compare("equalTo", "status", {"stringValue": "closed"})])
    tie(world, (required, "summary"))
    good, bad = world.create(summary="done"), world.create()
    answer = batch(world, good, bad, "nope", fields=[named("Amount", 5)], title="New", status="closed", customerId=PROFILE)
    assert [one["caseIdentifier"]["caseId"] for one in answer["successfulCases"]] == [good]
    assert [(one["caseIdentifier"]["caseId"], one["errorCode"]) for one in answer["failedCases"]] == [
        (bad, "VALIDATION_ERROR"),
        ("nope", "CASE_NOT_FOUND"),
    ]
    assert world.values(good, "title", "status", "customer_id", amount) == {
        "title": "New",
        "status": "closed",
        "customer_id": PROFILE,
        amount: 5.0,
    }
    assert world.value(bad, "title") == "A case"


def test_a_batch_finds_cases_by_reference_id(world: World) -> None:
    case_id = world.create()
    reference = str(world.value(case_id, "reference_id"))
    by_reference = [{"caseIdentifier": {"referenceId": reference.lower()}}]
    answer = world.cases.batch_update_case(domainId=world.domain, cases=by_reference, fields=[], title="Found")
    assert answer["successfulCases"] == [{"caseIdentifier": {"caseId": case_id, "referenceId": reference}}]
    with refused(match="twice"):
        both = [*by_reference, {"caseIdentifier": {"caseId": case_id}}]
        world.cases.batch_update_case(domainId=world.domain, cases=both, fields=[], title="x")
    with refused("ResourceNotFoundException"):
        unknown = [{"caseIdentifier": {"referenceId": "nope"}}]
        world.cases.batch_update_case(domainId=world.domain, cases=unknown, fields=[], title="x")


def test_a_batch_is_refused_as_a_whole(world: World) -> None:
    world.field("One, two", "Text")
    case_id = world.create()
    for wrong in (
        {},
        {"fields": [named("Nope", "x")]},
        {"fields": [named("One, two", "x")]},
        {"fields": [named("Title", "x")]},
        {"fields": [{"fieldIdentifier": {"id": "status"}, "value": union_of("closed")}]},
        {"fields": [named("Summary", "x"), {"fieldIdentifier": {"id": "summary"}, "value": union_of("y")}]},
    ):
        with refused():
            batch(world, case_id, **wrong)
    assert world.details("CASE.UPDATED") == []


def test_a_batch_token_replays_the_first_answer(world: World) -> None:
    case_id = world.create()
    first = batch(world, case_id, "nope", title="New", clientToken="w-1")
    assert batch(world, case_id, "nope", title="New", clientToken="w-1") == first
    assert len(world.details("CASE.UPDATED")) == 1
    with refused("ConflictException"):
        batch(world, case_id, title="Other", clientToken="w-1")


def test_merging_takes_over_fields_and_items(world: World) -> None:
    amount, colour = world.field("Amount", "Number"), world.field("Colour", "Text")
    primary = world.create("Primary", **{amount: 1, "summary": "kept"})
    secondary = world.create("Secondary", **{amount: 2, colour: "red", "summary": "dropped", "customer_id": PROFILE})
    contact = world.task()
    comment = world.comment(secondary)
    for one in (primary, secondary):
        world.relate(one, "Contact", {"contactArn": contact})
    sla = world.sla(secondary, 60)
    world.cases.start_merge_cases(
        domainId=world.domain,
        caseId=primary,
        secondaryCaseIds=[secondary],
        fieldsConfiguration=[{"fieldIds": [{"id": amount}], "sourceCaseId": secondary}],
        relatedItemsConfiguration={"comment": True, "contact": True},
        performedBy={"customEntity": "merger"},
    )
    for case_id in (primary, secondary):
        status = world.cases.get_merge_cases_status(domainId=world.domain, caseId=case_id)
        assert status == {"status": "IN_PROGRESS", "primaryCaseId": primary, "secondaryCaseIds": [secondary]}
        with refused("ConflictException"):
            world.cases.delete_case(domainId=world.domain, caseId=case_id)
    for change in (lambda: world.update(secondary, {"summary": "x"}), lambda: world.comment(secondary)):
        with refused("ConflictException"):
            change()
    world.update(primary, {"title": "Still open"})

    due = world.service.next_timer()
    assert due is not None
    world.clock.skip_to(due)
    world.service.run_timers()

    assert world.values(primary, amount, colour, "summary", "title") == {
        amount: 2.0,
        colour: "red",
        "summary": "kept",
        "title": "Still open",
    }
    assert world.value(primary, "customer_id") is None
    assert world.value(secondary, "status") == "closed"
    assert {one["type"] for one in world.items(primary)} == {"Comment", "Contact", "ConnectCase"}
    assert comment in {one["relatedItemId"] for one in world.items(primary)}
    left = {one["type"]: one["relatedItemId"] for one in world.items(secondary)}
    assert set(left) == {"Sla", "ConnectCase"}
    assert left["Sla"] == sla
    assert world.cases.get_merge_cases_status(domainId=world.domain, caseId=secondary)["status"] == "COMPLETED"
    with refused("ResourceNotFoundException"):
        world.cases.get_merge_cases_status(domainId=world.domain, caseId=primary)
    for case_id in (primary, secondary):
        merged = [one for one in world.history(case_id) if one["type"] == "Case.Merged"]
        assert [one["mergeMetadata"]["primaryCaseId"] for one in merged] == [primary]
    world.update(secondary, {"status": "open"})
    with refused("ConflictException"):
        world.cases.start_merge_cases(domainId=world.domain, caseId=primary, secondaryCaseIds=[secondary])


def test_merges_that_cannot_start(world: World) -> None:
    other = PROFILE.replace("0a1b", "0c2d")
    primary, secondary = world.create(customer_id=PROFILE), world.create(customer_id=other)
    closed = world.create(status="closed")

    def merge(second: str, *field_ids: str, source: str | None = None) -> None:
        configuration = [{"fieldIds": [{"id": one} for one in field_ids], "sourceCaseId": source or second}]
        world.cases.start_merge_cases(
            domainId=world.domain, caseId=primary, secondaryCaseIds=[second], fieldsConfiguration=configuration if field_ids else []
        )

    for wrong in (primary, secondary, closed):
        with refused():
            merge(wrong)
    fine = world.create(summary="s")
    for fields in (("title",), ("case_reason",), ("summary", "summary"), ("nope",)):
        with refused():
            merge(fine, *fields)
    with refused(match="sourceCaseId"):
        merge(fine, "summary", source=primary)
    merge(fine, "summary")
    with refused("ConflictException"):
        merge(world.create())


def test_changes_in_one_millisecond_stay_in_order(world: World) -> None:
    case_id = world.create()
    for number in range(3):
        world.update(case_id, {"summary": str(number)})
    times = [one["approximateChangeTime"] for one in world.details()]
    assert times == sorted(set(times))
    assert world.clock.now() == NOON
    assert world.value(case_id, "last_updated_datetime") == times[-1]
    world.clock.skip_to(NOON + timedelta(seconds=1))
    world.update(case_id, {"summary": "later"})
    assert world.details()[-1]["approximateChangeTime"] == "2026-03-02T12:00:01.000Z"
