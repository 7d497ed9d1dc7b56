"""The bundles that decisions were made with, linked again."""

from typing import Protocol

import msgspec

from casewright.bundle import LinkedBundle, link, read
from casewright.cases.catalog import Catalog
from casewright.errors import CasewrightError
from casewright.service.load import NOTHING


class Kept(Protocol):
    """Where bundles are kept by their hash."""

    def kept(self, bundle_hash: str) -> bytes:
        """A written bundle. Raises NotFound."""
        ...


class Gone(msgspec.Struct, frozen=True):
    """A bundle that cannot be had any more, and why."""

    reason: str


class KeptPrograms:
    """Links each bundle once, with the catalog as it is now: catalogs of the past are not kept."""

    def __init__(self, bundles: Kept, catalog: Catalog) -> None:
        self._bundles, self.catalog = bundles, catalog
        self._linked: dict[str, LinkedBundle | Gone] = {NOTHING.hash: NOTHING}

    def linked(self, bundle_hash: str) -> LinkedBundle | Gone:
        """The bundle of that hash."""
        if bundle_hash not in self._linked:
            self._linked[bundle_hash] = self._link(bundle_hash)
        return self._linked[bundle_hash]

    def _link(self, bundle_hash: str) -> LinkedBundle | Gone:
        try:
            return link(read(self._bundles.kept(bundle_hash)), self.catalog, bundle_hash=bundle_hash)
        except CasewrightError as error:
            return Gone(f"bundle {bundle_hash}, which decided this, cannot be had: {error}")
