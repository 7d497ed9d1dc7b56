"""Pages of SES lists."""

from typing import Any

from casewright_workbench.localcloud.service import Request, Response, ServiceError


def page(name: str, items: list[Any], request: Request) -> Response:
    """The page that PageSize and NextToken ask for."""
    token = request.get("NextToken", "0")
    if not token.isdigit() or int(token) > len(items):
        raise ServiceError("InvalidNextTokenException", f"NextToken {token!r} is not one that this list gave.")
    start = int(token)
    stop = start + request.get("PageSize", 100)
    return {name: items[start:stop], "NextToken": str(stop) if stop < len(items) else None}
