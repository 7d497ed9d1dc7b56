"""Queues: encrypted by SQS, TLS only, watched, and each with a place for what could not be handled."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.parts.acknowledge import acknowledge
from stacks.parts.alarm import Alarm
from stacks.stage import Stage

LONGEST_RETENTION: Final = Duration.days(14)
RETENTION: Final = Duration.days(10)
"""Shorter, because a standard queue of dead letters counts from when a message was first sent: four days are left to look at the oldest."""


class DeadLetters(sqs.Queue):
    """Where messages wait for a human, at most 14 days (SQS quota); the alarm rings for the first one."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, fifo: bool = False) -> None:
        # `fifo=False` is refused by CloudFormation: a standard queue has no such property.
        super().__init__(
            scope,
            construct_id,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=LONGEST_RETENTION,
            fifo=fifo or None,
        )
        depth = self.metric_approximate_number_of_messages_visible(period=Duration.minutes(1))
        meaning = f"{construct_id} holds messages that were not dealt with"
        Alarm(scope, f"{construct_id}Filled", stage=stage, metric=depth, meaning=meaning)
        acknowledge(
            self, "AwsSolutions-SQS3", because="It is a dead-letter queue; what lies here is watched by an alarm and redriven by hand."
        )


class Queue(sqs.Queue):
    """A queue read by one function: a message that is not dealt with comes back, five times, then goes to `dead_letters`.

    It comes back after six times the reader's timeout (Lambda's advice) unless `again_after` says otherwise, which may not be less than
    the timeout. A FIFO queue deduplicates on content, which EventBridge demands of a FIFO target; senders that give a deduplication id
    override that.
    """

    def __init__(  # noqa: PLR0913 - keyword-only, each one a property that differs
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        reader_timeout: Duration,
        oldest: Duration,
        again_after: Duration | None = None,
        kept: Duration = RETENTION,
        fifo: bool = False,
    ) -> None:
        self.dead_letters = DeadLetters(scope, f"{construct_id}Dead", stage=stage, fifo=fifo)
        super().__init__(
            scope,
            construct_id,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=kept,
            visibility_timeout=again_after or Duration.seconds(6 * reader_timeout.to_seconds()),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=5),
            fifo=fifo or None,
            content_based_deduplication=fifo or None,
        )
        age = self.metric_approximate_age_of_oldest_message(period=Duration.minutes(1))
        meaning = f"the oldest message of {construct_id} is too old: its reader is failing or too slow"
        Alarm(scope, f"{construct_id}Late", stage=stage, metric=age, meaning=meaning, above=oldest.to_seconds(), periods=5)
