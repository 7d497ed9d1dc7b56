"""Each function may do what its adapters call, on what is its own, and nothing else."""

import json
from pathlib import Path
from typing import Any

import cfnlint
import pytest
from policies import Call

A = "us-east-1:111122223333"
TABLE = f"arn:aws:dynamodb:{A}:table/cases"
DOMAIN = f"arn:aws:cases:{A}:domain/0f3c2b1a"
CASE = f"{DOMAIN}/case/c1"
INSTANCE = f"arn:aws:connect:{A}:instance/11111111-2222-4333-8444-555555555555"
CASE_EVENTS, DEAD, WAKE = (f"arn:aws:sqs:{A}:{name}" for name in ("caseevents", "caseeventsdead", "wake.fifo"))
STREAM = f"arn:aws:firehose:{A}:deliverystream/stream"
MAIL = {"ses:FromAddress": "cases@example.com"}
OWN = {"events:source": "casewright"}

CALLS: dict[str, list[Call]] = {
    "Decide": [
        ("dynamodb:GetItem", TABLE), ("dynamodb:BatchGetItem", TABLE), ("dynamodb:Query", TABLE), ("dynamodb:PutItem", TABLE),
        ("s3:GetObject", "arn:aws:s3:::bundles/current.json"), ("s3:GetObject", "arn:aws:s3:::bundles/bundles/0123.json"),
        ("s3:ListBucket", "arn:aws:s3:::bundles"),
        ("cases:GetCase", DOMAIN), ("cases:GetCase", CASE), ("cases:GetCase", f"{DOMAIN}/field/status"),
        ("sqs:ReceiveMessage", CASE_EVENTS), ("sqs:DeleteMessage", CASE_EVENTS), ("sqs:SendMessage", CASE_EVENTS),
        ("sqs:SendMessage", DEAD), ("sqs:SendMessage", WAKE),
        ("firehose:PutRecordBatch", STREAM),
    ],
    "Perform": [
        ("dynamodb:GetItem", TABLE), ("dynamodb:PutItem", TABLE), ("dynamodb:UpdateItem", TABLE),
        ("dynamodb:Query", f"{TABLE}/index/pending"),
        ("cases:UpdateCase", CASE), ("cases:UpdateCase", f"{DOMAIN}/field/status"), ("cases:CreateRelatedItem", CASE),
        ("cases:SearchRelatedItems", CASE), ("cases:DeleteRelatedItem", f"{CASE}/related-item/r1"),
        ("cases:CreateCase", DOMAIN), ("cases:CreateCase", f"{DOMAIN}/template/t"), ("cases:TagResource", CASE),
        ("connect:StartTaskContact", f"{INSTANCE}/contact/x"), ("connect:StartTaskContact", f"{INSTANCE}/contact-flow/f"),
        ("connect:StopContact", f"{INSTANCE}/contact/x"), ("connect:DescribeContact", f"{INSTANCE}/contact/x"),
        ("ses:SendEmail", f"arn:aws:ses:{A}:identity/example.com"), ("ses:SendEmail", f"arn:aws:ses:{A}:configuration-set/cases"),
        ("ses:SendEmail", f"arn:aws:ses:{A}:identity/customer@elsewhere.example"),
        ("ses:GetAccount", "*"), ("dynamodb:BatchGetItem", TABLE),
        ("connect:SearchUsers", INSTANCE), ("connect:DescribeUser", f"{INSTANCE}/agent/u"),
        ("profile:SearchProfiles", f"arn:aws:profile:{A}:domains/d"),
        ("events:PutEvents", f"arn:aws:events:{A}:event-bus/default"),
        ("sqs:ReceiveMessage", WAKE), ("sqs:SendMessage", WAKE), ("firehose:PutRecordBatch", STREAM),
    ],
    "Sweep": [
        ("dynamodb:Query", f"{TABLE}/index/due"), ("dynamodb:GetItem", TABLE), ("sqs:SendMessage", CASE_EVENTS),
        ("cases:SearchCases", DOMAIN), ("cases:SearchCases", f"{DOMAIN}/field/f"), ("s3:GetObject", "arn:aws:s3:::bundles/current.json"),
        ("sqs:SendMessage", f"arn:aws:sqs:{A}:notswept"),
    ],
    "Reconcile": [
        ("dynamodb:GetItem", TABLE), ("dynamodb:Query", TABLE), ("dynamodb:Scan", TABLE), ("sqs:SendMessage", CASE_EVENTS),
        ("cases:SearchCases", DOMAIN), ("cases:GetCaseAuditEvents", CASE), ("cases:GetCase", CASE),
        ("s3:GetObject", "arn:aws:s3:::bundles/current.json"), ("sqs:SendMessage", f"arn:aws:sqs:{A}:notreconciled"),
    ],
    "ShapeRecords": [],
    "NoteDelivery": [
        ("dynamodb:UpdateItem", TABLE), ("sqs:ReceiveMessage", f"arn:aws:sqs:{A}:mailevents"), ("sqs:SendMessage", CASE_EVENTS),
        ("sqs:SendMessage", f"arn:aws:sqs:{A}:maileventsdead"),
    ],
    "ConfigureDomain": [
        ("cases:ListFields", DOMAIN), ("cases:CreateField", DOMAIN), ("cases:TagResource", f"{DOMAIN}/field/f"),
        ("cases:ListFieldOptions", f"{DOMAIN}/field/f"), ("cases:BatchPutFieldOptions", f"{DOMAIN}/field/f"),
        ("cases:ListCaseRules", DOMAIN), ("cases:CreateCaseRule", DOMAIN),
        ("cases:ListTemplates", DOMAIN), ("cases:CreateTemplate", DOMAIN),
        ("cases:ListLayouts", DOMAIN), ("cases:CreateLayout", DOMAIN),
        ("cases:GetCaseEventConfiguration", DOMAIN), ("cases:PutCaseEventConfiguration", DOMAIN), ("cases:GetDomain", DOMAIN),
        ("app-integrations:ListEventIntegrations", "*"),
        ("app-integrations:CreateEventIntegration", f"arn:aws:app-integrations:{A}:event-integration/n"),
        ("app-integrations:CreateEventIntegrationAssociation", f"arn:aws:app-integrations:{A}:event-integration/n"),
        ("connect:ListIntegrationAssociations", INSTANCE), ("connect:CreateIntegrationAssociation", INSTANCE),
        ("events:PutRule", f"arn:aws:events:{A}:rule/AmazonConnect"), ("events:PutTargets", f"arn:aws:events:{A}:rule/AmazonConnect"),
        ("s3:PutObject", "arn:aws:s3:::bundles/catalog.json"), ("s3:PutObject", "arn:aws:s3:::bundles/bundles/0123.json"),
        ("s3:GetObject", "arn:aws:s3:::bundles/current.json"), ("s3:ListBucket", "arn:aws:s3:::bundles"),
    ],
}  # fmt: skip

FORBIDDEN: list[tuple[str, str, str]] = [
    ("Decide", "cases:UpdateCase", CASE),
    ("Decide", "ses:SendEmail", f"arn:aws:ses:{A}:identity/example.com"),
    ("Decide", "dynamodb:DeleteTable", TABLE),
    ("Decide", "s3:PutObject", "arn:aws:s3:::bundles/current.json"),
    ("Perform", "cases:DeleteCase", CASE),
    ("Perform", "cases:UpdateCase", f"arn:aws:cases:{A}:domain/other/case/c1"),
    ("Perform", "connect:StopContact", f"arn:aws:connect:{A}:instance/other/contact/x"),
    ("Perform", "events:PutEvents", f"arn:aws:events:{A}:event-bus/other"),
    ("Perform", "sqs:SendMessage", CASE_EVENTS),
    ("NoteDelivery", "dynamodb:GetItem", TABLE),
    ("Sweep", "dynamodb:PutItem", TABLE),
    ("Sweep", "cases:GetCase", CASE),
    ("Reconcile", "dynamodb:PutItem", TABLE),
    ("Reconcile", "cases:UpdateCase", CASE),
    ("ShapeRecords", "s3:GetObject", "arn:aws:s3:::facts/facts/dt=2026-01-01/x"),
    ("ConfigureDomain", "cases:DeleteField", f"{DOMAIN}/field/f"),
    ("ConfigureDomain", "cases:DeleteDomain", DOMAIN),
    ("ConfigureDomain", "s3:DeleteObject", "arn:aws:s3:::bundles/current.json"),
    ("ConfigureDomain", "iam:PutRolePolicy", "arn:aws:iam::111122223333:role/somebody"),
]


def test_every_function_is_spoken_of_here(adopted: Any) -> None:
    assert set(adopted.deployed.functions()) == set(CALLS)


@pytest.mark.parametrize("function", CALLS)
def test_a_function_may_make_its_calls(function: str, adopted: Any) -> None:
    refused = [call for call in CALLS[function] if not adopted.deployed.allows(function, *call, {**MAIL, **OWN})]
    assert refused == []


@pytest.mark.parametrize(("function", "action", "resource"), FORBIDDEN)
def test_a_function_may_not_reach_further(function: str, action: str, resource: str, adopted: Any) -> None:
    assert not adopted.deployed.allows(function, action, resource, {**MAIL, **OWN})


def test_mail_goes_out_under_one_address_and_events_under_one_source(adopted: Any) -> None:
    bus = f"arn:aws:events:{A}:event-bus/default"
    for resource in ("identity/example.com", "identity/other.example", "configuration-set/cases"):
        given = ("Perform", "ses:SendEmail", f"arn:aws:ses:{A}:{resource}")
        assert [adopted.deployed.allows(*given, {"ses:FromAddress": name}) for name in ("cases@example.com", "chief@example.com")] == [
            True,
            False,
        ], resource
    assert not adopted.deployed.allows("Perform", "ses:SendEmail", f"arn:aws:ses:{A}:configuration-set/other", MAIL)
    assert not adopted.deployed.allows("Perform", "events:PutEvents", bus, {"events:source": "aws.cases"})


def test_no_action_is_a_wildcard_and_every_action_exists(adopted: Any) -> None:
    known = json.loads((Path(cfnlint.__file__).parent / "data/AdditionalSpecs/Policies.json").read_text())
    for function in adopted.deployed.functions():
        for statement in adopted.deployed.statements(function):
            for action in statement.actions:
                service, _, operation = action.partition(":")
                assert operation.lower() in known[service]["Actions"], f"{function}: {action} is no action of IAM"


def test_only_one_function_touches_the_world(adopted: Any) -> None:
    acting = ("cases:UpdateCase", "cases:CreateRelatedItem", "connect:StartTaskContact", "ses:SendEmail", "events:PutEvents")
    for function in adopted.deployed.functions():
        granted = {action for statement in adopted.deployed.statements(function) for action in statement.actions}
        assert bool(granted & set(acting)) is (function == "Perform"), function


def test_eventbridge_takes_a_role_for_rules_of_the_account_alone(adopted: Any) -> None:
    trusting = [statement for role in adopted.of("AWS::IAM::Role").values() for statement in _trust(role)]
    by_rules = [statement for statement in trusting if statement["Principal"] == {"Service": "events.amazonaws.com"}]
    assert by_rules, "the test reads the template wrongly"
    assert [statement.get("Condition") for statement in by_rules] == [{"StringEquals": {"aws:SourceAccount": "111122223333"}}] * len(
        by_rules
    )


def test_what_a_service_may_send_or_invoke_by_a_policy_of_ours_comes_from_one_rule(made: Any) -> None:
    policies = made.of("AWS::SQS::QueuePolicy").values()
    statements = [statement for policy in policies for statement in policy["Properties"]["PolicyDocument"]["Statement"]]
    for statement in [each for each in statements if each["Effect"] == "Allow"]:
        assert set(statement["Condition"]["ArnEquals"]) == {"aws:SourceArn"}
    permissions = [permission["Properties"] for permission in made.of("AWS::Lambda::Permission").values()]
    assert permissions
    assert all("SourceArn" in permission for permission in permissions)


def test_firehose_may_invoke_the_version_that_it_names(made: Any) -> None:
    [policy] = [each for where, each in made.of("AWS::IAM::Policy").items() if where.startswith("lake/StreamRole")]
    granted = policy["Properties"]["PolicyDocument"]["Statement"]
    [invoked] = [each["Resource"] for each in granted if "lambda:InvokeFunction" in each["Action"]]
    function = made.deployed.arn("ShapeRecords", "AWS::Lambda::Function")
    assert [made.text("lake", arn) for arn in invoked] == [function, f"{function}:$LATEST"]


def _trust(role: dict[str, Any]) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    return statements
