"""`casewright local`: the whole product on a laptop, playing a day and then open to be tried."""

import socket
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from casewright_workbench.cli.check import DIRECTORY, required
from casewright_workbench.cli.local_inbox import clear, own_inbox
from casewright_workbench.cli.printing import EffectPrinter
from casewright_workbench.cli.summary import print_summary
from casewright_workbench.console.desk import Desk
from casewright_workbench.console.figures import figures
from casewright_workbench.console.live import Changed
from casewright_workbench.console.site import Site
from casewright_workbench.day.hours import ENDS, NEW_YORK, OPENS
from casewright_workbench.day.play import Player
from casewright_workbench.day.script import script
from casewright_workbench.day.steps import Change, Open, Step
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.house import House
from casewright_workbench.localcloud.wire.http import LOCAL_PORT
from casewright_workbench.terminal import Terminal

_LAST_PORT: Final = 65_535

Config = Annotated[Path, typer.Option("--config", help="The directory that an operator writes.")]
Folder = Annotated[Path, typer.Option(help="Where sent mail is kept, as .eml files under inbox/; the next run there deletes them.")]
Once = Annotated[bool, typer.Option("--once", help="Exit after the summary.")]
Port = Annotated[int, typer.Option(min=1, max=_LAST_PORT, help="Port of the AWS endpoint and the pages, on 127.0.0.1.")]
Seed = Annotated[int, typer.Option(help="Another seed draws another day.")]


def local(
    *,
    once: Once = False,
    port: Port = LOCAL_PORT,
    config: Config = DIRECTORY,
    folder: Folder = Path(".casewright"),
    seed: Seed = 7,
) -> None:
    """Play a day of the contact centre on a local cloud, then serve the AWS endpoint, the inbox and the pages until Ctrl-C.

    Mail of the run before in the same folder is deleted, and nothing else is.
    """
    required(config)
    if not once:
        _refuse_taken(port)
    output = Terminal(markup=True)
    printer, changed = EffectPrinter(output, NEW_YORK), Changed()

    def listen(function: str, message: str, facts: Mapping[str, object]) -> None:
        changed.listen(function, message, facts)
        printer.listen(function, message, facts)

    with own_inbox(folder / "inbox"), House.open(config, start=OPENS, folder=folder, listen=listen) as house:
        _refuse_other_cases(house, config, script(seed=seed))
        clear(folder / "inbox")
        desk = Desk.of(house, changed, NEW_YORK)
        _play(house, desk, printer, output, seed=seed)
        if not once:
            _serve(house, desk, output, port=port)


def _play(house: House, desk: Desk, printer: EffectPrinter, output: Console, *, seed: int) -> None:
    output.rule(f"[bold]{OPENS:%A, %d %B %Y}, {OPENS:%H:%M} to {ENDS:%H:%M} in New York")
    printer.begin(desk.records, desk.names)
    began = time.monotonic()
    Player(house).play(script(seed=seed), until=ENDS)
    house.flush_lake()
    print_summary(output, figures(desk.cases.all(), emails=len(house.outbox.messages())), desk.lake.read())
    output.print(
        f"[dim]Played in {time.monotonic() - began:.0f} s. Sent mail lies in {house.folder / 'inbox'} until the next run.[/dim]",
        soft_wrap=True,
    )


def _serve(house: House, desk: Desk, output: Console, *, port: int) -> None:
    with house.serve(port, Site(desk).routes) as url:
        output.print(f"\nAWS endpoint and pages: [bold]{url}[/bold]\n  {url}/cases   {url}/inbox", soft_wrap=True)
        output.print(
            f"  export AWS_ENDPOINT_URL={url} AWS_ACCESS_KEY_ID=me AWS_SECRET_ACCESS_KEY=local   [dim]leads casewright commands here[/dim]",
            soft_wrap=True,
        )
        output.print(
            f"  aws connectcases list-domains --endpoint-url {url}"
            "   [dim](any access key: AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1)[/dim]",
            soft_wrap=True,
        )
        kept = f"nothing is kept but the mail in {house.folder / 'inbox'}, until the next run there"
        output.print(f"  domain {house.domain_id}\n[dim]Ctrl-C ends it; {kept}.[/dim]", soft_wrap=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


def _refuse_other_cases(house: House, config: Path, steps: Iterable[Step]) -> None:
    """The day has the cases of the example: a configuration without their templates and fields cannot play it."""
    deeds = [step.deed for step in steps]
    templates = {deed.template for deed in deeds if isinstance(deed, Open)} - house.catalog.templates.keys()
    fields = {name for deed in deeds if isinstance(deed, Open | Change) for name in deed.fields} - house.catalog.fields.keys()
    if missing := [*(f"template {name}" for name in sorted(templates)), *(f"field {name}" for name in sorted(fields))]:
        raise WrongUsage(
            f"{config} cannot play the day, whose cases are those of contact_center/: it has no {', '.join(missing)}; "
            "give a changed copy of contact_center/, or play your own cases with casewright test"
        )


def _refuse_taken(port: int) -> None:
    """Say so before the day is played, not after."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as taken:
            other = f"--port {port + 1 if port < _LAST_PORT else port - 1}"
            raise WrongUsage(
                f"port {port} of 127.0.0.1 is not free ({taken.strerror}): end what listens there, or choose another with "
                f"{other} (make run ARGS='{other}')"
            ) from taken
