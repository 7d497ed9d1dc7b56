"""The AWS of the laptop: every service of it, one clock, one lock, and sessions that speak to it."""

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, Self, runtime_checkable

import boto3

from .appintegrations import AppIntegrations
from .clock import SkippableClock
from .connect.instance import Instance
from .connect.service import Connect
from .connectcases.service import ConnectCases
from .customer_profiles import CustomerProfiles
from .events.service import EventsService
from .firehose.service import FirehoseService
from .functions.service import LambdaService
from .service import LOCAL_ACCOUNT, LOCAL_REGION, Caller, Request, Response, Service
from .sesv2.service import SesService
from .sqs.service import SqsService
from .sts import StsService
from .wire.dispatch import Call, Dispatcher
from .wire.http import LOCAL_PORT, LocalHttp, Page
from .wire.inprocess import local_session
from .wire.storage import Storage

DEFAULT_START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
DEFAULT_INSTANCE_ID = "11111111-2222-3333-4444-555555555555"


@runtime_checkable
class Timed(Protocol):
    """A service in which things happen by themselves when the time comes."""

    def next_timer(self) -> datetime | None:
        """When the next thing happens."""
        ...

    def run_timers(self) -> None:
        """Let everything happen that is due by now."""
        ...


class LocalCloud:
    """All services in one process; use it as a context manager, one at a time.

    `calls` records every request with its principal; with `keep_calls` only the latest, at least that many and at most twice as many.
    `outbox` is the folder of sent mails. The clock is paused at `start` until `clock.tick()`.
    """

    def __init__(
        self,
        *,
        start: datetime = DEFAULT_START,
        account: str = LOCAL_ACCOUNT,
        region: str = LOCAL_REGION,
        instance: Instance | None = None,
        outbox: Path | None = None,
        verified: Iterable[str] = (),
        keep_calls: int | None = None,
    ) -> None:
        self.account = account
        self.region = region
        self.clock = SkippableClock(start)
        self.turn = threading.Condition()
        self.calls: list[Call] = []
        self._keep_calls = keep_calls
        self.storage = Storage(clock=self.clock, turn=self.turn, record=self._record)
        self.sqs = SqsService(clock=self.clock, wait=self._wait, account=account, region=region)
        self.firehose = FirehoseService(clock=self.clock, put_object=self._put_object, account=account, region=region)
        self.events = EventsService(clock=self.clock, queues=self.sqs, streams=self.firehose, account=account, region=region)
        self.sesv2 = SesService(clock=self.clock, publish=self.events.deliver, folder=outbox, verified=verified)
        self.appintegrations = AppIntegrations()
        self.functions = LambdaService()
        self.instance = instance or Instance(DEFAULT_INSTANCE_ID, account=account, region=region)
        self.connect = Connect(self.clock, self.instance, app_integrations=self.appintegrations)
        self.customer_profiles = CustomerProfiles()
        self.connectcases = ConnectCases(self.clock, self.events.deliver, contacts=self.connect.contacts)
        here: tuple[Service, ...] = (self.connectcases, self.connect, self.customer_profiles, self.appintegrations, self.events, self.sqs)
        services = (*here, self.sesv2, self.firehose, StsService(), self.functions)
        self.services: Mapping[str, Service] = {service.name: service for service in services}
        self._timed = tuple(service for service in self.services.values() if isinstance(service, Timed))
        self._dispatcher = Dispatcher(self.services, clock=self.clock, turn=self.turn, record=self._record)
        self._delivery_clients: dict[str, Any] = {}
        self.clock.on_skip(self.wake_all)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget everything; another local cloud may then open."""
        self.storage.close()

    def session(self, *, principal_arn: str, region: str | None = None) -> boto3.Session:
        """A session signed as `principal_arn` whose every client is answered here."""
        caller = Caller(self.account, region or self.region, principal_arn)
        return local_session(caller=caller, dispatcher=self._dispatcher, storage=self.storage)

    def perform(self, service: str, operation: str, request: Request, *, principal_arn: str) -> Response:
        """One operation without boto3: not validated, but recorded."""
        return self._dispatcher.perform(service, operation, request, Caller(self.account, self.region, principal_arn))

    def http(self, *, routes: Mapping[str, Page] | None = None, port: int = LOCAL_PORT) -> LocalHttp:
        """A server of this cloud on 127.0.0.1, to be started and closed; `routes` are pages by path prefix."""
        return LocalHttp(account=self.account, dispatcher=self._dispatcher, storage=self.storage, routes=routes, port=port)

    def next_timer(self) -> datetime | None:
        """When the next thing happens by itself in any service."""
        with self.turn:
            moments = [service.next_timer() for service in self._timed]
        return min((moment for moment in moments if moment is not None), default=None)

    def run_timers(self) -> bool:
        """Let everything happen that is due by now; whether anything was."""
        with self.turn:
            now = self.clock.now()
            due = [service for service in self._timed if (moment := service.next_timer()) is not None and moment <= now]
            for service in due:
                service.run_timers()
            return bool(due)

    def wake_all(self) -> None:
        """Let everyone who waits for this cloud look again."""
        with self.turn:
            self.turn.notify_all()

    def _record(self, call: Call) -> None:
        self.calls.append(call)
        if self._keep_calls is not None and len(self.calls) > 2 * self._keep_calls:
            del self.calls[: -self._keep_calls]

    def _wait(self, patience: timedelta, is_there: Callable[[], bool]) -> None:
        """Long polling: with a ticking clock others have their turn meanwhile, with a paused one there is nothing to wait for."""
        deadline = self.clock.now() + patience
        while self.clock.is_ticking and not is_there() and (left := (deadline - self.clock.now()).total_seconds()) > 0:
            visible = self.sqs.next_visible()
            until_visible = (visible - self.clock.now()).total_seconds() if visible is not None else left
            self.turn.wait(max(0.001, min(left, until_visible)))

    def _put_object(self, role_arn: str, bucket: str, key: str, content: bytes) -> None:
        if role_arn not in self._delivery_clients:
            self._delivery_clients[role_arn] = self.session(principal_arn=role_arn).client("s3")
        self._delivery_clients[role_arn].put_object(Bucket=bucket, Key=key, Body=content)
