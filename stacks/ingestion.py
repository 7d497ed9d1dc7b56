"""The ingestion stack: every change in our domain, to the queue of `decide` and to the lake, and kept for replay."""

from typing import Final

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_events as events
from constructs import Construct

from casewright.cases.subscriptions import case_changes
from stacks.parts.facts import FactsStream
from stacks.parts.place import Place
from stacks.parts.queue import DeadLetters, Queue
from stacks.parts.rule import ToStream, pattern_of, to_queue
from stacks.stage import Stage

OLDEST_EVENT: Final = Duration.minutes(10)
"""An event waiting longer is late for every SLA; the alarm tells."""


class Ingestion(Stack):
    """One rule on the default bus, two targets, an archive."""

    def __init__(self, scope: Construct, *, stage: Stage, place: Place, stream: FactsStream, reader_timeout: Duration) -> None:
        super().__init__(
            scope, f"casewright-{stage.name}-ingestion", env=stage.environment, description="Casewright: the event stream of the domain"
        )
        self.case_events = Queue(self, "CaseEvents", stage=stage, reader_timeout=reader_timeout, oldest=OLDEST_EVENT)
        pattern = pattern_of(case_changes(place.domain_arn(self)))
        rule = events.Rule(self, "CaseChanges", event_pattern=pattern, description="Every change of a case in the domain")
        rule.add_target(to_queue(self.case_events, undelivered=DeadLetters(self, "NotQueued", stage=stage)))
        rule.add_target(ToStream(stream, undelivered=DeadLetters(self, "NotInLake", stage=stage)))
        archive = events.Archive(
            self,
            "Archive",
            source_event_bus=events.EventBus.from_event_bus_name(self, "DefaultBus", "default"),
            event_pattern=pattern,
            retention=Duration.days(stage.raw_retention_days),
        )
        archive.apply_removal_policy(RemovalPolicy.RETAIN)
        self.queues = (self.case_events,)
