"""The automation stack: the table of cases, and the functions that decide, perform and keep the clocks."""

from typing import Final

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_s3 as s3
from constructs import Construct

from casewright import quotas
from casewright.cases.subscriptions import BUCKETS, mail_events
from casewright.settings import DecideSettings, NoteDeliverySettings, PerformSettings
from casewright_authoring import Compiled
from stacks.parts.case_table import PENDING, CaseTable
from stacks.parts.facts import FactsStream
from stacks.parts.function import Function, FunctionRole
from stacks.parts.grants import allow, allow_reading_bundles
from stacks.parts.layer import Layers
from stacks.parts.mail import Mail
from stacks.parts.outside import (
    allow_acting_on_cases,
    allow_emitting_events,
    allow_finding_recipients,
    allow_reading_cases,
    allow_starting_tasks,
)
from stacks.parts.place import Place
from stacks.parts.queue import DeadLetters, Queue
from stacks.parts.rule import Tick, pattern_of, to_queue, to_ring
from stacks.parts.surroundings import Surroundings
from stacks.parts.upkeep import reconcile, sweep
from stacks.parts.webhooks import Webhooks
from stacks.stage import Stage

DECIDE_TIMEOUT: Final = Duration.minutes(1)
PERFORM_TIMEOUT: Final = Duration.minutes(2)
"""A performer that has more to do rings again before that; one that dies blocks its bucket for no longer than that."""

NOTE_TIMEOUT: Final = Duration.seconds(30)

BELLS_KEPT: Final = Duration.hours(1)
"""A bell carries no work, and every minute brings another: old ones are only noise."""


class Automation(Stack):
    """From an event on the queue to an effect in the world."""

    def __init__(
        self,
        scope: Construct,
        *,
        stage: Stage,
        place: Place,
        bundles: s3.Bucket,
        case_events: Queue,
        stream: FactsStream,
        compiled: Compiled,
    ) -> None:
        super().__init__(
            scope, f"casewright-{stage.name}-automation", env=stage.environment, description="Casewright: deciding and performing"
        )
        self._performer = FunctionRole(self, "PerformRole", stage=stage)
        self._around = around = Surroundings(
            stack=self,
            stage=stage,
            place=place,
            layers=Layers(self, "Layers", stage=stage),
            table=CaseTable(self, "Cases"),
            bundles=bundles,
            case_events=case_events,
            wake=self._bells(stage),
            stream=stream,
            own_role=self._performer.role_name,
        )
        CfnOutput(self, "CaseTable", value=around.table.table_name, description="For `casewright arm --table`")
        self._mail = Mail(self, "Mail", stage=stage)
        self._buses = compiled.directory.buses
        self._webhooks = Webhooks(self, "Webhooks", stage=stage, domain_id=place.domain_id(self), webhooks=compiled.webhooks)
        self._mail_events = Queue(self, "MailEvents", stage=stage, reader_timeout=NOTE_TIMEOUT, oldest=Duration.minutes(10))
        self.functions = (self._decide(), self._perform(), sweep(around), reconcile(around), self._note_delivery())
        self.queues = (around.wake, self._mail_events)

    def _bells(self, stage: Stage) -> Queue:
        return Queue(
            self,
            "Wake",
            stage=stage,
            reader_timeout=PERFORM_TIMEOUT,
            again_after=PERFORM_TIMEOUT,
            kept=BELLS_KEPT,
            oldest=Duration.minutes(15),
            fifo=True,
        )

    def _decide(self) -> Function:
        around = self._around
        role = FunctionRole(self, "DecideRole", stage=around.stage)
        dead_letters = around.case_events.dead_letters
        settings = DecideSettings(
            **around.shared_settings(), case_events_queue_url=around.case_events.queue_url, dead_letter_queue_url=dead_letters.queue_url
        )
        decide = around.function("Decide", role, settings, timeout=DECIDE_TIMEOUT, memory_mb=1024, writes_back=True)
        decide.add_event_source(
            sources.SqsEventSource(
                around.case_events,
                batch_size=10,
                report_batch_item_failures=True,
                max_concurrency=around.stage.decide_concurrency,
            )
        )
        around.table.allow(role, "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "ConditionCheckItem")
        allow_reading_bundles(role, around.bundles)
        allow_reading_cases(role, around.place)
        allow(role, ["sqs:SendMessage"], on=[around.case_events.queue_arn, dead_letters.queue_arn, around.wake.queue_arn])
        allow(role, ["firehose:PutRecordBatch"], on=[around.stream.arn])
        return decide

    def _perform(self) -> Function:
        around, stage, role = self._around, self._around.stage, self._performer
        settings = PerformSettings(
            **around.shared_settings(),
            instance_id=stage.instance_id,
            mail_from=stage.mail_from,
            mail_configuration_set=self._mail.configuration_set,
            mail_from_name=stage.mail_from_name,
            mail_reply_to=stage.mail_reply_to or "",
            mail_per_recipient_a_day=stage.mail_per_recipient_a_day,
            quotas=quotas.written(stage.quotas),
            webhooks=" ".join(self._webhooks.names),
        )
        perform = around.function("Perform", role, settings, timeout=PERFORM_TIMEOUT, writes_back=True)
        bells = sources.SqsEventSource(around.wake, batch_size=1, report_batch_item_failures=True, max_concurrency=len(BUCKETS))
        perform.add_event_source(bells)
        around.table.allow(role, "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem")
        around.table.allow_querying(role, PENDING)
        allow_acting_on_cases(role, around.place)
        allow_starting_tasks(role, around.place)
        self._mail.allow_sending(role)
        allow_finding_recipients(role, around.place)
        allow_emitting_events(role, buses=self._buses.values())
        allow(role, ["sqs:SendMessage"], on=[around.wake.queue_arn])
        allow(role, ["firehose:PutRecordBatch"], on=[around.stream.arn])
        undelivered = DeadLetters(self, "NotRung", stage=stage)
        Tick(self, "Ring", targets=[to_ring(around.wake, bucket, undelivered=undelivered) for bucket in BUCKETS])
        return perform

    def _note_delivery(self) -> Function:
        around = self._around
        role = FunctionRole(self, "NoteDeliveryRole", stage=around.stage)
        dead_letters = self._mail_events.dead_letters
        settings = NoteDeliverySettings(
            **around.where(),
            case_table=around.table.table_name,
            case_events_queue_url=around.case_events.queue_url,
            dead_letter_queue_url=dead_letters.queue_url,
        )
        note = around.function("NoteDelivery", role, settings, timeout=NOTE_TIMEOUT)
        note.add_event_source(sources.SqsEventSource(self._mail_events, batch_size=10, report_batch_item_failures=True))
        pattern = pattern_of(mail_events(self._mail.configuration_set))
        rule = events.Rule(self, "MailSent", event_pattern=pattern, description="What becomes of mail of ours")
        rule.add_target(to_queue(self._mail_events, undelivered=DeadLetters(self, "NotNoted", stage=around.stage)))
        around.table.allow(role, "UpdateItem")
        allow(role, ["sqs:SendMessage"], on=[around.case_events.queue_arn, dead_letters.queue_arn])
        return note
