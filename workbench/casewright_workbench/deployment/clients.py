"""Asking AWS: clients, pages, and what is not there."""

from collections.abc import Iterator
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from casewright.aws.clients import Client

ABSENT: Final = frozenset({"UnknownService", "NotImplemented"})
"""What the local cloud says of services and operations that it does not have."""

_MISSING: Final = frozenset({
    "ResourceNotFoundException", "NotFoundException", "NoSuchBucket", "NoSuchEntity", "404",
    "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "NoSuchPublicAccessBlockConfiguration",
    "ServerSideEncryptionConfigurationNotFoundError", "StackNotFound",
})  # fmt: skip
_PAGES: Final = {"nextToken": "nextToken", "NextToken": "NextToken", "NextMarker": "Marker", "Marker": "Marker"}
"""How an answer names where it goes on, and how the next question names that."""

_TRIES: Final = Config(retries={"mode": "standard", "total_max_attempts": 6})
"""Listing the options of many fields meets the two calls a second of Cases."""


class NotKnown(Exception):
    """A name is needed that was neither given nor found; the message says how to give it."""


class Clients:
    """Clients of one session, each made once."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
        self._made: dict[str, Client] = {}

    @property
    def region(self) -> str:
        """The region that is asked; empty where nobody says."""
        return self._session.region_name or ""

    @property
    def session(self) -> boto3.Session:
        """The session itself."""
        return self._session

    def __call__(self, service: str) -> Client:
        """The client of a service, by its botocore name. Raises NotKnown for a region or an endpoint that is none."""
        if service not in self._made:
            known: Any = service
            try:
                self._made[service] = self._session.client(known, config=_TRIES)
            except ValueError as error:
                raise NotKnown(f"{str(error).rstrip('.')}; look at AWS_REGION and AWS_ENDPOINT_URL") from error
        return self._made[service]


def pages(call: Client, member: str, **request: Any) -> Iterator[Any]:
    """Every element of a list, whichever way the service spells its page token."""
    page: dict[str, Any] = {}
    while True:
        answer = call(**request, **page)
        yield from answer.get(member, ())
        told = next((name for name in _PAGES if answer.get(name)), "")
        if not told:
            return
        page = {_PAGES[told]: answer[told]}


def is_missing(error: ClientError) -> bool:
    """Whether the answer was that there is no such thing."""
    return error.response["Error"].get("Code", "") in _MISSING
