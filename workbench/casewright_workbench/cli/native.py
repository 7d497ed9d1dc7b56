"""`casewright native`: rules as rules of Amazon Connect itself, and the other way round."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.text import Text

from casewright.cases.catalog import Catalog
from casewright.errors import BadInput, UnlinkedName
from casewright.rules.rule import Rule
from casewright_authoring import Compiled, compile_directory
from casewright_authoring.native import NativeForm, Unsaid, create_rule, import_rules, native_of, placeholders
from casewright_authoring.suggestions import unknown
from casewright_workbench.cli.check import DIRECTORY, required
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.terminal import Terminal

native = typer.Typer(name="native", help="Rules as rules of Amazon Connect itself.", no_args_is_help=True, rich_markup_mode="markdown")

Config = Annotated[Path, typer.Option("--config", help="The directory that an operator writes.")]
CatalogFile = Annotated[
    Path | None,
    typer.Option("--catalog", help="The catalog.json of a deployment, from its bucket of bundles: ids where catalog.yaml gives none."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@native.command()
def export(
    rules: Annotated[list[str] | None, typer.Argument(help="Names of rules; all where none is given.", show_default=False)] = None,
    *,
    config: Config = DIRECTORY,
    catalog: CatalogFile = None,
    as_json: AsJson = False,
) -> int:
    """Print rules as CreateRule of Amazon Connect takes them, or every reason why one cannot be said there.

    Exit code 1 when a rule named here cannot. Where no ids are known, `${field:NAME}` and `${template:NAME}` stand for them.
    """
    compiled = _compiled(config)
    chosen = _chosen(rules or (), compiled.bundle.rules)
    ids = _catalog(compiled, catalog)
    try:
        forms = {rule.name: native_of(rule, bundle=compiled.bundle, catalog=ids) for rule in chosen}
    except UnlinkedName as missing:
        raise WrongUsage(f"{catalog}: {missing}") from missing
    if as_json:
        typer.echo(json.dumps({"rules": [_as_json(name, form) for name, form in forms.items()]}, indent=2, ensure_ascii=False))
    else:
        _print(forms)
    return 1 if rules and any(form.reasons for form in forms.values()) else 0


@native.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="What `aws connect describe-rule` printed, or a list of that.", exists=True, dir_okay=False)],
    *,
    config: Config = DIRECTORY,
    catalog: CatalogFile = None,
) -> int:
    """Print rules of Amazon Connect as a file for rules/; tell what of them cannot be said, by JSON path, and end with 1 if anything."""
    compiled = _compiled(config)
    try:
        found = import_rules(file.read_bytes(), bundle=compiled.bundle, catalog=_catalog(compiled, catalog))
    except BadInput as problem:
        raise WrongUsage(f"{file}: {problem}") from problem
    _tell(file, found.unsaid)
    typer.echo(found.yaml, nl=False)
    return 1 if found.unsaid else 0


def _compiled(config: Path) -> Compiled:
    required(config)
    return compile_directory(config)


def _catalog(compiled: Compiled, file: Path | None) -> Catalog:
    if file is None:
        return compiled.catalog or placeholders(compiled.definition, compiled.directory)
    try:
        return msgspec.json.decode(file.read_bytes(), type=Catalog)
    except (OSError, msgspec.DecodeError) as problem:
        raise WrongUsage(f"--catalog {file}: {problem}; accepted is the catalog.json of a bucket of bundles") from problem


def _chosen(names: Iterable[str], rules: tuple[Rule, ...]) -> list[Rule]:
    by_name = {rule.name: rule for rule in rules}
    for name in names:
        if name not in by_name:
            raise WrongUsage(unknown("rule", name, by_name))
    return [by_name[name] for name in dict.fromkeys(names)] or list(rules)


def _as_json(name: str, form: NativeForm) -> dict[str, Any]:
    if form.reasons:
        return {"rule": name, "reasons": [{"where": reason.where, "why": reason.why} for reason in form.reasons]}
    return {"rule": name, "native": [create_rule(each) for each in form.rules]}


def _print(forms: dict[str, NativeForm]) -> None:
    output = Terminal()
    for name, form in forms.items():
        output.print(Text(name, "bold green" if form.rules else "bold yellow"))
        for reason in form.reasons:
            output.print(Text(f"  {reason}"), soft_wrap=True)
        for rule in form.rules:
            output.print(Text(json.dumps(create_rule(rule), indent=2, ensure_ascii=False)), soft_wrap=True)


def _tell(file: Path, unsaid: tuple[Unsaid, ...]) -> None:
    output = Terminal(stderr=True)
    for each in unsaid:
        output.print(Text.assemble((f"{file}: {each.path}:", "bold"), f" {each.why}"), soft_wrap=True)
