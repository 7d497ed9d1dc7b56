"""Rules that run on Connect: deployed as its own, with the ids of the domain, after all they speak of."""

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs
from native_directory import FILES, FLOW
from synthesis import INSTANCE, check, new_app, stage_of

from casewright_authoring import Compiled, compile_directory
from stacks.cases import Cases
from stacks.stage import Stage, StageError

ARN = f"arn:aws:connect:us-east-1:111122223333:instance/{INSTANCE}"
MADE = {
    "catalog.yaml": f"""\
        queues: {{Escalations: "{ARN}/queue/q-1"}}
        flows: {{Call back: "{ARN}/contact-flow/f-1"}}
        """,
    "fields.yaml": """\
        status: {system_id: status}
        case_reason: {system_id: case_reason, options: {Refund: refund}}
        assigned_queue: {system_id: assigned_queue}
        priority: {type: SingleSelect, options: {High: high}}
        amount: {type: Number}
        vip: {type: Boolean}
        note: {type: Text}
        """,
    "templates.yaml": "Billing: {}\n",
    "slas.yaml": "- {sla: answer, start: assigned, met_when: {priority: high}, target: [{within: 90m}], native: true}\n",
    "rules/native.yaml": """\
        - rule: triage
          when: [case_created, case_updated]
          runs_on: connect
          reacts_to: casewright
          if: {template: Billing, not: {priority: high}, case_reason: refund}
          then:
            - update_case: {set: {priority: high, amount: 2.5, vip: false, note: "", assigned_queue: Escalations}}
            - create_task: {flow: Call back, name: Look at it, description: Soon}
        - rule: promise
          when: case_created
          runs_on: connect
          mode: off
          if: {template: Billing}
          then:
            - assign_sla: answer
        - rule: tidy
          when: case_updated
          runs_on: connect
          reacts_to: casewright
          if: {status: closed}
          then: [{end_tasks: true}]
        - rule: ours
          when: case_created
          if: {template: Billing}
          then: [{add_comment: Hello}]
        """,
}
SYSTEM_ONLY = """\
- rule: queue-refunds
  when: case_created
  runs_on: connect
  if: {case_reason: refund}
  then: [{update_case: {set: {assigned_queue: Escalations}}}]
"""


def directory(folder: Path, files: dict[str, str]) -> Compiled:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return compile_directory(folder)


def cases_template(compiled: Compiled, stage: Stage) -> dict[str, Any]:
    """The cases stack by itself; synthesis fails on a finding of cdk-nag."""
    app = new_app()
    stack = Cases(app, stage=stage, compiled=compiled, workdir=Path(app.outdir) / "contents")
    check(app)
    found: dict[str, Any] = app.synth().get_stack_by_name(stack.stack_name).template
    return found


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The stack of a domain that is made, with rules that run on Connect."""
    return cases_template(directory(tmp_path_factory.mktemp("made"), MADE), stage_of())


def rules_of(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = [resource for resource in template["Resources"].values() if resource["Type"] == "AWS::Connect::Rule"]
    return {resource["Properties"]["Name"]: resource for resource in found}


def written(value: Any) -> str:
    """A joined text with each reference as <LogicalId.Attribute>, less CDK's hash."""
    match value:
        case {"Fn::Join": [_, list(parts)]}:
            return "".join(written(part) for part in parts)
        case {"Fn::GetAtt": [str(logical), str(attribute)]}:
            return f"<{logical[:-8]}.{attribute}>"
        case {"Ref": str(name)}:
            return f"<{name}>"
    return str(value)


def test_only_rules_that_run_on_connect_are_deployed_one_for_each_trigger(template: dict[str, Any]) -> None:
    found = rules_of(template)
    assert {name: rule["Properties"]["TriggerEventSource"]["EventSourceName"] for name, rule in found.items()} == {
        "triage.created": "OnCaseCreate",
        "triage.updated": "OnCaseUpdate",
        "promise": "OnCaseCreate",
        "tidy": "OnCaseUpdate",
    }
    assert {name for name, rule in found.items() if rule["Properties"]["PublishStatus"] == "DRAFT"} == {"promise"}
    assert {written(rule["Properties"]["InstanceArn"]) for rule in found.values()} == {f"arn:<AWS::Partition>{ARN.removeprefix('arn:aws')}"}


def test_a_function_speaks_of_the_resources_that_are_made(template: dict[str, Any]) -> None:
    function = json.loads(written(rules_of(template)["triage.created"]["Properties"]["Function"]))
    assert function == {
        "Version": "2022-11-25",
        "RuleFunction": {
            "Operator": "AND",
            "Operands": [
                _asked("CONTAINS_ANY", "<DomainTemplateBilling.TemplateId>", "$.Case.TemplateId"),
                {**_asked("EQUALS", "high", "$.Case.Fields.<DomainFieldpriority.FieldId>"), "Negate": True},
                _asked("EQUALS", "refund", "$.Case.Fields.case_reason"),
            ],
        },
    }


def test_actions_are_those_of_cloudformation_one_list_of_a_kind(template: dict[str, Any]) -> None:
    found = rules_of(template)
    triage = found["triage.updated"]["Properties"]["Actions"]
    fields = {written(each["Id"]): each["Value"] for each in triage["UpdateCaseActions"][0]["Fields"]}
    assert fields == {
        "<DomainFieldpriority.FieldId>": {"StringValue": "high"},
        "<DomainFieldamount.FieldId>": {"DoubleValue": 2.5},
        "<DomainFieldvip.FieldId>": {"BooleanValue": False},
        "<DomainFieldnote.FieldId>": {"EmptyValue": {}},
        "assigned_queue": {"StringValue": f"{ARN}/queue/q-1"},
    }
    assert triage["TaskActions"] == [{"ContactFlowArn": f"{ARN}/contact-flow/f-1", "Name": "Look at it", "Description": "Soon"}]
    assert found["tidy"]["Properties"]["Actions"] == {"EndAssociatedTasksActions": [{}]}
    [assigned] = found["promise"]["Properties"]["Actions"]["AssignSlaActions"]
    assert assigned["SlaAssignmentType"] == "CASES"
    configuration = assigned["CaseSlaConfiguration"]
    assert written(configuration.pop("FieldId")) == "<DomainFieldpriority.FieldId>"
    assert configuration == {"Name": "answer", "Type": "CaseField", "TargetFieldValues": [{"StringValue": "high"}], "TargetSlaMinutes": 90}


def test_rules_come_after_the_domain_is_configured_and_its_events_associated(template: dict[str, Any]) -> None:
    """Connect checks the fields and options that a rule names (CloudFormation asks for cases:ListFieldOptions to create one)."""
    resources = template["Resources"]
    configured = [logical for logical, resource in resources.items() if resource["Type"] == "Custom::CasesDomainConfiguration"]
    assert len(configured) == 1
    for rule in rules_of(template).values():
        assert configured[0] in rule["DependsOn"]
        assert rule.get("DeletionPolicy", "Delete") == "Delete", "nobody would keep a rule whose stack is gone"


def test_cfn_lint_accepts_native_rules_and_would_refuse_another_status(template: dict[str, Any]) -> None:
    config = ManualArgs(regions=["us-east-1"], ignore_checks=["W3005"])
    assert lint(json.dumps(template), config=config) == []
    broken = json.loads(json.dumps(template))
    rules_of(broken)["tidy"]["Properties"]["PublishStatus"] = "LIVE"
    assert [match.rule.id for match in lint(json.dumps(broken), config=config)] == ["E3030"]


def test_a_domain_that_exists_is_spoken_of_with_the_ids_of_the_catalog(tmp_path: Path) -> None:
    rules = SYSTEM_ONLY.replace("case_reason: refund", "priority: high").replace("update_case: {set: {assigned_queue: Escalations}}", TASK)
    found = rules_of(cases_template(directory(tmp_path, {**FILES, "rules/a.yaml": rules}), stage_of(domain_id="d")))
    properties = found["queue-refunds"]["Properties"]
    assert json.loads(properties["Function"])["RuleFunction"]["Operands"] == [_asked("EQUALS", "high", "$.Case.Fields.f-priority")]
    assert properties["Actions"]["TaskActions"] == [{"ContactFlowArn": FLOW, "Name": "Look"}]


def test_a_domain_that_exists_without_ids_takes_rules_that_need_none(tmp_path: Path) -> None:
    compiled = directory(tmp_path, {**MADE, "rules/native.yaml": SYSTEM_ONLY})
    found = rules_of(cases_template(compiled, stage_of(domain_id="d")))
    operands = json.loads(found["queue-refunds"]["Properties"]["Function"])["RuleFunction"]["Operands"]
    assert operands == [_asked("EQUALS", "refund", "$.Case.Fields.case_reason")]


def test_a_domain_that_exists_without_ids_refuses_a_rule_that_needs_one(tmp_path: Path) -> None:
    compiled = directory(tmp_path, MADE)
    with pytest.raises(StageError, match=r"stages\.test\.domain_id is 'd'; accepted: null.*catalog\.yaml.*rule promise.*'Billing'"):
        cases_template(compiled, stage_of(domain_id="d"))


TASK = "create_task: {flow: Call back, name: Look}"


def _asked(operator: str, operand: str, path: str) -> dict[str, object]:
    return {"Operator": operator, "Operands": [operand], "ComparisonValue": path, "Negate": False}
