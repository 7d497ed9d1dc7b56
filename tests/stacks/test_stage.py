"""A stage that cannot work is refused at synth, in words that say what would be accepted."""

import re
from typing import Any

import msgspec
import pytest
from synthesis import new_app, stage_of

import stacks.stage
from stacks import house
from stacks.parts.layer import ROOT
from stacks.stage import Stage, StageError


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"region": "eu-west-1"}, r"stages\.test\.region is 'eu-west-1'; accepted: a region with Amazon Connect Cases: .*eu-west-2"),
        ({"account": "123"}, r"stages\.test\.account is '123'; accepted: 12 digits"),
        ({"instance_id": "arn:aws:connect:x"}, r"instance_id is .*the last part of its ARN"),
        ({"mail_from": "Cases <cases@example.com>"}, r"mail_from is .*a bare address"),
        ({"mail_from": "fälle@example.com"}, r"mail_from is .*in ASCII"),
        ({"mail_reply_to": "care@bücher.example"}, r"mail_reply_to is .*in ASCII"),
        ({"mail_reply_to": "Care <care@example.com>"}, r"mail_reply_to is .*a bare address in ASCII such as care@example.com, or null"),
        ({"mail_from_name": "Care\r\nBcc: x"}, r"mail_from_name is .*at most 64 characters on one line"),
        ({"alarm_topic": "operations"}, r"alarm_topic is 'operations'; accepted: the ARN of an SNS topic"),
        ({"log_retention_days": 91}, r"log_retention_days is 91; accepted: one of 1, 3, 5"),
        ({"quotas": {"UpdateCase": 0}}, r"quotas is .*UpdateCase=0 is no rate of a quota; accepted are calls a second"),
        ({"quotas": {"BatchUpdateCase": 4}}, r"BatchUpdateCase=4 is no rate of a quota; accepted are .* for UpdateCase, CreateCase"),
        ({"decide_concurrency": 1}, r"decide_concurrency is 1; accepted: 2 to 1000"),
        ({"runtime": "nodejs24.x"}, r"runtime is 'nodejs24.x'; accepted: one of python3\.11"),
        ({"regoin": "us-east-1"}, r"stages\.test\.regoin is 'us-east-1'; accepted: nothing, no field is called that; there are region"),
        ({"name": "other"}, r"stages\.test\.name is 'other'; accepted: nothing, no field is called that"),
        ({"quotas": {"UpdateCase": "fast"}}, r"stages\.test\.quotas is {'UpdateCase': 'fast'}; accepted: calls a second of an API"),
        ({"quotas": None}, r"stages\.test\.quotas is None; accepted: calls a second"),
        ({"region": None}, r"stages\.test\.region is None; accepted: a region with Amazon Connect Cases"),
        ({"account": 111122223333}, r"stages\.test\.account is 111122223333; accepted: 12 digits"),
        ({"account": "١١١١٢٢٢٢٣٣٣٣"}, r"stages\.test\.account is .*accepted: 12 digits"),
        ({"log_retention_days": "90"}, r"stages\.test\.log_retention_days is '90'; accepted: one of 1, 3, 5"),
        ({"raw_retention_days": 1.5}, r"stages\.test\.raw_retention_days is 1\.5; accepted: a whole number above 0"),
        ({"mail_per_recipient_a_day": 0}, r"stages\.test\.mail_per_recipient_a_day is 0; accepted: a whole number above 0"),
        ({"mail_configuration_set": "our set"}, r"mail_configuration_set is 'our set'; accepted: the name of an SES configuration set"),
        ({"listed_fields": "status"}, r"stages\.test\.listed_fields is 'status'; accepted: a list of ids of fields"),
        ({"listed_fields": ["due date"]}, r"listed_fields is \('due date',\); accepted: a list of ids of fields, without spaces"),
        (
            {"alarm_topic": "arn:aws:sns:eu-west-2:111122223333:ops"},
            r"alarm_topic is .*accepted: a topic in us-east-1, where the alarms are",
        ),
        ({"domain_id": ""}, r"domain_id is ''; accepted: the id of an existing Cases domain, or null"),
    ],
)
def test_a_wrong_field_is_told_with_what_would_be_accepted(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(StageError, match=message):
        stage_of(**changes)


def test_a_field_that_is_missing_is_told_with_what_would_be_accepted() -> None:
    for field in ("region", "instance_id", "mail_from", "runtime"):
        given = {each: getattr(stage_of(), each) for each in ("region", "instance_id", "mail_from", "runtime") if each != field}
        with pytest.raises(StageError, match=rf"^cdk\.json: stages\.test\.{field} is None; accepted: (a|the|one) "):
            Stage.read("test", given)


@pytest.mark.parametrize("stages", ["main", ["main"]])
def test_stages_that_are_no_object_are_told(stages: Any) -> None:
    app = new_app()
    app.node.set_context("stages", stages)
    with pytest.raises(StageError, match=r"accepted: an object with a member for each stage \(cdk\.json: context\.stages\)"):
        house.stage_in(app)


def test_the_runtime_must_be_the_python_that_compiles_the_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacks.stage, "running_runtime", lambda: "python3.14")
    assert stage_of(runtime="python3.14").runtime == "python3.14"
    accepted = r"runtime is 'python3\.11'; accepted: python3\.14, the Python that runs synth .* or run synth with python3\.11"
    with pytest.raises(StageError, match=accepted):
        stage_of(runtime="python3.11")


def test_a_stage_that_is_not_defined_is_told_with_those_that_are() -> None:
    app = new_app()
    assert house.stage_in(app).name == "main"
    app.node.set_context("stage", "prod")
    with pytest.raises(StageError, match=r"stages\.prod.*one of main .*choose with -c stage=NAME"):
        house.stage_in(app)


def test_a_catalog_of_another_domain_is_refused(tmp_path: Any) -> None:
    (tmp_path / "catalog.yaml").write_text(
        "domain_id: other\nfields:\n  status: {id: status, type: SingleSelect, options: [open]}\ntemplates: {}\n"
    )
    with pytest.raises(StageError, match=r"domain_id is '0f3c'; accepted: 'other', the domain whose ids .*catalog\.yaml gives"):
        house.read_contents(tmp_path, stage=stage_of(domain_id="0f3c"))


def test_the_page_about_deploying_names_every_field_of_a_stage() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text()
    named = re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE)
    assert named.count("name") == 1
    assert sorted(named) == sorted(field.name for field in msgspec.structs.fields(Stage))
