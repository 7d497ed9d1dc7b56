"""The composition root: settings and a session become ports. Clients are made once a container, when first asked for."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any

import boto3
from botocore.config import Config

from casewright.aws.bundles import BundleBucket
from casewright.aws.bus import EventBus
from casewright.aws.case_log import CaseTable
from casewright.aws.cases import CasesDomain
from casewright.aws.clients import Client
from casewright.aws.contacts import ConnectTasks
from casewright.aws.control import ControlTable
from casewright.aws.domain import DomainSetup
from casewright.aws.effect_queue import EffectTable
from casewright.aws.lake import FactsStream
from casewright.aws.mail import SesMail
from casewright.aws.powertools import PowertoolsTelemetry
from casewright.aws.queues import CaseEventsQueue, DeadLetterQueue, WakeQueue
from casewright.aws.stream import DomainStream
from casewright.measures import rows
from casewright.ports.clock import Time
from casewright.service.act import Acting
from casewright.service.configure import Configuring
from casewright.service.decide import Deciding
from casewright.service.load import LinkedPrograms
from casewright.service.note import Noting
from casewright.service.perform import Performing
from casewright.service.schedule import SCHEDULES_FRESH_FOR, Scheduling
from casewright.settings import (
    AutomationSettings,
    ConfigureDomainSettings,
    DecideSettings,
    NoteDeliverySettings,
    PerformSettings,
    SweepSettings,
)
from casewright.telemetry import Telemetry


class SystemTime:
    """Fulfils Time with the clock of the machine."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class Container:
    """Everything one function needs, made from its environment and a session."""

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        session: boto3.Session | None = None,
        time: Time | None = None,
        telemetry: Telemetry | None = None,
    ) -> None:
        self.environ = environ
        self._session: Any = session or boto3.Session()
        self.time = time or SystemTime()
        self.telemetry = telemetry or PowertoolsTelemetry()
        self._clients: dict[str, Client] = {}

    def client(self, service: str) -> Client:
        """The client of a service. Retries are botocore's standard ones: three tries, so that a lease outlives a call."""
        if service not in self._clients:
            config = Config(retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=3, read_timeout=10)
            self._clients[service] = self._session.client(service, config=config)
        return self._clients[service]

    @cached_property
    def deciding(self) -> Deciding:
        """The ports of `decide`."""
        settings = DecideSettings.from_environment(self.environ)
        return Deciding(
            log=CaseTable(self.client("dynamodb"), settings.case_table),
            programs=LinkedPrograms(self.bundles(settings), self.time, self.telemetry),
            arming=ControlTable(self.client("dynamodb"), settings.case_table),
            reader=CasesDomain(self.client("connectcases"), settings.domain_id),
            queue=self._case_events(settings, settings.case_events_queue_url),
            dead_letters=DeadLetterQueue(self.client("sqs"), settings.dead_letter_queue_url),
            lake=FactsStream(self.client("firehose"), settings.facts_stream),
            wake=WakeQueue(self.client("sqs"), settings.wake_queue_url),
            time=self.time,
            telemetry=self.telemetry,
            own_role=settings.own_role,
            rows=rows.of_decision,
        )

    @cached_property
    def acting(self) -> Acting:
        """The ports of `perform`."""
        settings = PerformSettings.from_environment(self.environ)
        dynamodb = self.client("dynamodb")
        control = ControlTable(dynamodb, settings.case_table)
        return Acting(
            effects=EffectTable(dynamodb, settings.case_table),
            log=CaseTable(dynamodb, settings.case_table),
            tokens=control,
            budgets=control,
            arming=control,
            world=self._world(settings),
            lake=FactsStream(self.client("firehose"), settings.facts_stream),
            wake=WakeQueue(self.client("sqs"), settings.wake_queue_url),
            time=self.time,
            telemetry=self.telemetry,
            rates={
                "cases": settings.cases_rate,
                "connect": settings.connect_rate,
                "ses": settings.ses_rate,
                "events": settings.events_rate,
            },
            row=rows.of_outcome,
        )

    @cached_property
    def sweeping(self) -> tuple[CaseTable, CaseEventsQueue]:
        """The ports of `sweep`."""
        settings = SweepSettings.from_environment(self.environ)
        clocks = CaseTable(self.client("dynamodb"), settings.case_table)
        return clocks, self._case_events(settings, settings.case_events_queue_url)

    @cached_property
    def scheduling(self) -> Scheduling:
        """The ports of the schedules that `sweep` keeps."""
        settings = SweepSettings.from_environment(self.environ)
        return Scheduling(
            programs=LinkedPrograms(self.bundles(settings), self.time, self.telemetry, fresh_for=SCHEDULES_FRESH_FOR),
            marks=ControlTable(self.client("dynamodb"), settings.case_table),
            finder=CasesDomain(self.client("connectcases"), settings.domain_id),
            queue=self._case_events(settings, settings.case_events_queue_url),
            time=self.time,
            telemetry=self.telemetry,
        )

    @cached_property
    def noting(self) -> Noting:
        """The ports of `note_delivery`."""
        settings = NoteDeliverySettings.from_environment(self.environ)
        return Noting(
            deliveries=EffectTable(self.client("dynamodb"), settings.case_table),
            dead_letters=DeadLetterQueue(self.client("sqs"), settings.dead_letter_queue_url),
            telemetry=self.telemetry,
        )

    @cached_property
    def configuring(self) -> Configuring:
        """The ports of `configure_domain`."""
        settings = ConfigureDomainSettings.from_environment(self.environ)
        setup = DomainSetup(self.client("connectcases"), settings.domain_id)
        stream = DomainStream(
            cases=self.client("connectcases"),
            integrations=self.client("appintegrations"),
            connect=self.client("connect"),
            domain_id=settings.domain_id,
            instance_id=settings.instance_id,
        )
        publishing = BundleBucket(self.client("s3"), settings.bundle_bucket)
        return Configuring(
            domain_id=settings.domain_id,
            fields=setup,
            templates=setup,
            stream=stream,
            publishing=publishing,
            telemetry=self.telemetry,
        )

    def bundles(self, settings: AutomationSettings) -> BundleBucket:
        """The bundle store."""
        return BundleBucket(self.client("s3"), settings.bundle_bucket)

    def _world(self, settings: PerformSettings) -> Performing:
        cases = CasesDomain(self.client("connectcases"), settings.domain_id)
        return Performing(
            cases=cases,
            items=cases,
            tasks=ConnectTasks(self.client("connect"), instance_id=settings.instance_id, account=settings.account, region=settings.region),
            mail=SesMail(self.client("sesv2"), sender=settings.mail_from, configuration_set=settings.mail_configuration_set),
            bus=EventBus(self.client("events"), settings.event_bus),
        )

    def _case_events(self, settings: AutomationSettings, url: str) -> CaseEventsQueue:
        return CaseEventsQueue(self.client("sqs"), url, account=settings.account, region=settings.region, domain_id=settings.domain_id)


_in_use: ContextVar[Container | None] = ContextVar("container", default=None)


def container() -> Container:
    """The container of this process: on Lambda made once from the environment; elsewhere the one in use."""
    return _in_use.get() or _from_environment()


@contextmanager
def use(container: Container) -> Iterator[None]:
    """Let handlers called inside work with this container."""
    token = _in_use.set(container)
    try:
        yield
    finally:
        _in_use.reset(token)


@cache
def _from_environment() -> Container:
    return Container(os.environ)
