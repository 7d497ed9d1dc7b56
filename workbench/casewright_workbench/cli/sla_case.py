"""`casewright sla CASE`: the timeline of a case's clocks, and why other policies have none."""

from difflib import get_close_matches
from typing import Annotated, Any

import msgspec
import typer
from typer.core import TyperGroup

from casewright_authoring.suggestions import unknown
from casewright_workbench.cli.deployment import AsJson, BucketName, TableName, opened
from casewright_workbench.console.names import Names
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.explain.history import retell
from casewright_workbench.explain.printing import console
from casewright_workbench.explain.words import Words, instant
from casewright_workbench.sla.absences import absences
from casewright_workbench.sla.courses import courses
from casewright_workbench.sla.printing import absence_tree, course_tree
from casewright_workbench.sla.records import absence_record, course_record
from casewright_workbench.terminal import echo_json

DEFAULT = "case"
"""The command that `sla` takes a word for that is none of its commands."""


class CaseOrCommand(TyperGroup):
    """`casewright sla CASE` beside `casewright sla due` and its like: a first word that names no command is a case."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command in front where a case stands; a command that is spelt nearly right stays one."""
        if args and args[0] not in ctx.help_option_names and not get_close_matches(args[0], self.commands):
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)


def case_clocks(
    case: Annotated[str, typer.Argument(help="The id of a case.")],
    *,
    table: TableName,
    bucket: BucketName,
    policy: Annotated[str, typer.Option(help="Tell this policy alone.")] = "",
    as_json: AsJson = False,
) -> None:
    """The timeline of a case's clocks: what each did, by which event and why; whose time it was; and why other policies have no clock."""
    with opened(table=table, bucket=bucket) as deployment:
        told, in_force, now = tuple(retell(deployment.case(case), deployment.programs)), deployment.in_force(), deployment.asking().at
    words, names = Words(deployment.programs.catalog), Names(deployment.programs.catalog)
    found = courses(told, words, now=now)
    without = absences(told, [each.policy for each in found if each.cycles], in_force, words)
    policies = [*(each.policy for each in found), *(each.policy for each in without)]
    if policy and policy not in policies:
        raise WrongUsage(f"case {case}: {unknown('policy', policy, policies)}")
    found = tuple(each for each in found if policy in ("", each.policy))
    without = tuple(each for each in without if policy in ("", each.policy))
    if as_json:
        clocks, none = [course_record(each, words, names) for each in found], [absence_record(each, words) for each in without]
        record = {"case_id": case, "now": instant(now), "clocks": clocks, "without_clock": none}
        echo_json(msgspec.json.format(msgspec.json.encode(record)))
        return
    output = console()
    for course in found:
        output.print(course_tree(course, names))
    for absence in without:
        output.print(absence_tree(absence, names))
