"""API destinations at work: calls that are due, repeated with growing waits, and given up after the retry policy of the target."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from casewright_workbench.localcloud.service import Clock, Envelope

from .calls import Outcome, made, request_of
from .connections import ApiDestination, Connection, Destinations
from .transport import Transport, to_nobody

_LONGEST_WAIT = timedelta(minutes=8)
"""With it the 185 attempts of the default policy fill about its 24 hours."""

_MOST_ATTEMPTS, _OLDEST_SECONDS = 185, 86_400


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A call that was made. `status` is None when nothing answered; `problem` is empty for a success."""

    made_at: datetime
    destination: str
    method: str
    url: str
    body: str
    attempt: int
    status: int | None
    problem: str


@dataclass(slots=True)
class Undertaking:
    """What is to be brought to a destination; `due` is when the next attempt is made."""

    rule_arn: str
    target: dict[str, Any]
    event: Envelope
    body: str
    begun: datetime
    due: datetime
    attempts: int = 0

    @property
    def most_retries(self) -> int:
        """How often it is tried again."""
        return int(self.target.get("RetryPolicy", {}).get("MaximumRetryAttempts", _MOST_ATTEMPTS))

    @property
    def deadline(self) -> datetime:
        """When it is too old."""
        return self.begun + timedelta(seconds=self.target.get("RetryPolicy", {}).get("MaximumEventAgeInSeconds", _OLDEST_SECONDS))


GiveUp = Callable[[Undertaking, Outcome, str], None]
"""(undertaking, its last outcome, the exhausted condition of the retry policy or nothing)"""


class ApiCalls:
    """What API destinations have been asked to bring. `made` holds every call, `transport` is how calls travel."""

    def __init__(self, destinations: Destinations, *, clock: Clock, give_up: GiveUp) -> None:
        self._destinations, self._clock, self._give_up = destinations, clock, give_up
        self._waiting: list[Undertaking] = []
        self.transport: Transport = to_nobody
        self.made: list[ApiCall] = []

    def begin(self, rule_arn: str, target: dict[str, Any], event: Envelope, body: str) -> None:
        """Take something to bring; the first attempt is due at once."""
        now = self._clock.now()
        self._waiting.append(Undertaking(rule_arn, target, event, body, begun=now, due=now))

    def next_timer(self) -> datetime | None:
        """When the next attempt is due."""
        return min((each.due for each in self._waiting), default=None)

    def run_due(self) -> None:
        """Make the attempts that are due."""
        now = self._clock.now()
        for each in sorted((each for each in self._waiting if each.due <= now), key=lambda each: each.due):
            self._attempt(each, now)

    def _attempt(self, each: Undertaking, now: datetime) -> None:
        found = self._destinations.at(each.target["Arn"])
        if found is None:
            gone = Outcome(code="NO_RESOURCE", message=f"there is no API destination {each.target['Arn']}")
            self._end(each, gone, "")
            return
        destination, connection = found
        if destination.free_at is not None and destination.free_at > now:
            each.due = destination.free_at
            return
        destination.free_at = now + timedelta(seconds=1 / destination.per_second)
        self._after(each, self._made(each, destination, connection, now), now)

    def _made(self, each: Undertaking, destination: ApiDestination, connection: Connection, now: datetime) -> Outcome:
        each.attempts += 1
        call = request_of(destination, each.target, each.event, each.body)
        outcome = made(call, connection, self.transport, now=now)
        problem = f"{outcome.code}: {outcome.message}" if outcome.code else ""
        record = ApiCall(now, destination.name, call.method, call.url, each.body, each.attempts, outcome.status, problem)
        self.made.append(record)
        return outcome

    def _after(self, each: Undertaking, outcome: Outcome, now: datetime) -> None:
        """Done, once more later, or given up."""
        each.due = now + max(outcome.wait, min(_LONGEST_WAIT, timedelta(seconds=2 ** min(each.attempts - 1, 20))))
        if not outcome.code:
            self._waiting.remove(each)
        elif not outcome.again:
            self._end(each, outcome, "")
        elif each.attempts > each.most_retries:
            self._end(each, outcome, "MaximumRetryAttempts")
        elif each.due > each.deadline:
            self._end(each, outcome, "MaximumEventAgeInSeconds")

    def _end(self, each: Undertaking, outcome: Outcome, exhausted: str) -> None:
        self._waiting.remove(each)
        self._give_up(each, outcome, exhausted)
