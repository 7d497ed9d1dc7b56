"""Lists cut into pages, with tokens that fit only the request they came from."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

from casewright_workbench.localcloud.connectcases.errors import invalid
from casewright_workbench.localcloud.service import Request

T = TypeVar("T")


def page(items: Sequence[T], request: Request, *, size: int) -> tuple[list[T], str | None]:
    """The page a request asks for and the token of the next one; `size` holds when `maxResults` is not given."""
    start = _offset(request)
    end = start + request.get("maxResults", size)
    token = _token(end, request) if end < len(items) else None
    return list(items[start:end]), token


def _offset(request: Request) -> int:
    token = request.get("nextToken")
    if not token:
        return 0
    try:
        offset, fingerprint = json.loads(urlsafe_b64decode(token))
        valid = fingerprint == _fingerprint(request)
    except (ValueError, TypeError):
        valid = False
    if not valid:
        raise invalid("The nextToken is not one that this request, with these parameters, was given.")
    return int(offset)


def _token(offset: int, request: Request) -> str:
    return urlsafe_b64encode(json.dumps([offset, _fingerprint(request)]).encode()).decode()


def _fingerprint(request: Request) -> str:
    asked = {name: value for name, value in request.items() if name not in {"nextToken", "maxResults"}}
    return sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()[:16]
