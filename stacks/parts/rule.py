"""What EventBridge delivers, each target with its own place for what could not be delivered."""

from collections.abc import Mapping, Sequence
from typing import Any

import jsii
from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk.interfaces.aws_events import IRuleRef
from constructs import Construct

from stacks.parts.facts import FactsStream
from stacks.parts.grants import allow
from stacks.parts.queue import DeadLetters

EVERY_MINUTE = events.Schedule.rate(Duration.minutes(1))
EVERY_QUARTER = events.Schedule.rate(Duration.minutes(15))
STALE = Duration.minutes(1)
"""After this a tick is not delivered any more: the next one is there."""


class RuleRole(iam.Role):
    """A role that EventBridge takes for rules of this account, and for no others (user guide, confused deputy)."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        ours = {"StringEquals": {"aws:SourceAccount": Stack.of(scope).account}}
        super().__init__(scope, construct_id, assumed_by=iam.ServicePrincipal("events.amazonaws.com", conditions=ours))


@jsii.implements(events.IRuleTarget)
class ToStream:
    """Delivers to the lake's stream. CDK's own target for Firehose takes no dead-letter queue."""

    def __init__(self, stream: FactsStream, *, undelivered: DeadLetters) -> None:
        self._stream, self._undelivered = stream, undelivered

    def bind(self, rule: IRuleRef, id: str | None = None) -> events.RuleTargetConfig:  # noqa: A002, ARG002 - CDK's signature
        """Give EventBridge a role for the stream, and leave to write to the dead letters."""
        role = RuleRole(self._undelivered, "Deliverer")
        allow(role, ["firehose:PutRecord", "firehose:PutRecordBatch"], on=[self._stream.arn])
        _let_write(rule, self._undelivered)
        dead_letters = events.CfnRule.DeadLetterConfigProperty(arn=self._undelivered.queue_arn)
        return events.RuleTargetConfig(arn=self._stream.arn, role=role, dead_letter_config=dead_letters)


def to_queue(queue: sqs.IQueue, *, undelivered: DeadLetters) -> events.IRuleTarget:
    """Deliver events as they are to a queue."""
    return targets.SqsQueue(queue, dead_letter_queue=undelivered)


def to_ring(wake: sqs.IQueue, bucket: str, *, undelivered: DeadLetters) -> events.IRuleTarget:
    """Ring for the performer of one bucket.

    The time stands in the message because EventBridge demands content-based deduplication of a FIFO target (API reference,
    SqsParameters): a message that is always the same would be dropped for five minutes after each time it came through.
    """
    message = events.RuleTargetInput.from_object({"bucket": bucket, "rung_at": events.EventField.time})
    return targets.SqsQueue(wake, message=message, message_group_id=bucket, dead_letter_queue=undelivered, max_event_age=STALE)


def to_function(function: lambda_.IFunction, *, undelivered: DeadLetters) -> events.IRuleTarget:
    """Invoke a function with the tick."""
    return targets.LambdaFunction(function, dead_letter_queue=undelivered, max_event_age=STALE)


def pattern_of(wanted: Mapping[str, object]) -> events.EventPattern:
    """CDK's form of a pattern that is kept as data (`cases/subscriptions.py`).

    Raises:
        ValueError: the pattern has a key that would be lost.
    """
    names = {"source": "source", "detail-type": "detail_type", "resources": "resources", "detail": "detail", "account": "account"}
    if lost := set(wanted) - set(names):
        raise ValueError(f"event pattern with {sorted(lost)}; accepted: {sorted(names)}")
    given: dict[str, Any] = {names[key]: value for key, value in wanted.items()}
    return events.EventPattern(**given)


class Tick(events.Rule):
    """Every minute, unless said otherwise, these targets: at most five (EventBridge quota)."""

    def __init__(
        self, scope: Construct, construct_id: str, *, targets: Sequence[events.IRuleTarget], schedule: events.Schedule = EVERY_MINUTE
    ) -> None:
        super().__init__(scope, construct_id, schedule=schedule, targets=list(targets))


def _let_write(rule: IRuleRef, queue: sqs.Queue) -> None:
    statement = iam.PolicyStatement(
        principals=[iam.ServicePrincipal("events.amazonaws.com")],
        actions=["sqs:SendMessage"],
        resources=[queue.queue_arn],
        conditions={"ArnEquals": {"aws:SourceArn": rule.rule_ref.rule_arn}},
    )
    queue.add_to_resource_policy(statement)
