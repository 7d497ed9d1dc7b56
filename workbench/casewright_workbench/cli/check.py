"""`casewright check`: what is wrong with a contact centre's files."""

import dataclasses
import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from casewright_authoring.checking import findings
from casewright_authoring.findings import Finding
from casewright_workbench.cli.github import annotation
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.terminal import Terminal

DIRECTORY = Path("contact_center")


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def check(
    directory: Annotated[Path, typer.Argument(help="The directory that an operator writes.")] = DIRECTORY,
    *,
    form: Annotated[
        Format | None, typer.Option("--format", help="Print findings for people (the default), for programs, or as annotations.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="End with 1 for warnings too.")] = False,
) -> int:
    """Say what is wrong with the rules, SLAs, emails and fields of a contact centre: exit code 1 when there is any error."""
    required(directory)
    chosen = _chosen(form, as_json=as_json)
    found = findings(directory)
    match chosen:
        case Format.JSON:
            typer.echo(json.dumps([dataclasses.asdict(each) for each in found], indent=2))
        case Format.GITHUB:
            for each in found:
                typer.echo(annotation(each))
        case Format.TEXT:
            _print(directory, found)
    return 1 if any(strict or each.severity == "error" for each in found) else 0


def _chosen(form: Format | None, *, as_json: bool) -> Format:
    if as_json and form not in {None, Format.JSON}:
        raise WrongUsage(f"--json and --format {form} cannot stand together; give one of them")
    return Format.JSON if as_json else form or Format.TEXT


def _print(directory: Path, found: Sequence[Finding]) -> None:
    if found:
        print_findings(found, Terminal())
    else:
        Terminal().print(f"{directory}: nothing wrong", style="green")


def print_findings(found: Iterable[Finding], output: Console) -> None:
    """One finding a line, as editors and terminals link it: `path:line:column: severity: message [code]`."""
    for each in found:
        place = f"{each.path}:{each.line}:{each.column}:"
        severity = (f"{each.severity}:", "red" if each.severity == "error" else "yellow")
        output.print(Text.assemble((place, "bold"), " ", severity, f" {each.message} ", (f"[{each.code}]", "dim")), soft_wrap=True)


def required(directory: Path) -> None:
    """Refuse what is no directory."""
    if not directory.is_dir():
        raise WrongUsage(f"{directory} is not a directory; give the one with catalog.yaml, fields.yaml, rules/ and so on")
