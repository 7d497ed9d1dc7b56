"""Where archived events lie: files, folders, globs and prefixes on S3, each opened as a stream of bytes."""

import functools
import glob
import gzip
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BufferedIOBase, BufferedReader, RawIOBase
from pathlib import Path
from typing import IO, Any, Final

import boto3
import msgspec

from casewright.errors import BadInput

_GZIP: Final = b"\x1f\x8b"
_S3: Final = "s3://"
_BUFFER: Final = 1 << 20


class NothingThere(BadInput):
    """A path names no file of events."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: no file is there; accepted are files, folders, globs and s3://BUCKET/PREFIX")


class Place(msgspec.Struct, frozen=True):
    """One file or object: its name for people, its size in bytes, and how to open it."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]


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


@contextmanager
def opened(place: Place, advance: Callable[[int], None]) -> Iterator[BufferedIOBase]:
    """The bytes of a place, unpacked if they are gzip; `advance` hears how many bytes were read of the place itself."""
    with place.open() as stream:
        reader = BufferedReader(_Counted(stream, advance), _BUFFER)
        if not reader.peek(len(_GZIP)).startswith(_GZIP):
            yield reader
            return
        with gzip.GzipFile(fileobj=reader) as unpacked:
            yield BufferedReader(unpacked, _BUFFER)


class _Counted(RawIOBase):
    def __init__(self, stream: IO[bytes], advance: Callable[[int], None]) -> None:
        self._stream, self._advance = stream, advance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = self._stream.read(len(buffer))
        buffer[: len(read)] = read
        self._advance(len(read))
        return len(read)


def _files(path: str) -> Iterator[Place]:
    folder = Path(path)
    if folder.is_dir():
        found = [each for each in folder.rglob("*") if not _is_hidden(each.relative_to(folder))]
    else:
        found = [folder] if folder.exists() else [Path(each) for each in glob.glob(path, recursive=True)]  # noqa: PTH207  # of absolute patterns too
    for each in sorted(found):
        if each.is_file():
            yield Place(str(each), each.stat().st_size, functools.partial(_file, each))


def _file(path: Path) -> IO[bytes]:
    return path.open("rb")


def _is_hidden(path: Path) -> bool:
    """What tools leave for themselves: .crc, _SUCCESS, .DS_Store."""
    return any(part.startswith((".", "_")) for part in path.parts)


def _objects(path: str) -> Iterator[Place]:
    bucket, _, prefix = path.removeprefix(_S3).partition("/")
    client = boto3.Session().client("s3")
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for each in page.get("Contents", ()):
            if each["Size"]:
                yield Place(f"{_S3}{bucket}/{each['Key']}", each["Size"], functools.partial(_body, client, bucket, each["Key"]))


def _body(client: Any, bucket: str, key: str) -> IO[bytes]:
    body: IO[bytes] = client.get_object(Bucket=bucket, Key=key)["Body"]
    return body
