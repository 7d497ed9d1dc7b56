"""`casewright forget`: erase a case, or the cases of a customer, from the table."""

from datetime import timedelta
from typing import Annotated

import msgspec
import typer

from casewright.aws.erasing import CaseErasure, Held
from casewright_workbench.cli.deployment import AsJson
from casewright_workbench.deployment.account import account
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.findings import counted
from casewright_workbench.doctor.places import places_of
from casewright_workbench.explain.printing import console
from casewright_workbench.explain.words import Json, second
from casewright_workbench.forgetting.customers import cases_of, is_customer
from casewright_workbench.forgetting.elsewhere import ELSEWHERE, in_the_lake
from casewright_workbench.terminal import echo_json


def forget(
    who: Annotated[str, typer.Argument(metavar="CASE|CUSTOMER", help="The id of a case; or a customer profile, by its ARN or its id.")],
    *,
    stage: Annotated[str, typer.Option(help="A stage of cdk.json: everything else is read from its stacks.")] = "",
    table: Annotated[str, typer.Option(help="The case table, where several deployments stand side by side.")] = "",
    domain: Annotated[str, typer.Option(help="The id of the Cases domain, where functions cannot be listed.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Erase it. Otherwise it is only counted.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase log, state, effects and mail texts of cases; what is pending is not performed any more. Then tell what is kept elsewhere.

    What happened up to now does not come into the log again. If such a case goes on, its log begins anew.
    """
    given = {"CASE_TABLE": table, "DOMAIN_ID": domain}
    with account(f"{who} (what was begun is gone on with when the command is given again)", stage=stage) as clients:
        context = Context(clients, places_of(clients, stage, given))
        found, unread = _found(who, context)
        if yes:
            erasure = CaseErasure(clients("dynamodb"), context.places.needed("CASE_TABLE"))
            now = context.now + timedelta(seconds=1)  # who answers tells whole seconds
            for held in found:
                erasure.erase(held.case_id, now)
    listed = context.places.told("LISTED_FIELDS").split() if context.places.function("shape_records") else None
    _tell(found, unread, listed, erased=yes, as_json=as_json)
    if unread:
        raise typer.Exit(1)


def _found(who: str, context: Context) -> tuple[list[Held], tuple[str, ...]]:
    """What is to be erased, and the cases that may be of the customer. Raises WrongUsage for a case that the table does not know."""
    table = context.places.needed("CASE_TABLE")
    erasure = CaseErasure(context.clients("dynamodb"), table)
    if is_customer(who):
        cases = cases_of(who, context, table)
        return [held for case_id in cases.found if (held := erasure.held(case_id)).is_left], cases.unread
    held = erasure.held(who)
    if not held.is_known:
        raise WrongUsage(f"table {table} knows no case {who!r}; accepted are the id of a case, and the ARN or id of a customer profile")
    return [held] if held.is_left else [], ()


def _tell(found: list[Held], unread: tuple[str, ...], listed: list[str] | None, *, erased: bool, as_json: bool) -> None:
    kept = (in_the_lake(found, listed), *ELSEWHERE)
    if as_json:
        told: dict[str, Json] = {
            "erased": erased,
            "cases": [_record(each) for each in found],
            "unread": list(unread),
            "elsewhere": list(kept),
        }
        echo_json(msgspec.json.format(msgspec.json.encode(told)))
        return
    output = console()
    for each in found:
        again = f", forgotten {second(each.forgotten_at)} and begun anew" if each.forgotten_at else ""
        output.print(f"{each.case_id}  {each.events} events, {each.effects} effects, {each.pending} of them pending{again}")
    count = counted(len(found), "case")
    output.print(f"{count} erased" if erased else f"{count} would be erased; --yes erases" if found else "nothing to erase")
    if unread:
        which = f"{counted(len(unread), 'case')} could not be looked into, their heads cannot be read"
        output.print(f"{which}; one that is of the customer is erased by its id: {', '.join(unread)}", soft_wrap=True)
    output.print("Elsewhere:")
    for line in kept:
        output.print(f"  {line}", soft_wrap=True)


def _record(held: Held) -> dict[str, Json]:
    return {
        "case_id": held.case_id,
        "events": held.events,
        "effects": held.effects,
        "pending": held.pending,
        "days": [day.isoformat() for day in held.days],
    }
