"""Domains, fields, options, layouts, templates, case rules and tags of the local Cases."""

from typing import Any

import pytest
from localcloud.cases_world import ROBOT, World, entries

from casewright_workbench.localcloud.connectcases import Quotas
from casewright_workbench.localcloud.service import Caller, ServiceError


@pytest.fixture
def world() -> World:
    return World()


def refused(code: str) -> Any:
    return pytest.raises(ServiceError, match=code)


def test_every_operation_of_the_model_is_there(world: World) -> None:
    missing = [name for name in world.cases._operations if not callable(getattr(world.service, name, None))]
    assert missing == []
    assert len(world.cases._operations) == 47


def test_a_domain_has_its_system_fields_and_two_fixed_statuses(world: World) -> None:
    fields = {one["fieldId"]: one for one in world.cases.list_fields(domainId=world.domain)["fields"]}
    assert {"title", "status", "customer_id", "next_sla_breach_datetime", "reference_number"} <= set(fields)
    assert fields["status"]["type"] == "SingleSelect"
    assert {one["namespace"] for one in fields.values()} == {"System"}
    options = world.cases.list_field_options(domainId=world.domain, fieldId="status")["options"]
    assert [one["value"] for one in options] == ["open", "closed"]
    change = [{"name": "Shut", "value": "closed", "active": True}, {"name": "Pending", "value": "pending", "active": True}]
    errors = world.cases.batch_put_field_options(domainId=world.domain, fieldId="status", options=change)["errors"]
    assert [one["value"] for one in errors] == ["closed"]
    assert [one["value"] for one in world.cases.list_field_options(domainId=world.domain, fieldId="status")["options"]] == [
        "open",
        "closed",
        "pending",
    ]


def test_names_are_taken_once(world: World) -> None:
    field = world.field("Amount", "Number")
    world.cases.create_layout(domainId=world.domain, name="Plain", content={"basic": {}})
    with refused("ConflictException"):
        world.cases.create_domain(name="support")
    with refused("ConflictException"):
        world.cases.create_template(domainId=world.domain, name="Billing")
    with refused("ConflictException"):
        world.cases.create_layout(domainId=world.domain, name="Plain", content={"basic": {}})
    with refused("ConflictException"):
        world.field("Amount", "Text")
    world.cases.delete_field(domainId=world.domain, fieldId=field)
    assert world.field("Amount", "Text") != field


def test_another_account_or_region_sees_nothing(world: World) -> None:
    elsewhere = world.cases.as_caller(Caller(ROBOT.account, "eu-west-2", ROBOT.principal_arn))
    assert elsewhere.list_domains() == {"domains": []}
    with refused("ResourceNotFoundException") as caught:
        elsewhere.get_domain(domainId=world.domain)
    assert caught.value.members == {"resourceId": world.domain, "resourceType": "Domain"}


def test_a_deleted_field_is_kept_for_cases_that_have_it(world: World) -> None:
    field = world.field("Order", "Text")
    holder, other = world.create(**{field: "A-1"}), world.create()
    world.stream(caseData={"fields": [{"id": field}, {"id": "title"}]})
    template = world.cases.create_template(domainId=world.domain, name="Orders", requiredFields=[{"fieldId": field}])["templateId"]
    group = {"sections": [{"fieldGroup": {"fields": [{"id": field}, {"id": "summary"}]}}]}
    layout = world.cases.create_layout(domainId=world.domain, name="L", content={"basic": {"topPanel": group}})["layoutId"]
    world.cases.delete_field(domainId=world.domain, fieldId=field)

    assert world.cases.batch_get_field(domainId=world.domain, fields=[{"id": field}])["fields"][0]["deleted"] is True
    assert field not in {one["fieldId"] for one in world.cases.list_fields(domainId=world.domain)["fields"]}
    assert world.cases.get_template(domainId=world.domain, templateId=template)["requiredFields"] == []
    shown = world.cases.get_layout(domainId=world.domain, layoutId=layout)["content"]["basic"]["topPanel"]
    assert shown["sections"][0]["fieldGroup"]["fields"] == [{"id": "summary"}]
    bridge = world.cases.get_case_event_configuration(domainId=world.domain)["eventBridge"]
    assert bridge["includedData"]["caseData"]["fields"] == [{"id": "title"}]
    assert world.value(holder, field) == "A-1"
    world.update(holder, {"title": "Renamed"})
    assert set(world.details()[-1]["case"]["fields"]) == {"title"}
    world.update(holder, {field: "A-2"})
    assert world.value(holder, field) == "A-2"
    with refused("ValidationException"):
        world.update(other, {field: "A-3"})
    with refused("ValidationException"):
        world.create(**{field: "A-4"})
    with refused("ValidationException"):
        world.cases.update_field(domainId=world.domain, fieldId=field, name="Other")
    matching = {"field": {"equalTo": {"id": field, "value": {"stringValue": "A-2"}}}}
    assert world.cases.search_cases(domainId=world.domain, filter=matching)["totalCount"] == 1
    assert world.cases.search_cases(domainId=world.domain, searchTerm="a-2")["totalCount"] == 1


def test_system_fields_cannot_be_renamed_or_deleted(world: World) -> None:
    with refused("ValidationException"):
        world.cases.update_field(domainId=world.domain, fieldId="title", name="Subject")
    with refused("ValidationException"):
        world.cases.delete_field(domainId=world.domain, fieldId="title")


def test_unknown_fields_are_errors_of_the_batch(world: World) -> None:
    answer = world.cases.batch_get_field(domainId=world.domain, fields=[{"id": "title"}, {"id": "nope"}])
    assert [one["fieldId"] for one in answer["fields"]] == ["title"]
    assert [one["id"] for one in answer["errors"]] == ["nope"]


def test_options_are_put_by_value_and_refuse_twins(world: World) -> None:
    field = world.field("Priority", "SingleSelect", "low", "high")
    errors = world.cases.batch_put_field_options(
        domainId=world.domain,
        fieldId=field,
        options=[
            {"name": "Lowest", "value": "low", "active": False},
            {"name": "High", "value": "urgent", "active": True},
            {"name": "New", "value": "new", "active": True},
            {"name": "Newer", "value": "new", "active": True},
        ],
    )["errors"]
    assert [one["value"] for one in errors] == ["urgent", "new"]
    options = world.cases.list_field_options(domainId=world.domain, fieldId=field)["options"]
    assert [(one["name"], one["value"], one["active"]) for one in options] == [
        ("Lowest", "low", False),
        ("High", "high", True),
        ("New", "new", True),
    ]
    assert len(world.cases.list_field_options(domainId=world.domain, fieldId=field, values=["high"])["options"]) == 1
    with refused("ValidationException"):
        world.options(world.field("Amount", "Number"), "one")


def test_layouts_refuse_title_unknown_fields_and_doubles(world: World) -> None:
    def content(*ids: str) -> dict[str, Any]:
        return {"basic": {"moreInfo": {"sections": [{"fieldGroup": {"name": "", "fields": [{"id": one} for one in ids]}}]}}}

    for wrong in (("title",), ("status",), ("nope",), ("summary", "summary")):
        with refused("ValidationException"):
            world.cases.create_layout(domainId=world.domain, name="Wrong", content=content(*wrong))
    layout = world.cases.create_layout(domainId=world.domain, name="Good", content=content("summary"))["layoutId"]
    world.cases.update_layout(domainId=world.domain, layoutId=layout, content=content("case_reason", "summary"))
    assert world.cases.get_layout(domainId=world.domain, layoutId=layout)["content"] == content("case_reason", "summary")
    configuration = {"defaultLayout": layout}
    template = world.cases.create_template(domainId=world.domain, name="T", layoutConfiguration=configuration)["templateId"]
    with refused("ConflictException"):
        world.cases.delete_layout(domainId=world.domain, layoutId=layout)
    world.cases.delete_template(domainId=world.domain, templateId=template)
    world.cases.delete_layout(domainId=world.domain, layoutId=layout)
    assert world.cases.get_layout(domainId=world.domain, layoutId=layout)["deleted"] is True
    assert world.cases.list_layouts(domainId=world.domain)["layouts"] == []


def test_templates_keep_what_an_update_leaves_out(world: World) -> None:
    created = world.cases.create_template(
        domainId=world.domain, name="T", description="d", requiredFields=[{"fieldId": "summary"}], status="Inactive"
    )
    template = created["templateId"]
    world.cases.update_template(domainId=world.domain, templateId=template, name="U")
    shown = world.cases.get_template(domainId=world.domain, templateId=template)
    assert (shown["name"], shown["description"], shown["status"]) == ("U", "d", "Inactive")
    assert shown["requiredFields"] == [{"fieldId": "summary"}]
    listed = world.cases.list_templates(domainId=world.domain, status=["Active"])["templates"]
    assert [one["name"] for one in listed] == ["Billing"]
    with refused("ValidationException"):
        world.cases.update_template(domainId=world.domain, templateId=template)
    with refused("ValidationException"):
        world.create(template=template, summary="s")
    world.cases.delete_template(domainId=world.domain, templateId=template)
    assert world.cases.get_template(domainId=world.domain, templateId=template)["deleted"] is True
    with refused("ValidationException"):
        world.cases.update_template(domainId=world.domain, templateId=template, name="V")
    for wrong in ({"requiredFields": [{"fieldId": "nope"}]}, {"rules": [{"caseRuleId": "nope"}]}):
        with refused("ValidationException"):
            world.cases.create_template(domainId=world.domain, name="W", **wrong)


def test_case_rules_are_listed_changed_and_kept_while_used(world: World) -> None:
    rule = {"hidden": {"defaultValue": True, "conditions": []}}
    rule_id = world.cases.create_case_rule(domainId=world.domain, name="R", rule=rule)["caseRuleId"]
    tied = [{"caseRuleId": rule_id, "fieldId": "summary"}]
    world.cases.update_template(domainId=world.domain, templateId=world.template, rules=tied)
    assert world.cases.get_template(domainId=world.domain, templateId=world.template)["rules"] == tied
    with refused("ConflictException"):
        world.cases.delete_case_rule(domainId=world.domain, caseRuleId=rule_id)
    with refused("ValidationException"):
        changed = {"required": {"defaultValue": True, "conditions": []}}
        world.cases.update_case_rule(domainId=world.domain, caseRuleId=rule_id, rule=changed)
    world.cases.update_case_rule(domainId=world.domain, caseRuleId=rule_id, name="S", description="said")
    (summary,) = world.cases.list_case_rules(domainId=world.domain)["caseRules"]
    assert (summary["name"], summary["ruleType"], summary["description"]) == ("S", "Hidden", "said")
    world.cases.update_template(domainId=world.domain, templateId=world.template, rules=[])
    world.cases.delete_case_rule(domainId=world.domain, caseRuleId=rule_id)
    assert world.cases.list_case_rules(domainId=world.domain)["caseRules"] == []
    answer = world.cases.batch_get_case_rule(domainId=world.domain, caseRules=[{"id": rule_id}, {"id": "nope"}])
    assert answer["caseRules"][0]["deleted"] is True
    assert answer["caseRules"][0]["rule"] == rule
    assert [one["id"] for one in answer["errors"]] == ["nope"]


def test_case_rules_take_five_conditions_on_two_levels(world: World) -> None:
    leaf = {"equalTo": {"operandOne": {"fieldId": "summary"}, "operandTwo": {"stringValue": "x"}, "result": True}}

    def create(*conditions: dict[str, Any]) -> None:
        rule = {"required": {"defaultValue": False, "conditions": list(conditions)}}
        name = f"R{len(world.cases.list_case_rules(domainId=world.domain)['caseRules'])}"
        world.cases.create_case_rule(domainId=world.domain, name=name, rule=rule)

    def both(*conditions: dict[str, Any]) -> dict[str, Any]:
        return {"andAll": {"conditions": list(conditions)}}

    create(leaf, leaf, leaf, both(leaf, {"orAll": {"conditions": [leaf]}}))
    for wrong in ((leaf,) * 6, (both(both(both(leaf))),), (both(),)):
        with refused("ValidationException"):
            create(*wrong)


def test_tags_of_every_kind_of_resource(world: World) -> None:
    case_id = world.create()
    item = world.comment(case_id)
    domain_arn = world.cases.get_domain(domainId=world.domain)["domainArn"]
    arns = [domain_arn, f"{domain_arn}/template/{world.template}", f"{domain_arn}/field/title", f"{domain_arn}/case/{case_id}"]
    for arn in [*arns, f"{domain_arn}/case/{case_id}/related-item/{item}"]:
        world.cases.tag_resource(arn=arn, tags={"team": "north", "tier": "1"})
        world.cases.untag_resource(arn=arn, tagKeys=["tier", "absent"])
        assert world.cases.list_tags_for_resource(arn=arn) == {"tags": {"team": "north"}}
    assert world.items(case_id)[0]["tags"] == {"team": "north"}
    with refused("ResourceNotFoundException"):
        world.cases.tag_resource(arn=f"{domain_arn}/case/nope", tags={})
    with refused("ValidationException"):
        world.cases.tag_resource(arn="arn:aws:s3:::bucket", tags={})
    with refused("ValidationException"):
        world.cases.tag_resource(arn=domain_arn, tags={"aws:owner": "x"})


def test_quotas_are_kept() -> None:
    world = World(quotas=Quotas(domains=1, fields=1, field_options=2, templates=1, layouts=0, fields_per_layout=0))
    field = world.field("Priority", "SingleSelect", "low", "high")
    with refused("ServiceQuotaExceededException"):
        world.cases.create_domain(name="second")
    with refused("ServiceQuotaExceededException"):
        world.field("Second", "Text")
    with refused("ServiceQuotaExceededException"):
        world.options(field, "third")
    with refused("ServiceQuotaExceededException"):
        world.cases.create_template(domainId=world.domain, name="Second")
    with refused("ServiceQuotaExceededException"):
        world.cases.create_layout(domainId=world.domain, name="First", content={"basic": {}})


def test_a_deleted_domain_is_gone_with_its_cases(world: World) -> None:
    case_id = world.create()
    world.sla(case_id, 5)
    world.cases.delete_domain(domainId=world.domain)
    assert world.service.next_timer() is None
    with refused("ResourceNotFoundException"):
        world.cases.create_case(domainId=world.domain, templateId=world.template, fields=entries({"title": "x"}))


def test_pages_join_up_and_their_tokens_fit_the_same_parameters_only(world: World) -> None:
    for number in range(7):
        world.field(f"Field {number}", "Text")
    listed: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = world.cases.list_fields(domainId=world.domain, maxResults=10, **token)
        listed += [one["fieldId"] for one in answer["fields"]]
        if "nextToken" not in answer:
            break
        token = {"nextToken": answer["nextToken"]}
    assert listed == [one["fieldId"] for one in world.cases.list_fields(domainId=world.domain)["fields"]]
    with refused("ValidationException"):
        world.cases.search_cases(domainId=world.domain, searchTerm="other", **token)
    with refused("ValidationException"):
        world.cases.list_fields(domainId=world.domain, nextToken="made up")
