"""`casewright doctor`: is what was deployed able to work?"""

import uuid
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated

import typer
from botocore.exceptions import ClientError

from casewright.errors import CasewrightError
from casewright_workbench.cli.check import DIRECTORY
from casewright_workbench.cli.deployment import AsJson
from casewright_workbench.deployment.account import account
from casewright_workbench.deployment.clients import NotKnown
from casewright_workbench.deployment.refusals import explained
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.doctor.checks import examine
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.places import OPTIONS, places_of
from casewright_workbench.doctor.printing import Report
from casewright_workbench.doctor.probe.running import Running, refuse_armed
from casewright_workbench.doctor.probe.steps import probe_of
from casewright_workbench.explain.printing import console
from casewright_workbench.terminal import Terminal


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
    live: Annotated[
        bool,
        typer.Option("--live", help="Also create, change and delete a probe case, and compare what AWS tells of it."),
    ] = False,
    template: Annotated[str, typer.Option(help="Of the probe case; the first active one that can be filled, otherwise. With --live.")] = "",
    wait: Annotated[float, typer.Option(min=1, max=3600, help="Seconds to wait for its events. With --live.")] = 120,
    save: Annotated[Path | None, typer.Option(help="Save its envelopes in this folder, without who asked. With --live.")] = None,
    armed_is_fine: Annotated[bool, typer.Option("--armed-is-fine", help="Let rules act on the probe case. With --live.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look at a deployment and say what is wrong and what to do, with your own AWS credentials; without --live nothing is changed.

    Names are read from the environments of the functions; where several deployments fit, or functions cannot be listed, give some by hand.
    """
    values = (domain, instance, table, bucket, stream, mail_from, configuration_set)
    given = dict(zip(OPTIONS, values, strict=True))
    with account("the deployment cannot be looked at", stage=stage) as clients:
        context = Context(clients, places_of(clients, stage, given), config, probes=live)
        running = _prepared(context, template, wait, armed_is_fine=armed_is_fine) if live else None
        if running and save:
            _make_writable(save)
        is_fine = _report(context, running, save, as_json=as_json)
    if not is_fine:
        raise typer.Exit(1)


def _report(context: Context, running: Running | None, save: Path | None, *, as_json: bool) -> bool:
    """Examine, run the probe, clean up whatever happens, and tell; whether all is fine."""
    report = Report(console(), as_json=as_json)
    try:
        for finding in examine(context):
            report.add(finding)
        if running:
            try:
                for finding in running.findings(save):
                    report.add(finding)
            finally:
                report.add(running.close())
    finally:
        report.end()
    return report.is_fine


def _make_writable(folder: Path) -> None:
    """Before the probe: afterwards its envelopes are gone."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()
    except OSError as error:
        raise WrongUsage(f"nothing can be written into {folder}: {error.strerror}; give --save a folder to write into") from error


def _prepared(context: Context, template: str, wait: float, *, armed_is_fine: bool) -> Running:
    """The probe, not begun. Raises WrongUsage where there can be none."""
    try:
        if not armed_is_fine:
            refuse_armed(context)
        probe = probe_of(context.clients("connectcases"), context.domain_id, template=template, write_id=uuid.uuid4().hex)
    except (NotKnown, ClientError, CasewrightError) as error:
        raise WrongUsage(f"no probe can be made: {explained(error)}") from error
    progress = Terminal(stderr=True)
    return Running(context, probe, wait=wait, say=lambda text: progress.print(text, style="dim"))
