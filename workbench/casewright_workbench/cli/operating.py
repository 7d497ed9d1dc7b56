"""`casewright arm` and `casewright publish`: the two switches of a deployment, worked with your own AWS credentials."""

from pathlib import Path
from typing import Annotated

import typer

from casewright.aws.bundles import BundleBucket
from casewright.aws.control import ControlTable
from casewright.bundle import content_hash, link, read
from casewright_authoring.compile import compile_directory
from casewright_workbench.cli.check import DIRECTORY, required
from casewright_workbench.deployment.account import account
from casewright_workbench.terminal import Terminal


def arm(
    *,
    table: Annotated[str, typer.Option(help="The case table: output `CaseTable` of the automation stack.")],
    off: Annotated[bool, typer.Option("--off", help="Record only, as before arming; what is pending waits.")] = False,
) -> None:
    """Let a deployment perform effects; until then it records what it would have done."""
    with account(f"table {table}") as clients:
        ControlTable(clients("dynamodb"), table).arm(armed=not off)
    Terminal().print(f"{table}: {'records only' if off else 'armed; effects are performed from now on'}")


def publish(
    directory: Annotated[Path, typer.Argument(help="The directory that an operator writes.")] = DIRECTORY,
    *,
    bucket: Annotated[str, typer.Option(help="The bucket of bundles: output `BundleBucket` of the cases stack.")],
    rollback: Annotated[bool, typer.Option("--rollback", help="Put the bundle before this one in force instead.")] = False,
) -> None:
    """Compile a contact centre, link it with the catalog of the deployment, and put it in force within ten seconds."""
    with account(f"bucket {bucket}") as clients:
        store = BundleBucket(clients("s3"), bucket)
        in_force = _rolled_back(store) if rollback else _published(directory, store)
    Terminal().print(f"{bucket}: bundle {in_force} is in force")


def _rolled_back(store: BundleBucket) -> str:
    """The bundle before is in force only if it fits the catalog of now: functions would refuse any other, and tell it in their logs."""
    if before := store.previous():
        link(read(before), store.catalog(), bundle_hash=content_hash(before))
    return store.rollback()


def _published(directory: Path, store: BundleBucket) -> str:
    required(directory)
    compiled = compile_directory(directory)
    link(compiled.bundle, store.catalog(), bundle_hash=compiled.hash)
    return store.publish(compiled.written)
