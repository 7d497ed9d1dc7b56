"""The `casewright` command: its commands, and how their ends become exit codes.

0 fine, 1 findings, 2 wrong usage.
"""

import sys
from collections.abc import Sequence

import typer
from rich.console import Console
from rich.text import Text
from typer.exceptions import TyperException

from casewright.errors import BadInput
from casewright_authoring.findings import Findings
from casewright_workbench.cli.adopt import adopt
from casewright_workbench.cli.backtest import backtest
from casewright_workbench.cli.check import check, print_findings
from casewright_workbench.cli.doctor import doctor
from casewright_workbench.cli.email import email
from casewright_workbench.cli.explain import explain
from casewright_workbench.cli.forget import forget
from casewright_workbench.cli.init import init
from casewright_workbench.cli.local import local
from casewright_workbench.cli.native import native
from casewright_workbench.cli.operating import arm, publish
from casewright_workbench.cli.reconcile import reconcile
from casewright_workbench.cli.redrive import redrive
from casewright_workbench.cli.sla import sla
from casewright_workbench.cli.suppression import unsuppress
from casewright_workbench.cli.test import rule_tests
from casewright_workbench.cli.why import why
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.terminal import Terminal

FINE, FINDINGS, USAGE = 0, 1, 2

app = typer.Typer(
    name="casewright",
    help="Rules, SLA clocks and effects for Amazon Connect Cases, as code.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
app.command()(local)
app.command()(init)
app.command()(check)
app.command("test")(rule_tests)
app.command()(explain)
app.command()(backtest)
app.command()(publish)
app.command()(arm)
app.add_typer(sla)
app.add_typer(native)
email.command()(unsuppress)
app.add_typer(email)
app.command()(why)
app.command()(doctor)
app.command()(adopt)
app.command()(reconcile)
app.command()(redrive)
app.command()(forget)


@app.callback()
def casewright() -> None:
    """Rules, SLA clocks and effects for Amazon Connect Cases, as code."""


def main() -> None:
    """Run the command line and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run a command line; answers the exit code."""
    errors = Terminal(stderr=True)
    try:
        code: int | None = app(args=list(arguments), prog_name="casewright", standalone_mode=False)
    except Findings as found:
        print_findings(found.findings, errors)
        return FINDINGS
    except (WrongUsage, BadInput) as problem:
        return _refuse(errors, str(problem))
    except typer.Exit as ended:
        return ended.exit_code
    except typer.Abort:
        return 130
    except TyperException as misused:
        said = misused.format_message()  # empty where no command was given: the help was printed instead
        context = getattr(misused, "ctx", None)  # of the command that was misused, where one was found
        help_of = context.command_path if context else "casewright"
        return _refuse(errors, f"{said} ({help_of} --help says what is accepted)") if said else USAGE
    return code or FINE


def _refuse(errors: Console, message: str) -> int:
    errors.print(Text.assemble(("casewright: ", "bold red"), message), soft_wrap=True)
    return USAGE
