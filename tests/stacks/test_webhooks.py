"""What the stacks provision for webhooks and buses: who may call what, where secrets are, and where undelivered calls go."""

import json
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from msgspec import structs
from synthesis import compiled_of, stage_of, synthesise

from casewright.cases.subscriptions import webhook_called
from casewright_authoring import compile_directory

A = "us-east-1:111122223333"
PARTNERS = f"arn:aws:events:{A}:event-bus/partners"
FILES = {
    "catalog.yaml": f'buses: {{partners: "{PARTNERS}"}}\n',
    "fields.yaml": "status: {system_id: status}\n",
    "webhooks.yaml": f"""\
        - webhook: by-key
          url: https://orders.example.com/in?v=1
          authentication: {{api_key: {{header: X-Api-Key, secret: shop/orders}}}}
          headers: {{X-Source: casewright}}
          rate_per_second: 5
          retry: {{for: 4h, attempts: 50}}
        - webhook: by-password
          url: https://orders.example.com/in
          method: PUT
          authentication: {{basic: {{user: cases, secret: "arn:aws:secretsmanager:{A}:secret:shop/pass-AbCdEf"}}}}
        - webhook: by-token
          url: https://orders.example.com/in
          authentication: {{oauth: {{token_url: "https://id.example.com/token", client_id: us, secret: shop/client, scope: write}}}}
        """,
}
NAMES = ("by-key", "by-password", "by-token")


@pytest.fixture(scope="module")
def called(tmp_path_factory: pytest.TempPathFactory, resources: Any) -> Any:
    """A stage with three webhooks and a bus; cdk-nag has nothing to say of it."""
    folder: Path = tmp_path_factory.mktemp("center")
    for name, text in FILES.items():
        (folder / name).write_text(dedent(text))
    read, made = compile_directory(folder), compiled_of()
    directory = structs.replace(made.directory, buses=read.directory.buses, webhooks=read.directory.webhooks)
    stage = stage_of(alarm_topic=f"arn:aws:sns:{A}:operations")
    return resources(synthesise(stage, replace(made, directory=directory, webhooks=read.webhooks)))


def mine(resources: Any, kind: str, name: str) -> dict[str, Any]:
    """The one resource of a webhook, of a type."""
    spelled = f"automation/Webhooks{name.replace('-', '')}"
    [found] = [resource for where, resource in resources.of(kind).items() if where.startswith(spelled)]
    properties: dict[str, Any] = found["Properties"]
    return properties


def target_of(resources: Any, name: str) -> dict[str, Any]:
    [target] = mine(resources, "AWS::Events::Rule", name)["Targets"]
    assert isinstance(target, dict)
    return target


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_brings_the_calls_of_one_webhook_to_its_destination(name: str, called: Any) -> None:
    told = called.one("AWS::Lambda::Function", "Perform")["Properties"]["Environment"]["Variables"]
    assert mine(called, "AWS::Events::Rule", name)["EventPattern"] == webhook_called(name, domain_id=told["DOMAIN_ID"])
    target = target_of(called, name)
    assert target["InputPath"] == "$.detail.body"
    assert target["HttpParameters"]["HeaderParameters"]["Idempotency-Key"] == "$.detail.casewright.effect"
    destination = target["Arn"]["Fn::GetAtt"][0]
    assert called.templates["automation"]["Resources"][destination]["Properties"] == mine(called, "AWS::Events::ApiDestination", name)


def test_what_the_file_says_is_what_is_deployed(called: Any) -> None:
    destination, target = mine(called, "AWS::Events::ApiDestination", "by-key"), target_of(called, "by-key")
    assert {key: destination[key] for key in ("InvocationEndpoint", "HttpMethod", "InvocationRateLimitPerSecond")} == {
        "InvocationEndpoint": "https://orders.example.com/in?v=1",
        "HttpMethod": "POST",
        "InvocationRateLimitPerSecond": 5,
    }
    assert target["HttpParameters"]["HeaderParameters"]["X-Source"] == "casewright"
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 4 * 3600, "MaximumRetryAttempts": 50}
    assert target_of(called, "by-token")["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185}
    assert mine(called, "AWS::Events::ApiDestination", "by-password")["HttpMethod"] == "PUT"


def test_a_template_holds_references_to_secrets_and_no_secret(called: Any) -> None:
    def reference(name: str) -> str:
        return f"{{{{resolve:secretsmanager:{name}:SecretString:::}}}}"

    given = {name: mine(called, "AWS::Events::Connection", name)["AuthParameters"] for name in NAMES}
    assert given["by-key"] == {"ApiKeyAuthParameters": {"ApiKeyName": "X-Api-Key", "ApiKeyValue": reference("shop/orders")}}
    password = reference(f"arn:aws:secretsmanager:{A}:secret:shop/pass-AbCdEf")
    assert given["by-password"] == {"BasicAuthParameters": {"Username": "cases", "Password": password}}
    oauth = given["by-token"]["OAuthParameters"]
    assert (oauth["AuthorizationEndpoint"], oauth["HttpMethod"]) == ("https://id.example.com/token", "POST")
    assert oauth["ClientParameters"] == {"ClientID": "us", "ClientSecret": reference("shop/client")}
    body = {each["Key"]: each["Value"] for each in oauth["OAuthHttpParameters"]["BodyParameters"]}
    assert body == {"grant_type": "client_credentials", "scope": "write"}


def test_no_function_may_read_secrets_or_call_destinations(called: Any) -> None:
    for function in called.deployed.functions():
        granted = {action for statement in called.deployed.statements(function) for action in statement.actions}
        assert not [action for action in granted if action.startswith("secretsmanager:") or "Destination" in action], function


@pytest.mark.parametrize("name", NAMES)
def test_eventbridge_may_call_the_one_destination_and_nothing_else(name: str, called: Any) -> None:
    role = target_of(called, name)["RoleArn"]["Fn::GetAtt"][0]
    assume = called.templates["automation"]["Resources"][role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert [(statement["Principal"], statement["Condition"]) for statement in assume] == [
        ({"Service": "events.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": "111122223333"}})
    ]
    policies = [policy["Properties"] for policy in called.of("AWS::IAM::Policy").values()]
    [document] = [policy["PolicyDocument"]["Statement"] for policy in policies if {"Ref": role} in policy["Roles"]]
    assert document == [{"Action": "events:InvokeApiDestination", "Effect": "Allow", "Resource": target_of(called, name)["Arn"]}]


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_calls_by_a_role_only_once_that_may_call(name: str, called: Any) -> None:
    """Else calls of a stack that is in use would be given up while a deployment changes the role."""
    role = target_of(called, name)["RoleArn"]["Fn::GetAtt"][0]
    resources = called.templates["automation"]["Resources"]
    policies = {
        logical
        for logical, each in resources.items()
        if each["Type"] == "AWS::IAM::Policy" and {"Ref": role} in each["Properties"]["Roles"]
    }
    [rule] = [
        each
        for each in resources.values()
        if each["Type"] == "AWS::Events::Rule" and target_of(called, name) in each["Properties"]["Targets"]
    ]
    assert policies
    assert policies <= set(rule.get("DependsOn", ()))


@pytest.mark.parametrize("name", NAMES)
def test_what_was_given_up_waits_encrypted_watched_and_written_by_its_rule_alone(name: str, called: Any) -> None:
    queue = mine(called, "AWS::SQS::Queue", name)
    assert queue["SqsManagedSseEnabled"] is True
    assert queue["MessageRetentionPeriod"] == 14 * 86_400
    statements = mine(called, "AWS::SQS::QueuePolicy", name)["PolicyDocument"]["Statement"]
    assert [each for each in statements if each["Effect"] == "Deny" and each["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}]
    [allowed] = [each for each in statements if each["Effect"] == "Allow"]
    [rule] = [where.partition("/")[2] for where in called.of("AWS::Events::Rule") if f"Webhooks{name.replace('-', '')}" in where]
    assert allowed["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [rule, "Arn"]}}}
    assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
    assert target_of(called, name)["DeadLetterConfig"]["Arn"] == allowed["Resource"]
    alarm = mine(called, "AWS::CloudWatch::Alarm", name)
    assert (alarm["Threshold"], alarm["AlarmName"]) == (0, f"casewright-test-automation-{name}-UndeliveredFilled")
    assert alarm["AlarmActions"], "the topic of the stage hears of it"


def test_events_go_on_the_default_bus_and_on_those_of_the_catalog_as_ours_alone(called: Any, made: Any) -> None:
    default, other = f"arn:aws:events:{A}:event-bus/default", f"arn:aws:events:{A}:event-bus/other"
    own = {"events:source": "casewright"}
    assert [bus for bus in (default, PARTNERS, other) if called.deployed.allows("Perform", "events:PutEvents", bus, own)] == [
        default,
        PARTNERS,
    ]
    assert not called.deployed.allows("Perform", "events:PutEvents", PARTNERS, {"events:source": "aws.cases"})
    assert not made.deployed.allows("Perform", "events:PutEvents", PARTNERS, own), "no bus that the catalog does not name"


def test_perform_knows_which_webhooks_are_there(called: Any, made: Any) -> None:
    told = [each.one("AWS::Lambda::Function", "Perform")["Properties"]["Environment"]["Variables"]["WEBHOOKS"] for each in (called, made)]
    assert told == ["by-key by-password by-token", ""]
    assert "Webhooks" not in json.dumps(list(made.templates["automation"]["Resources"])), "nothing is made where none is named"
