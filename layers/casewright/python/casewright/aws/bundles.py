"""Bundles and the catalog on S3.

current.json            which bundle is in force, and which was before it
bundles/HASH.json       bundles, kept as long as decisions name them
catalog.json            names and ids of this domain
"""

from typing import Final

import msgspec

from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.bundle import content_hash
from casewright.cases.catalog import Catalog
from casewright.errors import NotFound

CURRENT: Final = "current.json"
CATALOG: Final = "catalog.json"


class Current(msgspec.Struct, frozen=True):
    """Which bundle is in force; `previous` is what a rollback restores."""

    bundle: str
    previous: str = ""
    format: int = 1


class BundleBucket:
    """Fulfils Bundles; the writing side is for `configure_domain` and for publishing."""

    def __init__(self, client: Client, bucket: str) -> None:
        self._client, self._bucket = client, bucket
        self._kept: tuple[str, bytes] = ("", b"")

    def written(self) -> tuple[bytes, Catalog] | None:
        """The bundle in force and the catalog; None while either is missing."""
        try:
            current = msgspec.json.decode(self._read(CURRENT), type=Current)
            catalog = self.catalog()
        except NotFound:
            return None
        if self._kept[0] != current.bundle:
            self._kept = (current.bundle, self._read(f"bundles/{current.bundle}.json"))
        return self._kept[1], catalog

    def seed(self, written: bytes) -> bool:
        """Put a bundle in force where none is; False when one was."""
        try:
            self._read(CURRENT)
        except NotFound:
            self.publish(written)
            return True
        return False

    def publish(self, written: bytes) -> str:
        """Put a bundle in force; answers its hash. Published again, the one in force keeps what was before it."""
        bundle_hash = content_hash(written)
        try:
            current = msgspec.json.decode(self._read(CURRENT), type=Current)
        except NotFound:
            current = Current("")
        self._write(f"bundles/{bundle_hash}.json", written)
        if current.bundle != bundle_hash:
            self._write(CURRENT, msgspec.json.encode(Current(bundle_hash, current.bundle)))
        return bundle_hash

    def previous(self) -> bytes | None:
        """The bundle before the present one, if there was one."""
        before = msgspec.json.decode(self._read(CURRENT), type=Current).previous
        return self._read(f"bundles/{before}.json") if before else None

    def kept(self, bundle_hash: str) -> bytes:
        """A bundle that decisions name, whether in force or not. Raises NotFound when it was never published here."""
        return self._read(f"bundles/{bundle_hash}.json")

    def rollback(self) -> str:
        """Put the bundle in force that was before the present one; answers its hash.

        Raises:
            NotFound: there was none before.
        """
        current = msgspec.json.decode(self._read(CURRENT), type=Current)
        if not current.previous:
            raise NotFound(f"bundle {current.bundle} is the first; there is none before it")
        self._write(CURRENT, msgspec.json.encode(Current(current.previous, current.bundle)))
        return current.previous

    def catalog(self) -> Catalog:
        """The catalog. Raises NotFound before the domain was configured."""
        return msgspec.json.decode(self._read(CATALOG), type=Catalog)

    def write_catalog(self, catalog: Catalog) -> None:
        """Replace the catalog."""
        self._write(CATALOG, msgspec.json.encode(catalog, order="sorted"))

    def _read(self, name: str) -> bytes:
        with translated(f"GetObject {name}"):
            try:
                body: bytes = self._client.get_object(Bucket=self._bucket, Key=name)["Body"].read()
            except self._client.exceptions.NoSuchKey as error:
                raise NotFound(f"s3 object {name}") from error
        return body

    def _write(self, name: str, body: bytes) -> None:
        with translated(f"PutObject {name}"):
            self._client.put_object(Bucket=self._bucket, Key=name, Body=body, ContentType="application/json")
