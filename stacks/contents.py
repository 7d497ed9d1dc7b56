"""What an operator wrote in contact_center/, compiled, and written down for `configure_domain`."""

from pathlib import Path

import msgspec

from casewright.service.configure import Wanted
from casewright_authoring import Compiled, compile_directory
from stacks.stage import Stage, StageError


def read_contents(folder: Path, *, stage: Stage) -> Compiled:
    """Compile what the operator wrote.

    Raises:
        Findings: something in it is wrong.
        StageError: its catalog.yaml describes another domain than the one of the stage.
    """
    compiled = compile_directory(folder)
    if compiled.catalog is not None and compiled.catalog.domain_id != stage.domain_id:
        accepted = f"{compiled.catalog.domain_id!r}, the domain whose ids {folder / 'catalog.yaml'} gives"
        raise StageError(stage.name, "domain_id", stage.domain_id, accepted)
    return compiled


def write_wanted(compiled: Compiled, path: Path) -> Path:
    """Write what `configure_domain` reads; equal contents give equal bytes, hence no update of the deployment."""
    wanted = Wanted(definition=compiled.definition, directory=compiled.directory, catalog=compiled.catalog, bundle=compiled.written)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(wanted, order="sorted"))
    return path
