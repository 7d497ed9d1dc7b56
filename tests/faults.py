"""Faults between the functions and the local cloud: the n-th call of an operation is throttled, lost, or happens and is not answered.

    with Faults(house.cloud) as faults:
        faults.at("sesv2", "SendEmail", Lost.ANSWER)                       # the first one; once
        faults.at("connectcases", "BatchUpdateCase", Throttled(), calls={2, 3})
        faults.at("dynamodb", "*", Throttled(), role="decide", calls=sometimes(0.02, Random(7)))
        house.run_until(moment)
        assert faults.happened["sesv2", "SendEmail", "Lost.ANSWER"] == 1

A call is one request on the wire: what botocore repeats by itself counts again. While faults are switched on botocore does not sleep
between its attempts. Calls over HTTP, and what rules bring to queues, are left alone.
"""

import json
from collections import Counter
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import Any, Final, Self, TypeAlias

import botocore.endpoint
from botocore.exceptions import ReadTimeoutError

from casewright_workbench.localcloud.cloud import LocalCloud
from casewright_workbench.localcloud.service import Caller
from casewright_workbench.localcloud.wire.messages import HttpResponse

_THROTTLING: Final = {
    "sesv2": ("TooManyRequestsException", 429),
    "dynamodb": ("ProvisionedThroughputExceededException", 400),
    "connectcases": ("ThrottlingException", 429),
    "connect": ("ThrottlingException", 429),
    "firehose": ("ServiceUnavailableException", 503),
    "s3": ("SlowDown", 503),
}
"""How each service asks to slow down; the others say ThrottlingException with status 400."""


class Lost(Enum):
    """What a call that timed out had become of."""

    REQUEST = "it never arrived"
    ANSWER = "it happened, and nobody heard"

    def __str__(self) -> str:
        return f"Lost.{self.name}"


@dataclass(frozen=True)
class Refused:
    """The service answers with an error and does nothing."""

    code: str
    status: int = 400
    members: dict[str, Any] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True)
class Throttled:
    """The service asks to slow down, as it words it, and does nothing."""

    def __str__(self) -> str:
        return "Throttled"


CONFLICT: Final = Refused("TransactionCanceledException", members={"CancellationReasons": [{"Code": "TransactionConflict"}]})
"""A DynamoDB transaction met another one."""


class Killed(BaseException):
    """SIGKILL, as far as the program can tell: nothing catches it."""


@dataclass(frozen=True)
class Death:
    """The function dies just before the call, or right after it happened."""

    after: bool = False

    def __str__(self) -> str:
        return f"Death({'after' if self.after else 'before'})"


Fault: TypeAlias = Lost | Refused | Throttled | Death


class _Sometimes:
    def __init__(self, chance: float, random: Random) -> None:
        self._chance, self._random = chance, random

    def __contains__(self, _call: object) -> bool:
        return self._random.random() < self._chance


def sometimes(chance: float, random: Random) -> Container[int]:
    """Calls picked at random, each with this chance."""
    return _Sometimes(chance, random)


@dataclass
class _Planned:
    service: str
    operation: str
    fault: Fault
    role: str
    calls: Container[int]
    numbers: Any = field(default_factory=lambda: count(1))

    def strikes(self, service: str, operation: str, caller: Caller) -> bool:
        about = self.service in ("*", service) and self.operation in ("*", operation)
        return about and self.role in ("*", caller.principal_arn.rsplit("/", 1)[-1]) and next(self.numbers) in self.calls


class Faults:
    """The faults of one local cloud, while the context lasts. `calls` counts what was sent, `happened` what a fault befell."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self._planned: list[_Planned] = []
        self.calls: Counter[tuple[str, str]] = Counter()
        self.happened: Counter[tuple[str, str, str]] = Counter()

    def at(self, service: str, operation: str, fault: Fault, *, calls: Container[int] = (1,), role: str = "*") -> None:
        """Let a fault befall these calls of an operation, the first being 1, by one role; "*" stands for any.

        Each plan counts the calls that it is about. Where several strike one call, the earliest plan prevails.
        """
        self._planned.append(_Planned(service, operation, fault, role, calls))

    def heal(self) -> None:
        """No faults from now on."""
        self._planned.clear()

    def __enter__(self) -> Self:
        """Stand between botocore and the cloud."""
        cloud: Any = self._cloud
        self._answers = {cloud._dispatcher: "answer", cloud.storage: "answer_prepared"}
        for part, method in self._answers.items():
            setattr(part, method, self._befalling(getattr(part, method)))
        self._time = botocore.endpoint.time
        botocore.endpoint.time = SimpleNamespace(sleep=lambda _seconds: None)
        return self

    def __exit__(self, *_exception: object) -> None:
        """Step aside."""
        for part, method in self._answers.items():
            delattr(part, method)
        botocore.endpoint.time = self._time

    def _befalling(self, answer: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        def answered(service: str, request: Any, caller: Caller, *, operation: str | None = None) -> HttpResponse:
            if operation is None:  # over HTTP
                return answer(service, request, caller)
            self.calls[service, operation] += 1
            struck = [plan.fault for plan in self._planned if plan.strikes(service, operation, caller)]
            if not struck:
                return answer(service, request, caller, operation=operation)
            fault = struck[0]
            self.happened[service, operation, str(fault)] += 1
            match fault:
                case Throttled():
                    return _error(service, Refused(*_THROTTLING.get(service, ("ThrottlingException", 400))))
                case Refused():
                    return _error(service, fault)
                case Lost.ANSWER | Death(after=True):
                    answer(service, request, caller, operation=operation)
            raise Killed if isinstance(fault, Death) else ReadTimeoutError(endpoint_url=f"{service}/{operation}")

        return answered


def _error(service: str, refused: Refused) -> HttpResponse:
    if service == "s3":
        body = f"<Error><Code>{refused.code}</Code><Message>by a test</Message></Error>"
        return HttpResponse(refused.status, {"content-type": "application/xml"}, body.encode())
    headers = {"content-type": "application/json", "x-amzn-errortype": refused.code}
    return HttpResponse(refused.status, headers, json.dumps({"__type": refused.code, "message": "by a test", **refused.members}).encode())
