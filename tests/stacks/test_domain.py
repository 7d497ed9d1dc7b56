"""The domain: made with all CloudFormation can make, or adopted; configured by our own function either way."""

import json
from pathlib import Path
from typing import Any

import msgspec
from synthesis import DEFINITION, compiled_of, stage_of

from casewright.service.configure import Wanted
from stacks.contents import write_wanted


def test_a_domain_is_made_and_associated_with_the_instance(made: Any) -> None:
    association = made.one("AWS::Connect::IntegrationAssociation", "Association")["Properties"]
    assert association["IntegrationType"] == "CASES_DOMAIN"
    assert made.text("cases", association["InstanceId"]).endswith(f":instance/{stage_of().instance_id}"), "the property takes an ARN"
    assert made.text("cases", association["IntegrationArn"]) == "arn:aws:cases:us-east-1:111122223333:domain/domain"


def test_custom_fields_are_made_and_system_fields_are_not(made: Any) -> None:
    fields = [field["Properties"] for field in made.of("AWS::Cases::Field").values()]
    assert sorted(field["Name"] for field in fields) == ["notes", "priority"]
    notes = next(field for field in fields if field["Name"] == "notes")
    assert notes["Attributes"] == {"Text": {"IsMultiline": True}}
    assert all(made.text("cases", field["DomainId"]) == "domain" for field in fields)


def test_a_template_has_its_layout_required_fields_and_conditions(made: Any) -> None:
    template = next(
        one["Properties"] for one in made.of("AWS::Cases::Template").values() if one["Properties"]["Name"] == "Billing & refunds"
    )
    assert [_logical(field["FieldId"]) for field in template["RequiredFields"]] == ["DomainFieldpriority"]
    rules = [(_logical(rule["CaseRuleId"]), _logical(rule["FieldId"])) for rule in template["Rules"]]
    assert rules == [("DomainRulenotesifhigh", "DomainFieldnotes"), ("DomainRulenotesifpending", "DomainFieldnotes")]
    layout = made.templates["cases"]["Resources"][template["LayoutConfiguration"]["DefaultLayout"]["Fn::GetAtt"][0]]["Properties"]
    [section] = layout["Content"]["Basic"]["TopPanel"]["Sections"]
    assert [_logical(field["Id"]) for field in section["FieldGroup"]["Fields"]] == ["DomainFieldpriority"]


def test_conditions_name_custom_fields_by_reference_and_system_fields_by_their_id(made: Any) -> None:
    by_name = {rule["Properties"]["Name"]: rule["Properties"]["Rule"] for rule in made.of("AWS::Cases::CaseRule").values()}
    [high] = by_name["notes-if-high"]["Required"]["Conditions"]
    assert _logical(high["EqualTo"]["OperandOne"]["FieldId"]) == "DomainFieldpriority"
    [pending] = by_name["notes-if-pending"]["Hidden"]["Conditions"]
    assert pending["EqualTo"] == {"OperandOne": {"FieldId": "status"}, "OperandTwo": {"StringValue": "pending"}, "Result": True}


def test_an_existing_domain_is_left_to_the_function_that_adopts(adopted: Any) -> None:
    kinds = {resource["Type"] for template in adopted.templates.values() for resource in template["Resources"].values()}
    assert not [kind for kind in kinds if kind.startswith("AWS::Cases::")]
    assert "AWS::Connect::IntegrationAssociation" not in kinds
    assert "AWS::AppIntegrations::EventIntegration" not in kinds, "CloudFormation cannot adopt: see docs/decisions"
    assert adopted.one("Custom::CasesDomainConfiguration", "Configuration")


def test_the_domain_is_configured_after_all_of_it_is_made_and_the_function_has_its_permissions(made: Any) -> None:
    configuration = made.one("Custom::CasesDomainConfiguration", "Configuration")
    first = set(configuration["DependsOn"])
    resources = made.templates["cases"]["Resources"]
    needed = {logical for logical, resource in resources.items() if resource["Type"].startswith(("AWS::Cases::", "AWS::Connect::"))}
    needed |= {
        logical for logical, resource in resources.items() if resource["Type"] == "AWS::IAM::Policy" and "ConfigureDomain" in logical
    }
    assert len(needed) == 11
    assert needed <= first


def test_cloudformation_does_not_wait_an_hour_for_an_answer(made: Any) -> None:
    configuration = made.one("Custom::CasesDomainConfiguration", "Configuration")["Properties"]
    timeout = made.one("AWS::Lambda::Function", "ConfigureDomain")["Properties"]["Timeout"]
    assert timeout < int(configuration["ServiceTimeout"]) <= 1000


def test_what_is_wanted_is_written_as_the_function_reads_it_and_equal_contents_give_equal_bytes(tmp_path: Path) -> None:
    first, second = (write_wanted(compiled_of(), tmp_path / name).read_bytes() for name in ("one.json", "two.json"))
    assert first == second
    wanted = msgspec.json.decode(first, type=Wanted)
    assert wanted.definition == DEFINITION
    assert wanted.directory == compiled_of().directory
    assert wanted.bundle == compiled_of().written


def test_a_new_release_configures_anew(made: Any) -> None:
    release = made.one("Custom::CasesDomainConfiguration", "Configuration")["Properties"]["Release"]
    assert len(release) == 16
    assert "Token" not in json.dumps(release)


def _logical(value: dict[str, list[str]]) -> str:
    return value["Fn::GetAtt"][0][:-8]


def test_a_made_domain_can_be_named_by_its_id_later_though_other_stacks_still_import_it(made: Any, adopted: Any) -> None:
    """CloudFormation deploys the cases stack first, and refuses to take away an export that is in use; an equal value may stay."""
    exported = {each["Export"]["Name"] for each in made.templates["cases"]["Outputs"].values() if "Export" in each}
    kept = {each["Export"]["Name"]: each["Value"] for each in adopted.templates["cases"]["Outputs"].values() if "Export" in each}
    assert exported <= set(kept)
    [domain_id] = [kept[name] for name in exported if "DomainId" in name]
    assert domain_id == "0f3c2b1a"
