"""The automation stack: the table of cases, and the functions that decide, perform and keep the clocks."""

import re
from typing import Final

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_s3 as s3
from constructs import Construct

from casewright import quotas
from casewright.cases.subscriptions import BUCKETS, mail_events
from casewright.settings import DecideSettings, NoteDeliverySettings, PerformSettings, ReconcileSettings, Settings, SweepSettings
from casewright_authoring import Compiled
from stacks.parts.case_table import DUE, PENDING, CaseTable
from stacks.parts.facts import FactsStream
from stacks.parts.function import Function, FunctionRole
from stacks.parts.grants import allow, allow_reading_bundles
from stacks.parts.layer import Layers
from stacks.parts.mail import Mail
from stacks.parts.outside import (
    allow_acting_on_cases,
    allow_auditing_cases,
    allow_emitting_events,
    allow_finding_cases,
    allow_finding_recipients,
    allow_reading_cases,
    allow_starting_tasks,
)
from stacks.parts.place import Place
from stacks.parts.queue import DeadLetters, Queue
from stacks.parts.rule import EVERY_QUARTER, Tick, pattern_of, to_function, to_queue, to_ring
from stacks.parts.webhooks import Webhooks
from stacks.stage import Stage

DECIDE_TIMEOUT: Final = Duration.minutes(1)
PERFORM_TIMEOUT: Final = Duration.minutes(2)
"""A performer that has more to do rings again before that; one that dies blocks its bucket for no longer than that."""

NOTE_TIMEOUT: Final = Duration.seconds(30)

RECONCILING_CALLS_A_MINUTE: Final = 60
"""Half of what Cases grants an account for one of the searches or histories; all of them together spend it."""

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
        self._stage, self._place, self._bundles, self._case_events, self._stream = stage, place, bundles, case_events, stream
        self._layers = Layers(self, "Layers", stage=stage)
        self._table = CaseTable(self, "Cases")
        CfnOutput(self, "CaseTable", value=self._table.table_name, description="For `casewright arm --table`")
        self._wake = self._bells()
        self._performer = FunctionRole(self, "PerformRole", stage=stage)
        self._mail = Mail(self, "Mail", stage=stage)
        self._buses = compiled.directory.buses
        self._webhooks = Webhooks(self, "Webhooks", stage=stage, webhooks=compiled.webhooks)
        self._mail_events = Queue(self, "MailEvents", stage=stage, reader_timeout=NOTE_TIMEOUT, oldest=Duration.minutes(10))
        self.functions = (self._decide(), self._perform(), self._sweep(), self._reconcile(), self._note_delivery())
        self.queues = (self._wake, self._mail_events)

    def _bells(self) -> Queue:
        return Queue(
            self,
            "Wake",
            stage=self._stage,
            reader_timeout=PERFORM_TIMEOUT,
            again_after=PERFORM_TIMEOUT,
            kept=BELLS_KEPT,
            oldest=Duration.minutes(15),
            fifo=True,
        )

    def _decide(self) -> Function:
        role = FunctionRole(self, "DecideRole", stage=self._stage)
        dead_letters = self._case_events.dead_letters
        settings = DecideSettings(
            **self._shared(), case_events_queue_url=self._case_events.queue_url, dead_letter_queue_url=dead_letters.queue_url
        )
        decide = self._function("Decide", role, settings, timeout=DECIDE_TIMEOUT, memory_mb=1024)
        decide.add_event_source(
            sources.SqsEventSource(
                self._case_events,
                batch_size=10,
                report_batch_item_failures=True,
                max_concurrency=self._stage.decide_concurrency,
            )
        )
        self._table.allow(role, "GetItem", "Query", "PutItem")
        allow_reading_bundles(role, self._bundles)
        allow_reading_cases(role, self._place)
        allow(role, ["sqs:SendMessage"], on=[self._case_events.queue_arn, dead_letters.queue_arn, self._wake.queue_arn])
        allow(role, ["firehose:PutRecordBatch"], on=[self._stream.arn])
        return decide

    def _perform(self) -> Function:
        stage, role = self._stage, self._performer
        settings = PerformSettings(
            **self._shared(),
            instance_id=stage.instance_id,
            mail_from=stage.mail_from,
            mail_configuration_set=self._mail.configuration_set,
            mail_from_name=stage.mail_from_name,
            mail_reply_to=stage.mail_reply_to or "",
            mail_per_recipient_a_day=stage.mail_per_recipient_a_day,
            quotas=quotas.written(stage.quotas),
            webhooks=" ".join(self._webhooks.names),
        )
        perform = self._function("Perform", role, settings, timeout=PERFORM_TIMEOUT)
        bells = sources.SqsEventSource(self._wake, batch_size=1, report_batch_item_failures=True, max_concurrency=len(BUCKETS))
        perform.add_event_source(bells)
        self._table.allow(role, "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem")
        self._table.allow_querying(role, PENDING)
        allow_acting_on_cases(role, self._place)
        allow_starting_tasks(role, self._place)
        self._mail.allow_sending(role)
        allow_finding_recipients(role, self._place)
        allow_emitting_events(role, buses=self._buses.values())
        allow(role, ["sqs:SendMessage"], on=[self._wake.queue_arn])
        allow(role, ["firehose:PutRecordBatch"], on=[self._stream.arn])
        undelivered = DeadLetters(self, "NotRung", stage=stage)
        Tick(self, "Ring", targets=[to_ring(self._wake, bucket, undelivered=undelivered) for bucket in BUCKETS])
        return perform

    def _sweep(self) -> Function:
        role = FunctionRole(self, "SweepRole", stage=self._stage)
        dead_letters = DeadLetters(self, "NotSwept", stage=self._stage)
        settings = SweepSettings(**self._shared(), case_events_queue_url=self._case_events.queue_url)
        sweep = self._function("Sweep", role, settings, timeout=Duration.seconds(50), dead_letters=dead_letters)
        Tick(self, "EveryMinute", targets=[to_function(sweep, undelivered=dead_letters)])
        self._table.allow(role, "GetItem")
        self._table.allow_putting(role, "schedule#*")
        self._table.allow_querying(role, DUE)
        allow_reading_bundles(role, self._bundles)
        allow_finding_cases(role, self._place)
        allow(role, ["sqs:SendMessage"], on=[self._case_events.queue_arn])
        return sweep

    def _reconcile(self) -> Function:
        role = FunctionRole(self, "ReconcileRole", stage=self._stage)
        dead_letters = DeadLetters(self, "NotReconciled", stage=self._stage)
        settings = ReconcileSettings(
            **self._where(),
            case_table=self._table.table_name,
            bundle_bucket=self._bundles.bucket_name,
            case_events_queue_url=self._case_events.queue_url,
            calls_a_minute=RECONCILING_CALLS_A_MINUTE,
        )
        reconcile = self._function("Reconcile", role, settings, timeout=Duration.minutes(5), dead_letters=dead_letters)
        Tick(self, "EveryQuarter", targets=[to_function(reconcile, undelivered=dead_letters)], schedule=EVERY_QUARTER)
        self._table.allow(role, "GetItem", "Query", "Scan")
        self._table.allow_putting(role, "reconcile#*")
        allow_reading_bundles(role, self._bundles)
        allow_auditing_cases(role, self._place)
        allow(role, ["sqs:SendMessage"], on=[self._case_events.queue_arn])
        return reconcile

    def _note_delivery(self) -> Function:
        role = FunctionRole(self, "NoteDeliveryRole", stage=self._stage)
        dead_letters = self._mail_events.dead_letters
        settings = NoteDeliverySettings(
            **self._where(),
            case_table=self._table.table_name,
            case_events_queue_url=self._case_events.queue_url,
            dead_letter_queue_url=dead_letters.queue_url,
        )
        note = self._function("NoteDelivery", role, settings, timeout=NOTE_TIMEOUT)
        note.add_event_source(sources.SqsEventSource(self._mail_events, batch_size=10, report_batch_item_failures=True))
        rule = events.Rule(self, "MailSent", event_pattern=pattern_of(mail_events()), description="What becomes of mail of ours")
        rule.add_target(to_queue(self._mail_events, undelivered=DeadLetters(self, "NotNoted", stage=self._stage)))
        self._table.allow(role, "UpdateItem")
        allow(role, ["sqs:SendMessage"], on=[self._case_events.queue_arn, dead_letters.queue_arn])
        return note

    def _function(
        self,
        construct_id: str,
        role: FunctionRole,
        settings: Settings,
        *,
        timeout: Duration,
        memory_mb: int = 512,
        dead_letters: DeadLetters | None = None,
    ) -> Function:
        return Function(
            self,
            construct_id,
            stage=self._stage,
            layers=self._layers,
            folder=_folder(construct_id),
            settings=settings,
            role=role,
            timeout=timeout,
            memory_mb=memory_mb,
            dead_letters=dead_letters,
        )

    def _shared(self) -> dict[str, str]:
        return self._where() | {
            "case_table": self._table.table_name,
            "wake_queue_url": self._wake.queue_url,
            "bundle_bucket": self._bundles.bucket_name,
            "facts_stream": self._stream.name,
            "own_role": self._performer.role_name,
        }

    def _where(self) -> dict[str, str]:
        return {"domain_id": self._place.domain_id(self), "account": self.account, "region": self.region}


def _folder(construct_id: str) -> str:
    """`NoteDelivery` runs lambdas/note_delivery."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", construct_id).lower()
