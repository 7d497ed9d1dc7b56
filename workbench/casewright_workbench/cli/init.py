"""`casewright init`: the first files of a contact centre, and schemas for editors."""

from pathlib import Path, PurePath
from typing import Annotated

import typer
from rich.console import Console

from casewright_workbench.cli.check import DIRECTORY
from casewright_workbench.deployment.account import account
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.starting.catalog_text import catalog_yaml, scalar
from casewright_workbench.starting.existing_domain import ExistingDomain, read_existing
from casewright_workbench.starting.schemas import modeline
from casewright_workbench.starting.writing import Written, first_files, present, write
from casewright_workbench.terminal import Terminal

CATALOG = PurePath("catalog.yaml")
DEFINING = frozenset(map(PurePath, ("fields.yaml", "templates.yaml", "conditions.yaml")))


def init(
    directory: Annotated[Path, typer.Argument(help="The directory to begin, or to refresh the schemas of.")] = DIRECTORY,
    *,
    from_domain: Annotated[str, typer.Option("--from-domain", metavar="ID", help="Write catalog.yaml of a Cases domain that exists.")] = "",
) -> None:
    """Write a small contact centre to begin with, and schemas for editors. Files that are there already stay as they are."""
    if directory.exists() and not directory.is_dir():
        raise WrongUsage(f"{directory} is a file; give a directory, which may be a new one")
    there = present(directory)
    if from_domain and there:
        raise WrongUsage(f"{directory} holds {', '.join(map(str, there))} already; give a new directory to read a domain into")
    texts = _texts_of(from_domain) if from_domain else {} if there else first_files()
    _tell(directory, write(directory, texts), Terminal())


def _texts_of(domain_id: str) -> dict[PurePath, str]:
    with account(f"domain {domain_id}") as clients:
        domain = read_existing(clients("connectcases"), clients("connect"), domain_id)
    texts = {inside: text for inside, text in first_files().items() if inside not in DEFINING}
    return {inside: _fitting(text, domain) for inside, text in texts.items() if _fits(inside, domain)} | {CATALOG: catalog_yaml(domain)}


def _fits(inside: PurePath, domain: ExistingDomain) -> bool:
    """Tests create a case, for which a template is needed."""
    return inside.parts[0] != "tests" or bool(domain.templates)


def _fitting(text: str, domain: ExistingDomain) -> str:
    """The first files speak of a template of their own."""
    return text.replace("template: General", f"template: {scalar(next(iter(domain.templates), ''))}")


def _tell(directory: Path, written: Written, output: Console) -> None:
    if written.made:
        output.print(f"{directory}: wrote {', '.join(map(str, written.made))}", soft_wrap=True)
    else:
        output.print(
            f"{directory}: schemas refreshed; left as they are: {', '.join(map(str, written.left))}", soft_wrap=True, highlight=False
        )
    for inside in written.without_schema:
        output.print(f"  {inside} can be completed by an editor if it begins with  {modeline(inside)}", soft_wrap=True)
    if written.made:
        output.print(f"Next: casewright check {directory}; casewright test {directory}")
