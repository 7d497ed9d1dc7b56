"""A function as it is registered, and one invocation of it."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from casewright_workbench.localcloud.service import Clock

Handler = Callable[[dict[str, Any], Any], Any]
"""(event, context) -> result, as Lambda calls a handler."""


@dataclass(frozen=True, slots=True)
class Function:
    """A handler with the name, role and limits it would have on AWS."""

    name: str
    arn: str
    role_arn: str
    handler: Handler
    timeout: timedelta
    memory_mb: int
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FailedInvocation:
    """An invocation whose handler raised, or answered what Lambda could not pass on."""

    function_name: str
    event: dict[str, Any]
    error: Exception
    at: datetime


class LambdaContext:
    """What a handler may ask about its invocation."""

    function_version = "$LATEST"
    identity = None
    client_context = None

    def __init__(self, function: Function, clock: Clock) -> None:
        self.function_name = function.name
        self.invoked_function_arn = function.arn
        self.memory_limit_in_mb = str(function.memory_mb)
        self.aws_request_id = str(uuid.uuid4())
        self.log_group_name = f"/aws/lambda/{function.name}"
        self.log_stream_name = f"local/[$LATEST]{uuid.uuid4().hex}"
        self._clock = clock
        self._deadline = clock.now() + function.timeout

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds of the cloud's clock until the timeout; the timeout itself is not enforced."""
        return max(0, int((self._deadline - self._clock.now()).total_seconds() * 1000))


def invoke(function: Function, event: dict[str, Any], *, clock: Clock) -> Any:
    """The handler's result. Event and result pass through JSON, as they do on AWS, so that what is no JSON fails here too."""
    result = function.handler(json.loads(json.dumps(event)), LambdaContext(function, clock))
    return json.loads(json.dumps(result))
