"""One call of an API destination: the request with its credentials, and what the answer means."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from casewright_workbench.localcloud.service import Envelope

from .connections import ApiDestination, Connection
from .inputs import value_at
from .transport import HttpAnswer, HttpCall, NoAnswerError, Transport

_FIXED_HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "User-Agent": "Amazon/EventBridge/ApiDestinations",
    "Range": "bytes=0-1048575",
    "Accept-Encoding": "gzip,deflate",
    "Connection": "close",
}
_AGAIN = frozenset({401, 407, 409, 429})
"""Statuses below 500 after which EventBridge tries again (user guide, API destinations)."""

_TOKEN_TURNED_DOWN = frozenset({401, 407})
_EARLY = timedelta(seconds=60)
"""A token is renewed that long before it ends (user guide, connections)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended. `code` is empty for a success; `wait` is what the endpoint asked for; not `again` is final."""

    status: int | None = None
    code: str = ""
    message: str = ""
    again: bool = False
    wait: timedelta = timedelta(0)


def request_of(destination: ApiDestination, target: Mapping[str, Any], event: Envelope, body: str) -> HttpCall:
    """The request without credentials; a header whose value is a path takes it from the event."""
    headers = dict(_FIXED_HEADERS)
    for name, value in target.get("HttpParameters", {}).get("HeaderParameters", {}).items():
        found = value_at(event, value) if value.startswith("$.") else value
        if found is not None:
            headers[name] = found if isinstance(found, str) else json.dumps(found)
    return HttpCall(destination.method, destination.url, headers, body.encode())


def made(call: HttpCall, connection: Connection, transport: Transport, *, now: datetime) -> Outcome:
    """Make the call with the credentials of the connection."""
    try:
        refused = _token_refused(connection, transport, now)
        if refused is not None:
            return refused
        signed = HttpCall(call.method, call.url, {**call.headers, **_credentials(connection)}, call.body)
        answer = transport(signed)
    except NoAnswerError as silence:
        return Outcome(code=silence.code, message=silence.message, again=True)
    if answer.status in _TOKEN_TURNED_DOWN:
        connection.token = None
    return _meaning(answer, now)


def _credentials(connection: Connection) -> dict[str, str]:
    given = connection.parameters
    match connection.kind:
        case "API_KEY":
            return {given["ApiKeyName"]: given["ApiKeyValue"]}
        case "BASIC":
            pair = f"{given['Username']}:{given['Password']}".encode()
            return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        case _:
            assert connection.token is not None, "a token was got before"
            return {"Authorization": f"Bearer {connection.token[0]}"}


def _token_refused(connection: Connection, transport: Transport, now: datetime) -> Outcome | None:
    """Get a token where one is needed; what went wrong where none was given."""
    if connection.kind != "OAUTH_CLIENT_CREDENTIALS" or (connection.token is not None and now < connection.token[1] - _EARLY):
        return None
    given = connection.parameters
    extra = given.get("OAuthHttpParameters", {}).get("BodyParameters", [])
    client = {"client_id": given["ClientParameters"]["ClientID"], "client_secret": given["ClientParameters"]["ClientSecret"]}
    body = urlencode({**{each["Key"]: each["Value"] for each in extra}, **client}).encode()
    headers = {**_FIXED_HEADERS, "Content-Type": "application/x-www-form-urlencoded"}
    answer = transport(HttpCall(given["HttpMethod"], given["AuthorizationEndpoint"], headers, body))
    if answer.status != 200:
        refused = _meaning(answer, now)
        return Outcome(answer.status, "ERROR_FROM_TARGET", f"no token: {refused.message}", refused.again, refused.wait)
    token = json.loads(answer.body)
    connection.token = (token["access_token"], now + timedelta(seconds=token.get("expires_in", 3600)))
    return None


def _meaning(answer: HttpAnswer, now: datetime) -> Outcome:
    if 200 <= answer.status < 300:
        return Outcome(answer.status)
    wait = _retry_after(answer, now)
    again = (answer.status in _AGAIN or answer.status >= 500) and wait >= timedelta(0)
    return Outcome(answer.status, "ERROR_FROM_TARGET", f"the endpoint answered {answer.status}", again, max(wait, timedelta(0)))


def _retry_after(answer: HttpAnswer, now: datetime) -> timedelta:
    """What the endpoint asked for, in seconds or as a date; negative seconds tell EventBridge to stop."""
    given = answer.headers.get("retry-after", "0")
    try:
        return timedelta(seconds=float(given))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(given)
    except ValueError:
        return timedelta(0)
    return max(timedelta(0), moment.astimezone(UTC) - now)
