"""HTTP requests and responses as plain values, whichever way they travel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request with its path and query as sent (percent-encoded) and header names in lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def query_pairs(self) -> list[tuple[str, str]]:
        """The decoded query, in order, empty values kept."""
        return parse_qsl(self.query, keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response whose body is complete."""

    status: int
    headers: Mapping[str, str]
    body: bytes
