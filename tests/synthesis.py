"""Synthesised templates for tests: each stage once per process, without layers."""

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

import stacks.house  # first of all that imports aws_cdk: it chooses the Node that jsii runs on
from casewright import bundle
from casewright.cases.definition import (
    ConditionDefinition,
    Directory,
    DomainDefinition,
    FieldDefinition,
    OptionDefinition,
    TemplateDefinition,
)
from casewright_authoring import Compiled
from stacks.stage import Stage, running_runtime

ACCOUNT, REGION = "111122223333", "us-east-1"
INSTANCE = "11111111-2222-4333-8444-555555555555"
Templates = dict[str, Any]

_FOLDERS: list[TemporaryDirectory[str]] = []
"""Where apps were synthesised; gone when the process ends."""

DEFINITION = DomainDefinition(
    fields=(
        FieldDefinition(name="status", type="SingleSelect", system_id="status", options=(OptionDefinition("Pending", "pending"),)),
        FieldDefinition(name="priority", type="SingleSelect", options=(OptionDefinition("High", "high"),)),
        FieldDefinition(name="notes", type="Text", multiline=True, description="What was agreed"),
    ),
    conditions=(
        ConditionDefinition(name="notes-if-high", field="notes", effect="required", when_field="priority", equals="high"),
        ConditionDefinition(name="notes-if-pending", field="notes", effect="hidden", when_field="status", equals="pending"),
    ),
    templates=(
        TemplateDefinition(
            name="Billing & refunds",
            required=("priority",),
            top_panel=("priority",),
            more_info=("notes",),
            conditions=("notes-if-high", "notes-if-pending"),
        ),
        TemplateDefinition(name="Bare"),
    ),
)


def stage_of(**changes: Any) -> Stage:
    """A stage for tests: account known, so that ARNs can be read."""
    given = {"region": REGION, "account": ACCOUNT, "instance_id": INSTANCE, "mail_from": "cases@example.com", "runtime": running_runtime()}
    return Stage.read("test", given | changes)


def compiled_of(definition: DomainDefinition = DEFINITION) -> Compiled:
    """What an operator's directory would give."""
    made = bundle.Bundle()
    written = bundle.write(made)
    return Compiled(
        bundle=made,
        written=written,
        hash=bundle.content_hash(written),
        definition=definition,
        directory=Directory(queues={"Billing": "arn:aws:connect:us-east-1:111122223333:instance/i/queue/q"}),
        catalog=None,
    )


def new_app() -> App:
    """An app as cdk.json sets it up, that builds no layers."""
    context = json.loads((Path(__file__).parents[1] / "cdk.json").read_text())["context"]
    folder = TemporaryDirectory(prefix="casewright-synth-")
    _FOLDERS.append(folder)
    return App(context={**context, "aws:cdk:bundling-stacks": []}, outdir=folder.name)


def check(app: App) -> None:
    """Let cdk-nag look at the app when it is synthesised."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))


def synthesise(stage: Stage, compiled: Compiled | None = None) -> Templates:
    """The templates of a stage by the last word of the stack's name; fails on any finding of cdk-nag."""
    app = new_app()
    stacks.house.build(app, stage=stage, compiled=compiled or compiled_of())
    check(app)
    assembly = app.synth()
    return {stack.stack_name.rpartition("-")[2]: stack.template for stack in assembly.stacks}


@cache
def with_new_domain() -> Templates:
    """A stage that makes its domain."""
    return synthesise(stage_of())


@cache
def with_existing_domain() -> Templates:
    """A stage that serves a domain that exists, with everything optional given."""
    return synthesise(
        stage_of(
            domain_id="0f3c2b1a",
            alarm_topic=f"arn:aws:sns:{REGION}:{ACCOUNT}:operations",
            mail_configuration_set="cases",
        )
    )
