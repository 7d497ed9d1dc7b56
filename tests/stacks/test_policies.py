"""The evaluator of policies, against templates written by hand."""

from typing import Any

import pytest
from policies import Deployed

TEMPLATES: dict[str, Any] = {
    "one": {
        "Resources": {
            "Queue0A1B2C3D": {"Type": "AWS::SQS::Queue", "Properties": {}},
            "Bell0A1B2C3D": {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True}},
        },
        "Outputs": {"Out": {"Value": {"Fn::GetAtt": ["Queue0A1B2C3D", "Arn"]}, "Export": {"Name": "one:Queue"}}},
    },
    "two": {
        "Resources": {
            "Act0A1B2C3D": {
                "Type": "AWS::Lambda::Function",
                "Properties": {"Handler": "handler.handle", "Role": {"Fn::GetAtt": ["Role0A1B2C3D", "Arn"]}},
            },
            "Role0A1B2C3D": {"Type": "AWS::IAM::Role", "Properties": {}},
            "Table0A1B2C3D": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": {}},
            "Policy0A1B2C3D": {
                "Type": "AWS::IAM::Policy",
                "Properties": {
                    "Roles": [{"Ref": "Role0A1B2C3D"}],
                    "PolicyDocument": {
                        "Statement": [
                            {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": {"Fn::ImportValue": "one:Queue"}},
                            {
                                "Effect": "Allow",
                                "Action": ["dynamodb:Query", "dynamodb:GetItem"],
                                "Resource": {"Fn::Join": ["", [{"Fn::GetAtt": ["Table0A1B2C3D", "Arn"]}, "/index/*"]]},
                            },
                            {
                                "Effect": "Allow",
                                "Action": "ses:Send*",
                                "Resource": {"Fn::Sub": "arn:aws:ses:${AWS::Region}:${AWS::AccountId}:identity/a.example"},
                                "Condition": {"StringEquals": {"ses:FromAddress": "x@a.example"}},
                            },
                            {"Effect": "Deny", "Action": "dynamodb:GetItem", "Resource": "*"},
                        ]
                    },
                },
            },
        }
    },
}
DEPLOYED = Deployed(TEMPLATES, account="1", region="r", names={"Table": "cases"})
QUEUE = "arn:aws:sqs:r:1:queue"
INDEX = "arn:aws:dynamodb:r:1:table/cases/index/due"
IDENTITY = "arn:aws:ses:r:1:identity/a.example"


@pytest.mark.parametrize(
    ("action", "resource", "context", "allowed"),
    [
        ("sqs:SendMessage", QUEUE, {}, True),
        ("SQS:sendmessage", QUEUE, {}, True),
        ("sqs:SendMessage", QUEUE + "2", {}, False),
        ("sqs:DeleteMessage", QUEUE, {}, False),
        ("dynamodb:Query", INDEX, {}, True),
        ("dynamodb:Query", "arn:aws:dynamodb:r:1:table/cases", {}, False),
        ("dynamodb:GetItem", INDEX, {}, False),
        ("ses:SendEmail", IDENTITY, {"ses:FromAddress": "x@a.example"}, True),
        ("ses:SendEmail", IDENTITY, {"ses:FromAddress": "y@a.example"}, False),
        ("ses:SendEmail", IDENTITY, {}, False),
    ],
)
def test_a_call_is_allowed_by_a_statement_that_matches_and_none_that_denies(
    action: str, resource: str, context: dict[str, str], allowed: bool
) -> None:
    assert DEPLOYED.allows("Act", action, resource, context) is allowed


def test_what_no_call_needed_is_told() -> None:
    unused = DEPLOYED.unused("Act", [("sqs:SendMessage", QUEUE), ("dynamodb:Query", INDEX)])
    assert ("sqs:SendMessage", QUEUE) not in unused
    assert ("ses:Send*", IDENTITY) in unused


def test_a_fifo_queue_keeps_its_ending() -> None:
    assert DEPLOYED.arn("Bell", "AWS::SQS::Queue") == "arn:aws:sqs:r:1:bell.fifo"


def test_what_is_not_known_is_an_error_and_not_a_match() -> None:
    with pytest.raises(LookupError, match="0 resources of AWS::Lambda::Function are called 'Decide'; there are Act"):
        DEPLOYED.statements("Decide")
    with pytest.raises(LookupError, match="cannot resolve"):
        DEPLOYED.resolve("one", {"Fn::Select": [0, "x"]})
