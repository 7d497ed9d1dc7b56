"""How calls of API destinations travel: to nobody, or to receivers on this machine. The local cloud calls nothing else."""

import http.client
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlsplit

CLIENT_SECONDS = 5.0
"""How long an endpoint may take to answer (user guide, API destinations)."""


@dataclass(frozen=True, slots=True)
class HttpCall:
    """A request as the endpoint receives it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What the endpoint said; names of headers in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class NoAnswerError(Exception):
    """The endpoint could not be reached (CONNECTION_FAILURE), or was too slow (TIMEOUT)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


Transport: TypeAlias = Callable[[HttpCall], HttpAnswer]
"""Makes one call; raises NoAnswerError."""


def to_nobody(_call: HttpCall) -> HttpAnswer:
    """Accept every call without making it; who asks for a token gets one."""
    token = {"access_token": "local-token", "token_type": "Bearer", "expires_in": 3600}
    return HttpAnswer(200, {"content-type": "application/json"}, json.dumps(token).encode())


class Loopback:
    """Calls receivers on 127.0.0.1 over plain HTTP: a port for each host that URLs name."""

    def __init__(self, ports: Mapping[str, int], *, seconds: float = CLIENT_SECONDS) -> None:
        self._ports, self._seconds = ports, seconds

    def __call__(self, call: HttpCall) -> HttpAnswer:
        """Make the call."""
        parts = urlsplit(call.url)
        port = self._ports.get(parts.hostname or "")
        if port is None:
            raise NoAnswerError("CONNECTION_FAILURE", f"no receiver on this machine stands for {parts.hostname}")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=self._seconds)
        path = parts._replace(scheme="", netloc="").geturl() or "/"
        try:
            connection.request(call.method, path, call.body, {**call.headers, "Host": parts.netloc})
            answer = connection.getresponse()
            return HttpAnswer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        except TimeoutError as error:
            raise NoAnswerError("TIMEOUT", f"{parts.hostname} did not answer within {self._seconds:g} seconds") from error
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswerError("CONNECTION_FAILURE", f"{parts.hostname}: {type(error).__name__}") from error
        finally:
            connection.close()
