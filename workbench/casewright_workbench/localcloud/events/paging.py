"""Pages of lists: the next token is the place to go on from."""

from typing import Any

from casewright_workbench.localcloud.service import Request, Response, ServiceError

_DEFAULT_LIMIT = 100


def page(name: str, items: list[Any], request: Request) -> Response:
    """The page of `items` that the request asks for by Limit and NextToken."""
    token = request.get("NextToken", "0")
    if not token.isdigit() or int(token) > len(items):
        raise ServiceError("ValidationException", f"NextToken {token!r} is not one that this list gave.")
    start = int(token)
    stop = start + request.get("Limit", _DEFAULT_LIMIT)
    return {name: items[start:stop], "NextToken": str(stop) if stop < len(items) else None}
