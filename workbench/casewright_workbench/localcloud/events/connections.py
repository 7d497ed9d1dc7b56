"""Connections and API destinations: whom an API destination calls, and how it says who it is."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from casewright_workbench.localcloud.service import Caller, Clock, Request, Response, ServiceError

from .buses import Buses
from .paging import page

_PARAMETERS = {
    "API_KEY": "ApiKeyAuthParameters",
    "BASIC": "BasicAuthParameters",
    "OAUTH_CLIENT_CREDENTIALS": "OAuthParameters",
}
_MOST_PER_SECOND = 300


@dataclass(slots=True)
class Connection:
    """Credentials, by the way they are used; `token` is what OAuth gave for them, and until when it holds."""

    name: str
    arn: str
    kind: str
    parameters: dict[str, Any]
    created_at: datetime
    description: str | None = None
    token: tuple[str, datetime] | None = None

    def told(self) -> dict[str, Any]:
        """What is answered to whoever made or deleted it."""
        times = {"CreationTime": self.created_at, "LastModifiedTime": self.created_at}
        return {"ConnectionArn": self.arn, "ConnectionState": "AUTHORIZED", **times}

    def described(self) -> dict[str, Any]:
        """The connection as lists and descriptions show it."""
        return {**self.told(), "Name": self.name, "AuthorizationType": self.kind}


@dataclass(slots=True)
class ApiDestination:
    """Where calls go; `free_at` is when the next may be made without exceeding its rate."""

    name: str
    arn: str
    connection_arn: str
    url: str
    method: str
    per_second: int
    created_at: datetime
    description: str | None = None
    free_at: datetime | None = field(default=None)

    def told(self) -> dict[str, Any]:
        """What is answered to whoever made it."""
        times = {"CreationTime": self.created_at, "LastModifiedTime": self.created_at}
        return {"ApiDestinationArn": self.arn, "ApiDestinationState": "ACTIVE", **times}

    def described(self) -> dict[str, Any]:
        """The destination as lists and descriptions show it."""
        return {
            **self.told(),
            "Name": self.name,
            "ConnectionArn": self.connection_arn,
            "InvocationEndpoint": self.url,
            "HttpMethod": self.method,
            "InvocationRateLimitPerSecond": self.per_second,
        }


class Destinations:
    """The connections and API destinations of the account, by name."""

    def __init__(self) -> None:
        self.connections: dict[str, Connection] = {}
        self.all: dict[str, ApiDestination] = {}

    def at(self, arn: str) -> tuple[ApiDestination, Connection] | None:
        """The destination of an ARN and its connection; None when one of them is not there."""
        destination = next((each for each in self.all.values() if each.arn == arn), None)
        if destination is None:
            return None
        connection = next((each for each in self.connections.values() if each.arn == destination.connection_arn), None)
        return (destination, connection) if connection is not None else None


class DestinationOperations:
    """Create, describe, list and delete connections and API destinations."""

    _buses: Buses
    _clock: Clock
    _destinations: Destinations

    def create_connection(self, request: Request, _caller: Caller) -> Response:
        """Keep credentials; the connection can be used at once."""
        name, kind, given = request["Name"], request["AuthorizationType"], request["AuthParameters"]
        _refuse_taken("Connection", name, self._destinations.connections)
        if set(given) != {_PARAMETERS[kind]}:
            accepted = f"the local cloud takes {_PARAMETERS[kind]} for {kind}, and nothing beside"
            raise ServiceError("ValidationException", f"AuthParameters hold {', '.join(sorted(given)) or 'nothing'}; {accepted}.")
        arn = f"{self._buses.arn}:connection/{name}/{uuid.uuid4()}"
        made = Connection(name, arn, kind, given[_PARAMETERS[kind]], self._clock.now(), request.get("Description"))
        self._destinations.connections[name] = made
        return made.told()

    def describe_connection(self, request: Request, _caller: Caller) -> Response:
        """One connection, without its secrets."""
        found = _found("Connection", request["Name"], self._destinations.connections)
        return {**found.described(), "Description": found.description}

    def list_connections(self, request: Request, _caller: Caller) -> Response:
        """All connections, a page at a time."""
        return page("Connections", _listed(self._destinations.connections, request), request)

    def delete_connection(self, request: Request, _caller: Caller) -> Response:
        """Forget credentials."""
        found = _found("Connection", request["Name"], self._destinations.connections)
        del self._destinations.connections[found.name]
        return {**found.told(), "ConnectionState": "DELETING"}

    def create_api_destination(self, request: Request, _caller: Caller) -> Response:
        """Name an address to call with the credentials of a connection."""
        name, url = request["Name"], request["InvocationEndpoint"]
        _refuse_taken("ApiDestination", name, self._destinations.all)
        if not url.startswith("https://"):
            raise ServiceError("ValidationException", f"Parameter InvocationEndpoint is not valid: {url} is not an HTTPS endpoint.")
        if all(each.arn != request["ConnectionArn"] for each in self._destinations.connections.values()):
            raise ServiceError("ResourceNotFoundException", f"Connection {request['ConnectionArn']} does not exist.")
        made = ApiDestination(
            name,
            f"{self._buses.arn}:api-destination/{name}/{uuid.uuid4()}",
            request["ConnectionArn"],
            url,
            request["HttpMethod"],
            request.get("InvocationRateLimitPerSecond", _MOST_PER_SECOND),
            self._clock.now(),
            request.get("Description"),
        )
        self._destinations.all[name] = made
        return made.told()

    def describe_api_destination(self, request: Request, _caller: Caller) -> Response:
        """One API destination."""
        found = _found("ApiDestination", request["Name"], self._destinations.all)
        return {**found.described(), "Description": found.description}

    def list_api_destinations(self, request: Request, _caller: Caller) -> Response:
        """All API destinations, a page at a time."""
        return page("ApiDestinations", _listed(self._destinations.all, request), request)

    def delete_api_destination(self, request: Request, _caller: Caller) -> Response:
        """Forget an address."""
        del self._destinations.all[_found("ApiDestination", request["Name"], self._destinations.all).name]
        return {}


def _refuse_taken(kind: str, name: str, taken: dict[str, Any]) -> None:
    if name in taken:
        raise ServiceError("ResourceAlreadyExistsException", f"{kind} {name} already exists.")


def _found(kind: str, name: str, known: dict[str, Any]) -> Any:
    if name not in known:
        raise ServiceError("ResourceNotFoundException", f"{kind} {name} does not exist.")
    return known[name]


def _listed(known: dict[str, Any], request: Request) -> list[dict[str, Any]]:
    prefix = request.get("NamePrefix", "")
    return [each.described() for name, each in sorted(known.items()) if name.startswith(prefix)]
