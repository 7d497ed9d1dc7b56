"""`casewright backtest`: what a configuration would have done on archived events."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from casewright_workbench.backtest import run
from casewright_workbench.backtest.bars import Bars
from casewright_workbench.backtest.configurations import configuration, read_catalog
from casewright_workbench.backtest.places import places
from casewright_workbench.backtest.tables import print_report
from casewright_workbench.backtest.told import as_json
from casewright_workbench.backtest.workers import WorkerFailed
from casewright_workbench.cli.check import DIRECTORY, required
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.terminal import Terminal

Events = Annotated[
    list[str],
    typer.Option(
        "--events",
        metavar="PATH...",
        help="Archived events: JSON lines, .gz, Parquet of the lake, the raw backup of the lake; files, folders, globs, s3://BUCKET/PREFIX.",
    ),
]
MorePaths = Annotated[list[str] | None, typer.Argument(metavar="PATH...", help="Further paths after --events.", hidden=True)]
Config = Annotated[Path, typer.Option("--config", help="The directory that an operator writes.")]
Against = Annotated[Path | None, typer.Option("--against", help="Another such directory: tell how the two differ, case by case.")]
CatalogPath = Annotated[
    str, typer.Option("--catalog", metavar="PATH", help="catalog.json of a deployment, for a directory whose catalog.yaml gives no ids.")
]
OwnRole = Annotated[
    str, typer.Option("--own-role", help="Name of the role that casewright writes as; without it every change is somebody else's.")
]


def backtest(  # options of one command
    *,
    events: Events,
    more: MorePaths = None,
    config: Config = DIRECTORY,
    against: Against = None,
    catalog: CatalogPath = "",
    own_role: OwnRole = "",
    as_json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run a configuration over archived events and count what it would have done."""
    for directory in filter(None, (config, against)):
        required(directory)
    known = read_catalog(catalog) if catalog else None
    question = run.Question(configuration(config, known), configuration(against, known) if against else None, own_role)
    found = places([*events, *(more or ())])
    try:
        with Bars(sum(place.size for place in found)) as bars, run.backtest(question, found, bars) as report:
            bars.end()
            if as_json_:
                sys.stdout.buffer.writelines(as_json(report))
                sys.stdout.buffer.flush()
            else:
                print_report(report, Terminal())
    except WorkerFailed as error:
        raise WrongUsage(str(error)) from error
