"""The whole deployment of one stage: five stacks, in the order in which they need each other."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import App, Tags, Validations
from cdk_nag import AwsSolutionsChecks

from casewright_authoring import Compiled
from stacks.automation import DECIDE_TIMEOUT, Automation
from stacks.cases import Cases
from stacks.contents import read_contents
from stacks.dashboards import Dashboards
from stacks.ingestion import Ingestion
from stacks.lake import Lake
from stacks.parts.layer import ROOT
from stacks.stage import Stage, StageError


def from_cdk_json(environ: Mapping[str, str]) -> App:
    """The app that cdk.json describes, checked by cdk-nag: what `cdk` runs, and what synthesises without it.

    The CDK CLI passes context and output folder in the environment; without it both are those the CLI would choose.
    """
    context: dict[str, Any] = {} if "CDK_CONTEXT_JSON" in environ else json.loads((ROOT / "cdk.json").read_text()).get("context", {})
    app = App(context=context, outdir=None if "CDK_OUTDIR" in environ else str(ROOT / "cdk.out"))
    stage = stage_in(app)
    build(app, stage=stage, compiled=read_contents(ROOT / "contact_center", stage=stage))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


def stage_in(app: App) -> Stage:
    """The stage that the context names (`stage`) among those it defines (`stages`).

    Raises:
        StageError: it is not defined, or not well.
    """
    name = app.node.try_get_context("stage")
    stages = app.node.try_get_context("stages") or {}
    if not isinstance(stages, Mapping):
        raise StageError(str(name), "*", stages, "an object with a member for each stage (cdk.json: context.stages)")
    if not isinstance(name, str) or name not in stages:
        raise StageError(
            str(name), "*", None, f"one of {', '.join(sorted(stages)) or 'none'} (cdk.json: context.stages; choose with -c stage=NAME)"
        )
    return Stage.read(name, stages[name])


def build(app: App, *, stage: Stage, compiled: Compiled) -> None:
    """Put the five stacks of a stage into the app."""
    cases = Cases(app, stage=stage, compiled=compiled, workdir=Path(app.outdir) / "contents")
    lake = Lake(app, stage=stage, place=cases.place)
    ingestion = Ingestion(app, stage=stage, place=cases.place, stream=lake.stream, reader_timeout=DECIDE_TIMEOUT)
    automation = Automation(
        app,
        stage=stage,
        place=cases.place,
        bundles=cases.bundles,
        case_events=ingestion.case_events,
        stream=lake.stream,
        compiled=compiled,
    )
    Dashboards(
        app,
        stage=stage,
        functions=[*automation.functions, *lake.functions],
        queues=[*ingestion.queues, *automation.queues],
        stream=lake.stream,
        watched=[cases, lake, ingestion, automation],
    )
    Tags.of(app).add("casewright:stage", stage.name)
