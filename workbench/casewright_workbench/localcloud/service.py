"""What every local service is made of: who calls, what may go wrong, and the shapes of requests and responses.

The dispatcher hands a service one parsed and validated request at a time, under one lock. A service is a plain class with a
method per operation, named in snake case (`CreateCase` is `create_case`):

    def create_case(self, request: Request, caller: Caller) -> Response

An operation without a method answers 501, naming it; nothing succeeds silently.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

LOCAL_ACCOUNT = "111122223333"
LOCAL_REGION = "us-east-1"

Request = dict[str, Any]
"""A request as botocore would build it: member names of the model, datetimes aware, blobs as bytes."""
Response = dict[str, Any]
"""A response by the model's member names; members that are None are left out when written."""
Envelope = dict[str, Any]
"""A whole EventBridge event: version, id, source, account, time, region, resources, detail-type, detail."""
Publish = Callable[[Envelope], None]
"""Puts an event on the default bus."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The role or user that signed a request."""

    account: str
    region: str
    principal_arn: str


class ServiceError(Exception):
    """An error a service answers with; the HTTP status comes from the model.

    `members` are the further members of the modelled error shape (`resourceId`, ...). `status` is for codes that the model does not
    name; it defaults to 400.
    """

    def __init__(self, code: str, message: str, members: Mapping[str, object] | None = None, *, status: int | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.members: dict[str, object] = dict(members or {})
        self.status = status


class Clock(Protocol):
    """What a service needs to know of time."""

    def now(self) -> datetime: ...


class Service(Protocol):
    """A service answers to its botocore name."""

    @property
    def name(self) -> str: ...
