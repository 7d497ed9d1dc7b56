"""Returning: messages that cannot be decided yet go back to the queue, and those that never can be are buried with the reason."""

import random
from datetime import timedelta
from math import ceil
from typing import Final

from msgspec.structs import replace

from casewright.cases.events import ClockDue, Event, MailReported
from casewright.errors import CaseNotRead
from casewright.service.deciding import Deciding

WAITS, WAIT_SECONDS = 3, 20
"""How long a related item waits for the event of its own case before the case is read."""

READS, LONGEST_SECONDS = 24, 900
"""How often a case is tried to be read, and the longest wait between: that is hours, after which most effects would have expired."""

MOST_AHEAD: Final = timedelta(minutes=15)
"""How far ahead of our clock an event may be dated: clocks differ, and one dated later would make all that follows it late."""


def bury(body: str, reason: str, counter: str, ports: Deciding) -> None:
    """Keep a message that cannot be decided, with the reason, and count it."""
    ports.dead_letters.bury(body, reason)
    ports.telemetry.count(counter)


def wait_for_case(body: str, waited: int, ports: Deciding) -> str:
    """Send a message back whose case is not known yet."""
    ports.queue.send_back(body, waited=waited + 1, seconds=WAIT_SECONDS)
    return "waiting for its case"


def wait_to_read(error: CaseNotRead, body: str, waited: int, ports: Deciding) -> str:
    """Send a message back whose case could not be read: each time twice as long, and at another moment than its like.

    The queue counts how often it delivers a message, and gives it up after five times: what is sent back begins anew.
    """
    tried = max(waited - WAITS, 0) + 1
    if tried >= READS:
        bury(body, f"{error}; tried {tried} times", "CasesNotRead", ports)
        return "buried: its case could not be read"
    longest = min(LONGEST_SECONDS, WAIT_SECONDS * 2 ** (tried - 1))
    seconds = ceil(random.uniform(0.5, 1) * longest)  # noqa: S311 -- jitter, not a secret
    ports.queue.send_back(body, waited=WAITS + tried, seconds=seconds)
    return "waiting until its case can be read"


def too_early(event: Event, body: str, waited: int, ports: Deciding) -> str | None:
    """What became of an event that is dated later than it is by our clock; None where it can be decided.

    A milestone comes no sooner than it is due: what the sweep sent too early waits, or is dropped, because it is sent again until it has
    fired. Of any other event some minutes are forgiven.
    """
    early = event.at - ports.time.now()
    if isinstance(event.change, ClockDue) and timedelta() < early <= MOST_AHEAD:
        ports.queue.send_back(body, waited=waited, seconds=ceil(early.total_seconds()))
        return "waiting until it is due"
    if early <= MOST_AHEAD:
        return None
    if isinstance(event.change, ClockDue):
        ports.telemetry.count("EventsAhead")
        return "not due for long: the sweep sends it again"
    bury(body, f"{event.event_type} is dated {event.at.isoformat()}, {early} ahead of the clock of decide", "EventsAhead", ports)
    return "buried: dated ahead"


def dated(event: Event, ports: Deciding) -> Event:
    """A report about mail that is dated ahead tells of now: it has no place in the order of the case. All else stays as it is."""
    return replace(event, at=min(event.at, ports.time.now())) if isinstance(event.change, MailReported) else event
