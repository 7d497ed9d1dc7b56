"""Asking AWS: clients, pages, and what a refusal means to a check."""

from collections.abc import Iterator
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from casewright.aws.clients import Client
from casewright.errors import CasewrightError
from casewright_workbench.doctor.findings import Finding, unchecked, warn

_DENIED: Final = frozenset({
    "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "AuthorizationErrorException", "403",
})  # fmt: skip
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
    """A check needs a name that was neither given nor found; the message says how to give it."""


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
        """The client of a service, by its botocore name."""
        if service not in self._made:
            known: Any = service
            self._made[service] = self._session.client(known, config=_TRIES)
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


def not_checked(error: Exception) -> Finding:
    """What a check tells that could not ask: never that all is well."""
    cause = error.__cause__ if isinstance(error, CasewrightError) and error.__cause__ else error
    match cause:
        case NotKnown():
            return warn(f"not checked: {cause}", wrong="a name is missing", do="give it, or let the functions be listed")
        case ClientError():
            return _refused(cause)
        case NotImplementedError():
            return unchecked(str(cause))
        case BotoCoreError():
            return warn(f"not checked: {cause}", wrong="AWS did not answer", do="look at the region, the endpoint and the credentials")
        case _:
            return warn(f"not checked: {cause}", wrong="what was found cannot be read", do="see what the message names")


def _refused(error: ClientError) -> Finding:
    code, message = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
    if code in ABSENT:
        return unchecked(message)
    if code in _DENIED:
        what = f"you may not {error.operation_name} ({code})"
        return warn(f"not checked: {what}", wrong="your credentials do not reach that far", do=f"ask for {error.operation_name}: {message}")
    return warn(f"not checked: {error.operation_name} answered {code}: {message}", wrong="the question was refused", do="see the message")
