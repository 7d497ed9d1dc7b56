"""Where archived events lie: files, folders, globs and prefixes on S3."""

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final

import msgspec

from casewright.errors import BadInput

PART: Final = 32 << 20
"""Bytes of a file of lines that are read together. Of a larger file, events are read again where they lie, and not copied."""
PARQUET: Final = ".parquet"

_GZIP: Final = b"\x1f\x8b"
_S3: Final = "s3://"


class NothingThere(BadInput):
    """A path names no file of events."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: no file is there; accepted are files, folders, globs and s3://BUCKET/PREFIX")


class Place(msgspec.Struct, frozen=True):
    """One file or object: its name for people, and its size in bytes; or a part of a file of lines."""

    name: str
    size: int
    start: int = 0
    """Where the part begins."""
    of_lines: bool = False
    """Whether it is a part of a local file of lines as they are."""
    is_large: bool = False
    """Whether that file has several parts."""

    def open(self) -> IO[bytes]:
        """All bytes of the file."""
        if not self._on_s3:
            return Path(self.name).open("rb")
        from casewright_workbench.backtest.s3 import body  # noqa: PLC0415  # boto3 in every process, for archives on S3 alone

        return body(*_bucket_and_key(self.name))

    def parts(self) -> Iterator["Place"]:
        """The place in parts that several processes can read."""
        if self._on_s3 or self.name.endswith(PARQUET) or self._is_packed():
            yield self
            return
        for start in range(0, self.size, PART):
            yield Place(self.name, min(PART, self.size - start), start, of_lines=True, is_large=self.size > PART)

    @property
    def _on_s3(self) -> bool:
        return self.name.startswith(_S3)

    def _is_packed(self) -> bool:
        with self.open() as stream:
            return is_packed(stream.read(len(_GZIP)))


def places(paths: Sequence[str]) -> tuple[Place, ...]:
    """Every file under the paths, each once, in the order of the paths and then of names.

    Raises:
        NothingThere: a path names nothing.
    """
    found: dict[str, Place] = {}
    for path in paths:
        under = {place.name: place for place in (_objects(path) if path.startswith(_S3) else _files(path))}
        if not under:
            raise NothingThere(path)
        found |= under
    return tuple(found.values())


def _objects(path: str) -> Iterator[Place]:
    from casewright_workbench.backtest.s3 import sizes  # noqa: PLC0415  # as above

    bucket, prefix = _bucket_and_key(path)
    for key, size in sizes(bucket, prefix):
        yield Place(f"{_S3}{bucket}/{key}", size)


def _bucket_and_key(path: str) -> tuple[str, str]:
    bucket, _, key = path.removeprefix(_S3).partition("/")
    return bucket, key


def is_packed(beginning: bytes) -> bool:
    """Whether what begins so is gzip."""
    return beginning.startswith(_GZIP)


def _files(path: str) -> Iterator[Place]:
    folder = Path(path)
    if folder.is_dir():
        found = [each for each in folder.rglob("*") if not _is_hidden(each.relative_to(folder))]
    else:
        found = [folder] if folder.exists() else [Path(each) for each in glob.glob(path, recursive=True)]  # noqa: PTH207  # of absolute patterns too
    for each in sorted(found):
        if each.is_file():
            yield Place(str(each), each.stat().st_size)


def _is_hidden(path: Path) -> bool:
    """What tools leave for themselves: .crc, _SUCCESS, .DS_Store."""
    return any(part.startswith((".", "_")) for part in path.parts)
