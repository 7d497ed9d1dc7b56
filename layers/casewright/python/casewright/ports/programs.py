"""Ports to what operators published."""

from typing import Protocol

from casewright.bundle import LinkedBundle
from casewright.cases.catalog import Catalog


class Bundles(Protocol):
    """The published bundle and the catalog of this domain."""

    def previous(self) -> bytes | None:
        """The bundle in force before the present one, if there was one."""
        ...

    def written(self) -> tuple[bytes, Catalog] | None:
        """The current bundle as written and the catalog; None as long as nothing was published."""
        ...


class Programs(Protocol):
    """The linked bundle in force."""

    def current(self) -> LinkedBundle:
        """The last bundle that links; refreshed now and then."""
        ...


class Publishing(Protocol):
    """The writing side of the bundle store."""

    def seed(self, written: bytes) -> bool:
        """Put a bundle in force where none is; False when one was."""
        ...

    def write_catalog(self, catalog: Catalog) -> None:
        """Replace the catalog."""
        ...
