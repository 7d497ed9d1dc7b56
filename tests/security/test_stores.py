"""Every store of every stack is encrypted and answers over TLS alone, and no secret is written anywhere.

A resource of a type that is in no table fails the test: whoever adds one says here what keeps it safe.
"""

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any, Final

import pytest
from msgspec import structs
from security.planted import CENTER
from security.town import Town
from synthesis import Templates, compiled_of, stage_of, synthesise, with_existing_domain

from casewright_authoring import compile_directory
from casewright_authoring.findings import Findings
from casewright_workbench.provisioning import BUNDLES

ROOT: Final = Path(__file__).parents[2]
Resource = dict[str, Any]
Check = Callable[[str, Resource, Templates], bool]


def _denied_plainly(policies: str, target: str) -> Check:
    """Whether a policy of that type denies everybody everything about the resource over plain HTTP."""

    def check(logical: str, _resource: Resource, templates: Templates) -> bool:
        for template in templates.values():
            for policy in template["Resources"].values():
                about = json.dumps(policy["Properties"].get(target, "")) if policy["Type"] == policies else ""
                if f'"{logical}"' in about:
                    return any(map(_denies_plain_http, policy["Properties"]["PolicyDocument"]["Statement"]))
        return False

    return check


def _denies_plain_http(statement: Mapping[str, Any]) -> bool:
    return (
        (statement["Effect"], statement.get("Principal")) == ("Deny", {"AWS": "*"})
        and statement["Action"] in ("s3:*", "sqs:*")
        and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
    )


def _bucket(_logical: str, resource: Resource, _templates: Templates) -> bool:
    properties = resource["Properties"]
    [rule] = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    blocked = properties["PublicAccessBlockConfiguration"]
    return (
        rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] in ("AES256", "aws:kms")
        and list(blocked.values()) == [True] * 4
        and properties["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    )


def _has(path: str, *accepted: object) -> Check:
    def check(_logical: str, resource: Resource, _templates: Templates) -> bool:
        found: Any = resource["Properties"]
        for name in path.split("."):
            found = found.get(name, {})
        return found in accepted

    return check


def _https(_logical: str, resource: Resource, _templates: Templates) -> bool:
    return str(resource["Properties"]["InvocationEndpoint"]).startswith("https://")


STORES: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::S3::Bucket": (_bucket, _denied_plainly("AWS::S3::BucketPolicy", "Bucket")),
    "AWS::SQS::Queue": (_has("SqsManagedSseEnabled", True), _denied_plainly("AWS::SQS::QueuePolicy", "Queues")),
    "AWS::DynamoDB::GlobalTable": (_has("SSESpecification", {"SSEEnabled": True, "SSEType": "KMS"}),),
    "AWS::KinesisFirehose::DeliveryStream": (
        _has("DeliveryStreamEncryptionConfigurationInput.KeyType", "AWS_OWNED_CMK", "CUSTOMER_MANAGED_CMK"),
    ),
    "AWS::Logs::LogGroup": (_has("RetentionInDays", 90),),
    "AWS::Events::Archive": (_has("RetentionDays", 30),),
    "AWS::Events::ApiDestination": (_https,),
}
"""What holds or carries words of customers, and what must be true of it. DynamoDB, Firehose, CloudWatch, EventBridge and Lambda have
endpoints with TLS alone; logs and archives are encrypted by their services always."""

NO_STORES: Final = re.compile(
    r"AWS::(CloudWatch|IAM|Glue|Cases|Connect|Lambda)::|Custom::|AWS::(S3::BucketPolicy|SQS::QueuePolicy|Logs::LogStream|Events::Rule"
    r"|Events::Connection|SES::ConfigurationSet|AppIntegrations::EventIntegration)"
)
"""Rules, permissions, names and code: nothing of a customer is in them. SES keeps no mail."""


@cache
def with_webhooks() -> Templates:
    """A stage that makes its domain and calls webhooks."""
    folder = ROOT / "contact_center"
    read, made = compile_directory(folder), compiled_of()
    assert read.webhooks, "the example calls a webhook"
    directory = structs.replace(made.directory, webhooks=read.directory.webhooks)
    return synthesise(stage_of(), replace(made, directory=directory, webhooks=read.webhooks))


def every_resource(templates: Templates) -> Iterator[tuple[str, Resource]]:
    for template in templates.values():
        yield from template["Resources"].items()


def unsafe(templates: Templates) -> list[str]:
    """What holds words of customers and is not as it must be, and what nobody has said anything about."""
    found = []
    for logical, resource in every_resource(templates):
        kind = resource["Type"]
        if kind not in STORES:
            found += [] if NO_STORES.match(kind) else [f"{kind} {logical}: is it a store?"]
        elif not all(check(logical, resource, templates) for check in STORES[kind]):
            found.append(f"{kind} {logical}")
    return found


@pytest.mark.parametrize("stage", [with_webhooks, with_existing_domain])
def test_every_store_is_encrypted_at_rest_and_answers_over_tls_alone(stage: Callable[[], Templates]) -> None:
    assert unsafe(stage()) == []


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("AWS::S3::Bucket", "PublicAccessBlockConfiguration.BlockPublicAcls"),
        ("AWS::S3::BucketPolicy", "PolicyDocument.Statement"),
        ("AWS::SQS::Queue", "SqsManagedSseEnabled"),
        ("AWS::SQS::QueuePolicy", "PolicyDocument.Statement"),
        ("AWS::DynamoDB::GlobalTable", "SSESpecification.SSEEnabled"),
        ("AWS::KinesisFirehose::DeliveryStream", "DeliveryStreamEncryptionConfigurationInput.KeyType"),
        ("AWS::Logs::LogGroup", "RetentionInDays"),
        ("AWS::Events::Archive", "RetentionDays"),
        ("AWS::Events::ApiDestination", "InvocationEndpoint"),
    ],
)
def test_a_store_that_is_not_would_be_found(kind: str, path: str) -> None:
    templates = json.loads(json.dumps(with_webhooks()))
    held = next(resource["Properties"] for _, resource in every_resource(templates) if resource["Type"] == kind)
    *way, last = path.split(".")
    for name in way:
        held = held[name]
    held[last] = [] if isinstance(held[last], list) else ""
    assert len(unsafe(templates)) == 1


def test_a_store_that_nobody_knows_would_be_found() -> None:
    assert unsafe({"new": {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}}}) == [
        "AWS::SNS::Topic Topic: is it a store?"
    ]


SECRET: Final = re.compile(
    r"AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|(?i:(?:secret|password|passwd|api_?key|token)[A-Za-z_]*[\"']?\s*[:=]\s*[\"'][A-Za-z0-9/+_-]{24,}[\"'])"
)
"""What keys of AWS, private keys, and long values named as secrets look like."""


def test_templates_name_secrets_and_hold_none() -> None:
    connections = [one["Properties"] for _, one in every_resource(with_webhooks()) if one["Type"] == "AWS::Events::Connection"]
    assert connections
    for connection in connections:
        values = re.findall(r'"(?:ApiKeyValue|Password|ClientSecret)": "([^"]*)"', json.dumps(connection))
        assert values
        assert all(re.fullmatch(r"\{\{resolve:secretsmanager:[^}]+\}\}", value) for value in values)
    assert SECRET.findall(json.dumps(with_webhooks())) == []


def test_environments_of_functions_hold_names_and_numbers() -> None:
    functions = [one["Properties"] for _, one in every_resource(with_webhooks()) if one["Type"] == "AWS::Lambda::Function"]
    names = {name for each in functions for name in each.get("Environment", {}).get("Variables", {})}
    assert len(names) > 10
    assert [name for name in names if re.search("SECRET|PASSWORD|KEY|TOKEN|CREDENTIAL", name)] == []


def test_a_secret_that_is_written_out_is_refused(tmp_path: Path) -> None:
    for name, text in CENTER.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(dedent(text).replace("secret: shop/orders", 'secret: "Tr0ub4dor&3 is my password"'))
    with pytest.raises(Findings, match="secret"):
        compile_directory(tmp_path)


def test_neither_bundle_nor_log_names_what_a_webhook_proves_itself_with(town: Town) -> None:
    s3 = town.house.session("reader").client("s3")
    for each in s3.list_objects_v2(Bucket=BUNDLES)["Contents"]:
        assert b"shop/orders" not in s3.get_object(Bucket=BUNDLES, Key=each["Key"])["Body"].read(), each["Key"]
    assert [line for line in town.lines if "shop/orders" in line] == []


def test_no_file_of_the_repository_holds_a_secret() -> None:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    texts = {name: (ROOT / name).read_text(errors="replace") for name in names if name and (ROOT / name).is_file()}
    assert len(texts) > 300
    assert {name: found for name, text in texts.items() if (found := SECRET.findall(text))} == {}
    assert SECRET.search('aws_secret_access_key = "' + "wJalrXUtnFEMI/K7MDENG/bPxRfi" + 'CYEXAMPLEKEY"')
