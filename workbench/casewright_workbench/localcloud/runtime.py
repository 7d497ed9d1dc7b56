"""Functions in the local cloud: what makes them run, and the simulation of time in which they do."""

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import boto3

from .cloud import LocalCloud
from .events.delivery import DeliveryFailedError
from .events.schedules import Schedule, compile_schedule
from .functions.asynchronous import AsynchronousInvocations, Waiting
from .functions.function import FailedInvocation, Function, Handler, invoke
from .functions.mappings import QueueMapping

_MOST_PER_PUMP = 100_000
_IDLE_SECONDS = 60.0
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Scheduled:
    function: Function
    schedule: Schedule
    event: dict[str, Any]
    next_run: datetime | None


class FunctionRuntime:
    """Runs registered handlers when queues, schedules, rules and delivery streams call for them.

    One invocation at a time. `failed_invocations` holds every one that failed; a test that expects none asserts that it is empty.
    """

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self._functions: dict[str, Function] = {}
        self._mappings: list[QueueMapping] = []
        self._schedules: list[_Scheduled] = []
        self._asynchronous = AsynchronousInvocations()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self.failed_invocations: list[FailedInvocation] = []
        cloud.events.delivery.invoke_function = self._invoke_from_rule
        cloud.firehose.invoke_function = self.invoke
        cloud.functions.show(self._functions, self._mappings)

    @property
    def given_up(self) -> tuple[Waiting, ...]:
        """Asynchronous invocations that failed three times."""
        return tuple(self._asynchronous.given_up)

    def role_arn(self, name: str) -> str:
        """The role a function has unless another is given."""
        return f"arn:aws:iam::{self._cloud.account}:role/{name}"

    def session(self, name: str) -> boto3.Session:
        """A session signed as the role of a function, registered or still to be."""
        function = self._functions.get(name)
        return self._cloud.session(principal_arn=function.role_arn if function else self.role_arn(name))

    def register(
        self,
        name: str,
        handler: Handler,
        *,
        role_arn: str | None = None,
        timeout: timedelta = timedelta(seconds=30),
        memory_mb: int = 256,
        environment: Mapping[str, str] | None = None,
    ) -> Function:
        """Make a handler known under a function name."""
        arn = f"arn:aws:lambda:{self._cloud.region}:{self._cloud.account}:function:{name}"
        self._functions[name] = Function(name, arn, role_arn or self.role_arn(name), handler, timeout, memory_mb, environment or {})
        return self._functions[name]

    def map_queue(
        self, queue_arn: str, function: Function, *, batch_size: int = 10, window: timedelta = timedelta(0), reports_failures: bool = True
    ) -> QueueMapping:
        """Invoke a function for the messages of a queue."""
        mapping = QueueMapping(queue_arn, function, batch_size, window, reports_failures)
        self._mappings.append(mapping)
        return mapping

    def schedule(self, function: Function, expression: str, event: dict[str, Any] | None = None) -> None:
        """Invoke a function by `rate(...)` or `cron(...)`, once per slot however far the clock is skipped."""
        schedule = compile_schedule(expression)
        self._schedules.append(_Scheduled(function, schedule, event or {}, schedule(self._cloud.clock.now())))

    def invoke(self, name_or_arn: str, event: dict[str, Any]) -> Any:
        """Invoke a function and wait for its result; raises what the handler raises."""
        return self._invoke(self._known(name_or_arn), event)

    def invoke_later(self, name_or_arn: str, event: dict[str, Any]) -> None:
        """Invoke a function asynchronously: at the next pump, and twice more if it fails."""
        self._asynchronous.add(Waiting(self._known(name_or_arn), event, attempt=0), self._cloud.clock.now())
        self._cloud.wake_all()

    def pump(self) -> int:
        """Handle everything that is deliverable now, and what that brings about; how much it was."""
        handled = 0
        while self._step():
            handled += 1
            if handled >= _MOST_PER_PUMP:
                raise RuntimeError(f"still busy after {_MOST_PER_PUMP} invocations at one moment: something triggers itself for ever")
        return handled

    def next_wake(self) -> datetime | None:
        """The next moment at which anything becomes due; None when nothing ever will."""
        moments = [
            self._cloud.next_timer(),
            self._asynchronous.next_wake(),
            *(mapping.next_wake(self._cloud) for mapping in self._mappings),
            *(scheduled.next_run for scheduled in self._schedules),
        ]
        return min((moment for moment in moments if moment is not None), default=None)

    def run_until(self, moment: datetime) -> int:
        """Let time pass up to `moment`, stopping at every wake on the way; how much was handled."""
        handled = self.pump()
        while (wake := self.next_wake()) is not None and wake <= moment:
            if wake <= self._cloud.clock.now():
                raise RuntimeError(f"something is due at {wake.isoformat()} and cannot be handled")
            self._cloud.clock.skip_to(wake)
            handled += self.pump()
        self._cloud.clock.skip_to(moment)
        return handled + self.pump()

    def start(self) -> None:
        """Pump in a thread of its own as the clock ticks and requests arrive."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._serve, name="function-runtime", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, after the invocation it is in."""
        self._stopping.set()
        self._cloud.wake_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _step(self) -> bool:
        """Handle one thing; whether there was one."""
        if self._cloud.run_timers():
            return True
        waiting = self._asynchronous.take_due(self._cloud.clock.now())
        if waiting is not None:
            self._invoke_waiting(waiting)
            return True
        return self._run_schedules() or any(mapping.poll(self._cloud, self._invoke) for mapping in self._mappings)

    def _run_schedules(self) -> bool:
        now = self._cloud.clock.now()
        due = [scheduled for scheduled in self._schedules if scheduled.next_run is not None and scheduled.next_run <= now]
        for scheduled in due:
            while scheduled.next_run is not None and scheduled.next_run <= now:
                scheduled.next_run = scheduled.schedule(scheduled.next_run)
            self._asynchronous.add(Waiting(scheduled.function, scheduled.event, attempt=0), now)
        return bool(due)

    def _invoke_waiting(self, waiting: Waiting) -> None:
        try:
            self._invoke(waiting.function, waiting.event)
        except Exception:  # noqa: BLE001 - whatever a handler raises is a failed invocation, noted by _invoke
            self._asynchronous.failed(waiting, self._cloud.clock.now())

    def _invoke(self, function: Function, event: dict[str, Any]) -> Any:
        try:
            return invoke(function, event, clock=self._cloud.clock)
        except Exception as error:
            self.failed_invocations.append(FailedInvocation(function.name, event, error, self._cloud.clock.now()))
            _log.warning("function %s failed: %s: %s", function.name, type(error).__name__, error)
            raise

    def _invoke_from_rule(self, arn: str, payload: str) -> None:
        try:
            self.invoke_later(arn, json.loads(payload))
        except LookupError as unknown:
            raise DeliveryFailedError("NO_RESOURCE", str(unknown)) from unknown

    def _known(self, name_or_arn: str) -> Function:
        name = name_or_arn.partition(":function:")[2].partition(":")[0] if name_or_arn.startswith("arn:") else name_or_arn
        if name not in self._functions:
            raise LookupError(f"no function {name_or_arn} is registered; registered are {', '.join(self._functions) or 'none'}")
        return self._functions[name]

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                self.pump()
            except Exception:  # noqa: BLE001 - serving goes on; the traceback is in the log
                _log.exception("the function runtime goes on after an error of the local cloud")
                self._stopping.wait(1.0)
            with self._cloud.turn:
                wake = self.next_wake()
                idle = _IDLE_SECONDS if wake is None else (wake - self._cloud.clock.now()).total_seconds()
                if idle > 0 and not self._stopping.is_set():
                    self._cloud.turn.wait(min(idle, _IDLE_SECONDS))
