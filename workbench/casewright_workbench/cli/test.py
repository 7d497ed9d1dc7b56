"""`casewright test`: run the tests beside the rules."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from casewright_workbench.cli.check import DIRECTORY, required
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.explain.printing import console
from casewright_workbench.rule_tests.printing import print_run
from casewright_workbench.rule_tests.records import run_record
from casewright_workbench.rule_tests.running import FOLDER, run_tests
from casewright_workbench.terminal import echo_json


def rule_tests(
    directory: Annotated[Path, typer.Argument(help="The directory that an operator writes.")] = DIRECTORY,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print results and coverage as one JSON object.")] = False,
) -> int:
    """Run the tests in tests/ of a contact centre with a fake clock: exit code 1 when one fails."""
    required(directory)
    run = run_tests(directory)
    if not run.results:
        raise WrongUsage(f"{directory / FOLDER} holds no tests; write a list of them to {directory / FOLDER / 'intake.yaml'}")
    if as_json:
        echo_json(msgspec.json.format(msgspec.json.encode(run_record(run))))
    else:
        print_run(run, console())
    return 1 if run.failed else 0
