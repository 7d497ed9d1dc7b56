"""`casewright why CASE`: what happened to a case in production, what the rules made of it, and why."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import msgspec
import typer

from casewright_authoring.suggestions import unknown
from casewright_workbench.cli.deployment import AsJson, BucketName, TableName, opened
from casewright_workbench.console.names import Names
from casewright_workbench.deployment.records import CaseFile
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.explain.case_printing import event_tree
from casewright_workbench.explain.case_records import event_record
from casewright_workbench.explain.history import Retold, retell
from casewright_workbench.explain.printing import console
from casewright_workbench.explain.programs import Gone
from casewright_workbench.explain.words import Json, Words, instant, second
from casewright_workbench.terminal import echo_json


def why(
    case: Annotated[str, typer.Argument(help="The id of a case.")],
    *,
    table: TableName,
    bucket: BucketName,
    rule: Annotated[str, typer.Option(help="Tell of every event what this rule made of it, condition by condition.")] = "",
    event: Annotated[str, typer.Option(help="Tell this event alone, and what every rule made of it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Retell a case from its log: events, clocks, rules, and every effect with how it ended."""
    with opened(table=table, bucket=bucket) as deployment:
        file, programs = deployment.case(case), deployment.programs
        told = _chosen(tuple(retell(file, programs)), file, rule, event)
    words, names, traced = Words(programs.catalog), Names(programs.catalog), bool(rule or event)
    if as_json:
        events = [event_record(each, words, names, traced=traced) for each in told]
        forgotten: dict[str, Json] = {"forgotten_at": instant(file.head.forgotten_at)} if file.head.forgotten_at else {}
        echo_json(msgspec.json.format(msgspec.json.encode({"case_id": case, **forgotten, "events": events})))
        return
    output = console()
    if file.head.forgotten_at:
        output.print(f"Forgotten at {second(file.head.forgotten_at)}; its log begins anew after that.")
    for each in told:
        output.print(event_tree(each, words, names, traced=traced))


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
