"""Bringing an event from a rule to its targets, and to the target's dead-letter queue when that fails."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from casewright_workbench.localcloud.service import Clock

from .api_calls import ApiCalls, Undertaking
from .calls import Outcome
from .connections import Destinations
from .inputs import compact, target_input
from .rules import Rule


class DeliveryFailedError(Exception):
    """A target that could not be reached; nothing here is worth a retry."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Queues(Protocol):
    """Where queue targets and dead-letter queues lie."""

    def deliver(self, queue_arn: str, body: str, *, group_id: str | None, attributes: Mapping[str, str]) -> None:
        """Put a message on the queue; raises DeliveryFailedError."""
        ...


class Streams(Protocol):
    """Where delivery stream targets lie."""

    def deliver(self, stream_arn: str, data: bytes) -> None:
        """Put a record on the stream; raises DeliveryFailedError."""
        ...


InvokeFunction = Callable[[str, str], None]
"""(function ARN, payload) -> queued for asynchronous invocation; raises DeliveryFailedError."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """An event that reached neither its target nor a dead-letter queue."""

    rule_arn: str
    target_arn: str
    reason: str
    event: dict[str, Any]


class Delivery:
    """Delivers to queues, delivery streams, functions, API destinations and other buses; `undelivered` is what was lost on the way."""

    def __init__(
        self, *, queues: Queues, streams: Streams, forward: Callable[[str, dict[str, Any]], None], destinations: Destinations, clock: Clock
    ) -> None:
        self._queues = queues
        self._streams = streams
        self._forward = forward
        self.api_calls = ApiCalls(destinations, clock=clock, give_up=self._given_up)
        self.invoke_function: InvokeFunction = _no_functions
        self.undelivered: list[Undelivered] = []

    def to_all(self, rule: Rule, event: dict[str, Any], *, at: datetime) -> None:
        """Deliver to every target of the rule."""
        for target in tuple(rule.targets.values()):
            payload = target_input(target, event, _variables(rule, event, at))
            try:
                self._to_one(rule, target, payload, event)
            except DeliveryFailedError as failure:
                self._to_dead_letters(rule.arn, target, event, failure)

    def _to_one(self, rule: Rule, target: dict[str, Any], payload: str, event: dict[str, Any]) -> None:
        arn: str = target["Arn"]
        kind = arn.split(":")[2]
        if kind == "sqs":
            group_id = target.get("SqsParameters", {}).get("MessageGroupId")
            self._queues.deliver(arn, payload, group_id=group_id, attributes={})
        elif kind == "firehose":
            self._streams.deliver(arn, payload.encode())
        elif kind == "lambda":
            self.invoke_function(arn, payload)
        elif ":api-destination/" in arn:
            self.api_calls.begin(rule.arn, target, event, payload)
        else:
            self._forward(arn, event)

    def _given_up(self, undertaking: Undertaking, outcome: Outcome, exhausted: str) -> None:
        failure = DeliveryFailedError(outcome.code, outcome.message)
        more = {"RETRY_ATTEMPTS": str(max(0, undertaking.attempts - 1))} | ({"EXHAUSTED_RETRY_CONDITION": exhausted} if exhausted else {})
        self._to_dead_letters(undertaking.rule_arn, undertaking.target, undertaking.event, failure, more)

    def _to_dead_letters(
        self,
        rule_arn: str,
        target: Mapping[str, Any],
        event: dict[str, Any],
        failure: DeliveryFailedError,
        more: Mapping[str, str] | None = None,
    ) -> None:
        attributes = {
            "RULE_ARN": rule_arn,
            "TARGET_ARN": target["Arn"],
            "ERROR_CODE": failure.code,
            "ERROR_MESSAGE": failure.message,
            "RETRY_ATTEMPTS": "0",
            **(more or {}),
        }
        dead_letters = target.get("DeadLetterConfig", {}).get("Arn")
        reason = str(failure)
        if dead_letters:
            try:
                self._queues.deliver(dead_letters, compact(event), group_id=None, attributes=attributes)
            except DeliveryFailedError as worse:
                reason = f"{failure}; and its dead-letter queue: {worse}"
            else:
                return
        self.undelivered.append(Undelivered(rule_arn, target["Arn"], reason, event))


def _variables(rule: Rule, event: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {
        "aws.events.rule-arn": rule.arn,
        "aws.events.rule-name": rule.name,
        "aws.events.event.ingestion-time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws.events.event": {name: value for name, value in event.items() if name != "detail"},
        "aws.events.event.json": event,
    }


def _no_functions(arn: str, _payload: str) -> None:
    raise DeliveryFailedError("NO_RESOURCE", f"no function {arn} is registered with the function runtime")
