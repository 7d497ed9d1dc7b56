"""AWS Lambda as far as reading goes: which functions there are, what their environments tell them, and which queues they read."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from casewright_workbench.localcloud.service import Caller, Request, Response, ServiceError

from .function import Function


class ReadsQueue(Protocol):
    """A mapping, as far as it is shown."""

    queue_arn: str
    function: Function
    batch_size: int
    is_enabled: bool


class LambdaService:
    """Shows the functions of a runtime; without one there are none."""

    name = "lambda"

    def __init__(self) -> None:
        self._functions: Mapping[str, Function] = {}
        self._mappings: Sequence[ReadsQueue] = ()

    def show(self, functions: Mapping[str, Function], mappings: Sequence[ReadsQueue]) -> None:
        """From now on show these, as they are when asked."""
        self._functions, self._mappings = functions, mappings

    def list_functions(self, _request: Request, _caller: Caller) -> Response:
        """Every function, on one page."""
        return {"Functions": [_configuration(each) for each in self._functions.values()]}

    def get_function_configuration(self, request: Request, _caller: Caller) -> Response:
        """One function, by name or ARN."""
        name = request["FunctionName"].rpartition(":")[2]
        if name not in self._functions:
            raise ServiceError("ResourceNotFoundException", f"Function not found: {name}")
        return _configuration(self._functions[name])

    def list_event_source_mappings(self, request: Request, _caller: Caller) -> Response:
        """Mappings of a function, of a queue, or all, on one page."""
        function, queue_arn = request.get("FunctionName", "").rpartition(":")[2], request.get("EventSourceArn")
        found = [each for each in self._mappings if function in {"", each.function.name} and queue_arn in {None, each.queue_arn}]
        return {"EventSourceMappings": [_mapping(each) for each in found]}


def _configuration(function: Function) -> dict[str, Any]:
    return {
        "FunctionName": function.name,
        "FunctionArn": function.arn,
        "Role": function.role_arn,
        "Timeout": int(function.timeout.total_seconds()),
        "MemorySize": function.memory_mb,
        "Environment": {"Variables": dict(function.environment)},
        "State": "Active",
    }


def _mapping(mapping: ReadsQueue) -> dict[str, Any]:
    return {
        "EventSourceArn": mapping.queue_arn,
        "FunctionArn": mapping.function.arn,
        "BatchSize": mapping.batch_size,
        "State": "Enabled" if mapping.is_enabled else "Disabled",
    }
