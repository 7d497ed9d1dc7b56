"""`casewright check`: what is wrong with a contact centre's files."""

import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from casewright_authoring.checking import findings
from casewright_authoring.findings import Finding
from casewright_workbench.cli.usage import WrongUsage

DIRECTORY = Path("contact_center")


def check(
    directory: Annotated[Path, typer.Argument(help="The directory that an operator writes.")] = DIRECTORY,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print findings as JSON.")] = False,
) -> int:
    """Say what is wrong with the rules, SLAs, emails and fields of a contact centre: exit code 1 when anything is."""
    required(directory)
    found = findings(directory)
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(each) for each in found], indent=2))
    elif found:
        print_findings(found, Console())
    else:
        Console().print(f"{directory}: nothing wrong", style="green")
    return 1 if found else 0


def print_findings(found: Iterable[Finding], output: Console) -> None:
    """One finding a line, as editors and terminals link it."""
    for each in found:
        place = f"{each.path}:{each.line}:{each.column}:"
        output.print(Text.assemble((place, "bold"), f" {each.message}"), soft_wrap=True)


def required(directory: Path) -> None:
    """Refuse what is no directory."""
    if not directory.is_dir():
        raise WrongUsage(f"{directory} is not a directory; give the one with catalog.yaml, fields.yaml, rules/ and so on")
