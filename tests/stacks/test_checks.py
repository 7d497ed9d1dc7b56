"""The two checkers find nothing, and would find something."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from cfnlint.api import lint
from cfnlint.config import ManualArgs
from synthesis import check, new_app

from stacks.parts.grants import allow

IGNORED = ["W3005"]
"""CDK writes DependsOn for whole constructs, which repeats dependencies that references make already: harmless, and not ours to change."""


def test_cdk_nag_accepts_every_resource(either: Any) -> None:
    assert set(either.templates) == {"automation", "cases", "dashboards", "ingestion", "lake"}, "synthesis fails on a finding of cdk-nag"


def test_cdk_nag_would_refuse_a_careless_bucket() -> None:
    app = new_app()
    s3.Bucket(Stack(app, "careless"), "Bucket")
    check(app)
    with pytest.raises(RuntimeError, match="AwsSolutions-S10"):
        app.synth()
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    found = {violation["ruleName"] for plugin in report["pluginReports"] for violation in plugin["violations"]}
    assert {"AwsSolutions-S1", "AwsSolutions-S10"} <= found


def test_a_wildcard_is_granted_with_a_reason_or_not_at_all() -> None:
    role = iam.Role(Stack(new_app(), "careless"), "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    with pytest.raises(ValueError, match=r"careless/Role: \['s3:GetObject'\] on arn:aws:s3:::b/\*: a wildcard needs a reason"):
        allow(role, ["s3:GetObject"], on=["arn:aws:s3:::b/*"])


def test_cfn_lint_accepts_every_template(either: Any) -> None:
    for name, template in either.templates.items():
        found = lint(json.dumps(template), config=ManualArgs(regions=["us-east-1"], ignore_checks=IGNORED))
        assert found == [], f"{name}: {found}"


def test_cfn_lint_would_refuse_a_property_that_is_not_there(made: Any) -> None:
    broken = json.loads(json.dumps(made.templates["ingestion"]))
    queue = next(one for one in broken["Resources"].values() if one["Type"] == "AWS::SQS::Queue")
    queue["Properties"]["Visibility"] = 1
    found = lint(json.dumps(broken), config=ManualArgs(regions=["us-east-1"], ignore_checks=IGNORED))
    assert [match.rule.id for match in found] == ["E3002"]
