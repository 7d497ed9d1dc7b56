"""`casewright why CASE`: what happened to a case in production, what the rules made of it, and why."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import boto3
import msgspec
import typer
from botocore.exceptions import BotoCoreError

from casewright.aws.bundles import BundleBucket
from casewright.aws.failures import translated
from casewright.errors import CasewrightError
from casewright_authoring.suggestions import unknown
from casewright_workbench.cli.usage import WrongUsage
from casewright_workbench.console.names import Names
from casewright_workbench.console.records import CaseFile, CaseRecords
from casewright_workbench.explain.case_printing import event_tree
from casewright_workbench.explain.case_records import event_record
from casewright_workbench.explain.history import Retold, retell
from casewright_workbench.explain.printing import console
from casewright_workbench.explain.programs import Gone, KeptPrograms
from casewright_workbench.explain.words import Words


def why(
    case: Annotated[str, typer.Argument(help="The id of a case.")],
    *,
    table: Annotated[str, typer.Option(help="The case table: output `CaseTable` of the automation stack.")],
    bucket: Annotated[str, typer.Option(help="The bucket of bundles: output `BundleBucket` of the cases stack.")],
    rule: Annotated[str, typer.Option(help="Tell of every event what this rule made of it, condition by condition.")] = "",
    event: Annotated[str, typer.Option(help="Tell this event alone, and what every rule made of it.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Retell a case from its log: events, clocks, rules, and every effect with how it ended."""
    try:
        file, programs = _read(case, table, bucket)
    except (CasewrightError, BotoCoreError) as error:
        raise WrongUsage(f"table {table}, bucket {bucket}: {error}") from error
    told = _chosen(tuple(retell(file, programs)), file, rule, event)
    words, names, traced = Words(programs.catalog), Names(programs.catalog), bool(rule or event)
    if as_json:
        events = [event_record(each, words, names, traced=traced) for each in told]
        typer.echo(msgspec.json.format(msgspec.json.encode({"case_id": case, "events": events})))
        return
    output = console()
    for each in told:
        output.print(event_tree(each, words, names, traced=traced))


def _read(case: str, table: str, bucket: str) -> tuple[CaseFile, KeptPrograms]:
    session = boto3.Session()
    store = BundleBucket(session.client("s3"), bucket)
    with translated("Query"):
        file = CaseRecords(session.client("dynamodb"), table).case(case)
    if file is None:
        raise WrongUsage(f"table {table} knows no case {case!r}; the id is that of Cases, such as 7f1c2f9e-…, not the reference number")
    return file, KeptPrograms(store, store.catalog())


def _chosen(told: Sequence[Retold], file: CaseFile, rule: str, event: str) -> list[Retold]:
    """The events that were asked for, with the rules that were asked for."""
    ids = [entry.event.id for entry in file.log]
    if event and event not in ids:
        raise WrongUsage(f"case {file.case_id}: {unknown('event', event, ids)}")
    rules = {each.name: None for one in told if not isinstance(one.program, Gone) for each in one.program.rules}
    if rule and rules and rule not in rules:
        raise WrongUsage(f"case {file.case_id}: {unknown('rule', rule, rules)}")
    return [_of_rule(each, rule) for each in told if event in ("", each.entry.event.id)]


def _of_rule(told: Retold, rule: str) -> Retold:
    if not rule:
        return told
    rules = tuple(each for each in told.rules if each.rule.name == rule)
    absent = () if rules or isinstance(told.program, Gone) or not told.program.rules else (f"The bundle of then has no rule {rule}.",)
    effects = tuple(each for each in told.effects if each.effect.rule == rule)
    return replace(told, rules=rules, effects=effects, notes=(*told.notes, *absent))
