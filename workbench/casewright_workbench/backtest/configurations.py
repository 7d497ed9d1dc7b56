"""A directory that an operator writes, linked with the ids of a domain that exists."""

from pathlib import Path

import msgspec

from casewright.cases.catalog import Catalog
from casewright.errors import BadInput
from casewright_authoring.compile import compile_directory
from casewright_workbench.backtest.places import places
from casewright_workbench.backtest.worker import Configuration


class NoIds(BadInput):
    """A directory describes a domain that deploying makes, so its ids are elsewhere."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            f"{directory}: catalog.yaml gives no domain_id, so the ids of fields and templates are not known; "
            "give --catalog: catalog.json of the deployment's bundle bucket, as a file or s3://BUCKET/catalog.json"
        )


def configuration(directory: Path, catalog: Catalog | None) -> Configuration:
    """Compile a directory; `catalog` serves one whose own catalog.yaml gives no ids.

    Raises:
        Findings: something in the directory is wrong.
        NoIds: there are no ids.
    """
    compiled = compile_directory(directory)
    known = compiled.catalog or catalog
    if known is None:
        raise NoIds(directory)
    return Configuration(compiled.written, known)


def read_catalog(path: str) -> Catalog:
    """A catalog as `configure_domain` writes it, from a file or from S3.

    Raises:
        BadInput: there is none.
    """
    place = places([path])[0]
    try:
        with place.open() as stream:
            return msgspec.json.decode(stream.read(), type=Catalog)
    except msgspec.DecodeError as error:
        raise BadInput(f"{path}: no catalog: {error}; accepted is catalog.json of a deployment's bundle bucket") from error
