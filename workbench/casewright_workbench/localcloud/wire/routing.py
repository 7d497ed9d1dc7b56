"""Which operation a REST request asks for: by method, path and the constant parts of its query."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from .messages import HttpRequest

_LABEL = re.compile(r"\{([\w-]+)(\+?)\}")
_HINTS = frozenset({"x-id"})


@dataclass(frozen=True, slots=True)
class Route:
    """One operation's method and path template, e.g. `PATCH /domains/{domainId}/cases/{caseId}`."""

    operation: str
    method: str
    path: re.Pattern[str]
    constants: tuple[tuple[str, str], ...]
    required: tuple[tuple[str, str], ...]
    rank: tuple[object, ...]

    def labels(self, path: str) -> dict[str, str] | None:
        """The decoded labels of a percent-encoded path, or None when the path is another's."""
        found = self.path.fullmatch(path)
        if found is None:
            return None
        return {name[1:].replace("__", "-"): unquote(text) for name, text in found.groupdict().items()}

    def asks(self, request: HttpRequest, query: dict[str, str]) -> bool:
        """Whether the request is for this operation."""
        if request.method != self.method or self.path.fullmatch(request.path) is None:
            return False
        carried = {"querystring": query, "header": request.headers}
        if any(name not in carried[location] for location, name in self.required):
            return False
        return all(name in query and (not text or query[name] == text) for name, text in self.constants)


def route(operation: Any) -> Route:
    """The route of a botocore operation model.

    botocore takes the bucket out of the paths of S3 operations as they are used, in the model itself; here it is never in the path.
    """
    template, _, query = operation.http["requestUri"].replace("/{Bucket}", "", 1).partition("?")
    constants = tuple(pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] not in _HINTS)
    required = tuple(_required(operation.input_shape)) if operation.input_shape is not None else ()
    segments = template.strip("/").split("/")
    literal_first = tuple(0 if "{" not in segment else 1 for segment in segments)
    return Route(
        operation=operation.name,
        method=operation.http["method"],
        path=re.compile("/" + "/".join(_segment(segment) for segment in segments) + "/?"),
        constants=constants,
        required=required,
        rank=("+}" in template, -len(constants), -len(required), literal_first),
    )


def _required(shape: Any) -> Iterator[tuple[str, str]]:
    """(location, name) of what a request must carry beside its path; by it, S3 tells a copy from a put."""
    for name in shape.required_members:
        member = shape.members[name].serialization
        if member.get("location") == "querystring":
            yield "querystring", member["name"]
        if member.get("location") == "header":
            yield "header", member["name"].lower()


class Router:
    """All routes of a service, the most particular first."""

    def __init__(self, operations: Iterable[Any]) -> None:
        self._routes = sorted((route(operation) for operation in operations), key=lambda each: each.rank)

    def find(self, request: HttpRequest) -> str | None:
        """The name of the operation asked for."""
        query = dict(request.query_pairs())
        return next((each.operation for each in self._routes if each.asks(request, query)), None)


def _segment(segment: str) -> str:
    found = _LABEL.fullmatch(segment)
    if found is None:
        return re.escape(segment)
    name = f"_{found.group(1).replace('-', '__')}"
    return f"(?P<{name}>.+)" if found.group(2) else f"(?P<{name}>[^/]+)"
