"""Archives on S3, read with the credentials of whoever runs the command."""

from collections.abc import Iterator
from io import BufferedReader, RawIOBase
from typing import IO, Any, cast

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from casewright.errors import BadInput


def sizes(bucket: str, prefix: str) -> Iterator[tuple[str, int]]:
    """The keys under a prefix with their sizes, without empty objects.

    Raises:
        BadInput: they cannot be listed.
    """
    try:
        for page in _client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for each in page.get("Contents", ()):
                if each["Size"]:
                    yield each["Key"], each["Size"]
    except (BotoCoreError, ClientError) as error:
        raise BadInput(f"s3://{bucket}/{prefix} cannot be listed: {error}") from error


def body(bucket: str, key: str) -> IO[bytes]:
    """The content of an object, as it comes.

    Raises:
        OSError: it cannot be read, now or later.
    """
    try:
        answer = _client().get_object(Bucket=bucket, Key=key)
    except (BotoCoreError, ClientError) as error:
        raise OSError(str(error)) from error
    return cast(IO[bytes], BufferedReader(_Body(answer["Body"])))


class _Body(RawIOBase):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            read: bytes = self._stream.read(len(buffer))
        except BotoCoreError as error:
            raise OSError(str(error)) from error
        buffer[: len(read)] = read
        return len(read)


def _client() -> Any:
    return boto3.Session().client("s3")
