"""`casewright email`: what the texts of a contact centre look like when they go out."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.text import Text

from casewright_authoring.compile import compile_directory
from casewright_authoring.known import names_in
from casewright_authoring.suggestions import unknown
from casewright_workbench.cli.check import DIRECTORY, required
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.explain.linking import linked
from casewright_workbench.mail_preview.given import given_values
from casewright_workbench.mail_preview.preview import Preview, preview
from casewright_workbench.terminal import Terminal, echo_json

email = typer.Typer(
    name="email", help="The emails of a contact centre, before anybody gets them.", no_args_is_help=True, rich_markup_mode="markdown"
)


@email.callback()
def emails() -> None:
    """The emails of a contact centre, before anybody gets them."""


@email.command("preview")
def preview_email(
    name: Annotated[str, typer.Argument(help="The name of an email.")],
    *,
    config: Annotated[Path, typer.Option(help="The directory that an operator writes.")] = DIRECTORY,
    case: Annotated[Path | None, typer.Option(help='Values of variables, as JSON: {"case.title": "..."}; others are made up.')] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the HTML.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show an email as it would go out; values that are made up stand in `[sample: ...]`."""
    required(config)
    compiled = compile_directory(config)
    if name not in compiled.bundle.emails:
        raise WrongUsage(unknown("email", name, compiled.bundle.emails))
    catalog = linked(compiled).catalog
    given = given_values(case, names_in(compiled.bundle, catalog)) if case else {}
    made = preview(name, compiled.bundle, catalog, given, now=datetime.now(UTC))
    if out:
        _write(out, made.html)
    if as_json:
        echo_json(msgspec.json.encode(made))
    else:
        _print(made, out)


def _write(path: Path, html: str) -> None:
    try:
        path.write_text(html, encoding="utf-8")
    except OSError as error:
        raise WrongUsage(f"{path} cannot be written: {error.strerror}; give --out a file in a directory that is there") from error


def _print(made: Preview, out: Path | None) -> None:
    output = Terminal()
    lines = Text(f"Subject: {made.subject}\n", style="bold")
    for header, value in made.headers.items():
        lines.append(f"{header}: {value}\n", "dim")
    lines.append(f"\n{made.text}", "not bold")
    lines.highlight_regex(r"\[sample: [^]]*\]", "black on yellow")
    output.print(lines, soft_wrap=True)
    output.print(Text(f"HTML written to {out}." if out else "--out FILE.html writes the HTML.", "dim"), soft_wrap=True)
