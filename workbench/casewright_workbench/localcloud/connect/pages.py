"""Lists cut into pages, for the services that write their members with capitals."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import TypeVar

from casewright_workbench.localcloud.connect.errors import invalid_request
from casewright_workbench.localcloud.service import Request

T = TypeVar("T")


def page(items: Sequence[T], request: Request, *, size: int) -> tuple[list[T], str | None]:
    """The page a request asks for and the token of the next one; `size` holds when `MaxResults` is not given."""
    start = _offset(request.get("NextToken"))
    end = start + request.get("MaxResults", size)
    token = urlsafe_b64encode(str(end).encode()).decode() if end < len(items) else None
    return list(items[start:end]), token


def _offset(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(urlsafe_b64decode(token))
    except ValueError:
        raise invalid_request(f"The NextToken {token[:40]!r} is not one that was given out.") from None
