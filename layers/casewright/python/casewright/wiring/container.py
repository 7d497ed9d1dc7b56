"""What one function is made from: its environment, a session, the clients and the ports, each made once, when first asked for."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar, cast

import boto3
from botocore.config import Config

from casewright.aws.clients import Client
from casewright.aws.powertools import PowertoolsTelemetry
from casewright.ports.clock import Time
from casewright.telemetry import Telemetry

Ports = TypeVar("Ports")


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
        self._clients: dict[tuple[str, int], Client] = {}
        self._made: dict[object, object] = {}

    def client(self, service: str, *, tries: int = 3) -> Client:
        """The client of a service. Retries are botocore's standard ones: three tries, so that a lease outlives a call."""
        if (service, tries) not in self._clients:
            config = Config(retries={"mode": "standard", "total_max_attempts": tries}, connect_timeout=3, read_timeout=10)
            self._clients[service, tries] = self._session.client(service, config=config)
        return self._clients[service, tries]

    def ports(self, wire: Callable[["Container"], Ports]) -> Ports:
        """What `wire` makes of this container, made once."""
        if wire not in self._made:
            self._made[wire] = wire(self)
        return cast("Ports", self._made[wire])


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
