"""`casewright doctor`: is what was deployed able to work?"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import boto3
import msgspec
import typer
from botocore.exceptions import BotoCoreError

from casewright_workbench.cli.check import DIRECTORY
from casewright_workbench.cli.deployment import AsJson
from casewright_workbench.cli.usage import WrongUsage
from casewright_workbench.doctor.asking import Clients
from casewright_workbench.doctor.checks import examine
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.findings import Finding
from casewright_workbench.doctor.places import OPTIONS, Places, of_names, of_stage
from casewright_workbench.doctor.printing import print_end, print_finding, record
from casewright_workbench.explain.printing import console

CDK_JSON: Final = Path("cdk.json")


def doctor(  # noqa: PLR0913 - keyword-only, each one a name that a deployment may need
    *,
    stage: Annotated[str, typer.Option(help="A stage of cdk.json: everything else is read from its stacks.")] = "",
    domain: Annotated[str, typer.Option(help="The id of the Cases domain.")] = "",
    instance: Annotated[str, typer.Option(help="The id of the Connect instance.")] = "",
    table: Annotated[str, typer.Option(help="The case table: output `CaseTable` of the automation stack.")] = "",
    bucket: Annotated[str, typer.Option(help="The bucket of bundles: output `BundleBucket` of the cases stack.")] = "",
    stream: Annotated[str, typer.Option(help="The stream into the lake: output `FactsStream` of the lake stack.")] = "",
    mail_from: Annotated[str, typer.Option(help="The address that mail is sent from.")] = "",
    configuration_set: Annotated[str, typer.Option(help="The configuration set of SES that mail is sent under.")] = "",
    config: Annotated[
        Path, typer.Option("--config", help="The directory that an operator writes, compared with what is in force.")
    ] = DIRECTORY,
    endpoint_url: Annotated[str, typer.Option(help="Ask there instead of AWS: the local cloud of `make run`.")] = "",
    region: Annotated[str, typer.Option(help="The region of the deployment, where credentials say another.")] = "",
    as_json: AsJson = False,
) -> None:
    """Look at a deployment and say what is wrong and what to do, with your own AWS credentials; nothing is changed.

    Names are read from the environments of the functions; where several deployments fit, or functions cannot be listed, give some by hand.
    """
    values = (domain, instance, table, bucket, stream, mail_from, configuration_set)
    given = {name: value for name, value in zip(OPTIONS, values, strict=True) if value}
    try:
        clients = Clients(boto3.Session(), endpoint_url=endpoint_url, region=region or _region_of(stage))
        places = _places(clients, stage, given)
        context = Context(clients, places, config)
        told = _told(context, as_json=as_json)
    except BotoCoreError as error:
        raise WrongUsage(f"{error}; see `aws configure`, --region and --endpoint-url") from error
    if any(each.is_wrong for each in told):
        raise typer.Exit(1)


def _told(context: Context, *, as_json: bool) -> list[Finding]:
    output, told = console(), list[Finding]()
    for finding in examine(context):
        told.append(finding)
        if not as_json:
            print_finding(finding, output)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode({"findings": [record(each) for each in told]})))
    else:
        print_end(told, output)
    return told


def _places(clients: Clients, stage: str, given: Mapping[str, str]) -> Places:
    return of_stage(clients, stage, given) if stage else of_names(clients, given)


def _region_of(stage: str) -> str:
    """The region of a stage in cdk.json, where there is one. Raises WrongUsage for a stage that it does not have."""
    if not stage or not CDK_JSON.is_file():
        return ""
    stages = json.loads(CDK_JSON.read_text()).get("context", {}).get("stages", {})
    if stage not in stages:
        raise WrongUsage(f"{CDK_JSON} has no stage {stage!r}; it has {', '.join(sorted(stages)) or 'none'}")
    return str(stages[stage].get("region", ""))
