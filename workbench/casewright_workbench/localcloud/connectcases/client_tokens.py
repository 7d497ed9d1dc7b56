"""Client tokens: the same request again gets the first answer and does nothing."""

from collections.abc import Callable
from copy import deepcopy

from casewright_workbench.localcloud.connectcases.errors import conflict
from casewright_workbench.localcloud.service import Request, Response


class ClientTokens:
    """The first answers given under each token of one domain."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str], tuple[Request, Response]] = {}

    def once(self, operation: str, request: Request, answer: Callable[[], Response]) -> Response:
        """Answer the request, or repeat what was answered to it before; an error is not remembered."""
        token = request.get("clientToken")
        if not token:
            return answer()
        asked = {name: value for name, value in request.items() if name != "clientToken"}
        if (operation, token) in self._answers:
            first, response = self._answers[operation, token]
            if first != asked:
                raise conflict(f"The client token {token!r} was used before for a {operation} with other parameters.")
            return deepcopy(response)
        response = answer()
        self._answers[operation, token] = deepcopy(asked), deepcopy(response)
        return response
