"""`casewright email unsuppress`: let an address get mail again that bounced or complained."""

from typing import Annotated

import typer

from casewright.aws.suppression import RecipientTable
from casewright.cases.recipients import as_ses_takes
from casewright_workbench.cli.deployment import TableName
from casewright_workbench.deployment.account import account
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.terminal import Terminal


def unsuppress(address: Annotated[str, typer.Argument(help="The mail address.")], *, table: TableName) -> None:
    """Let an address get mail again. SES has a list of its own, which this does not touch."""
    if not (known_as := as_ses_takes(address)):
        raise WrongUsage(f"{address!r} is no mail address that SES takes")
    with account(f"table {table}") as clients:
        cause = RecipientTable(clients("dynamodb"), table).release(known_as)
    said = f"gets mail again; it was left out because of a {cause}" if cause else "was not left out"
    Terminal().print(f"{table}: {address} {said}", soft_wrap=True)
