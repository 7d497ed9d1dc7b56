"""How a case goes on after it was opened: a few courses with drawn delays, each ending before the centre closes or left open."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from casewright_workbench.day.matters import Matter
from casewright_workbench.day.steps import Change, Channel, Deed, Reach, Remark

Event = tuple[timedelta, str, Deed]
"""How long after the step before, by whom (`agent` or a channel's flow), and what."""

CUSTOMER: Final = {"EMAIL": "email-flow", "CHAT": "chat-flow", "VOICE": "phone-flow"}
_CHANNELS: Final[tuple[Channel, ...]] = ("EMAIL", "EMAIL", "EMAIL", "CHAT", "VOICE")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a course is drawn from."""

    concern: Matter
    random: Random

    def minutes(self, low: float, high: float) -> timedelta:
        """A delay between the two, to the second."""
        return timedelta(seconds=round(self.random.uniform(low, high) * 60))

    def channel(self) -> Channel:
        """How the customer gets in touch."""
        return self.random.choice(_CHANNELS)


Course = Callable[[Setting], Iterator[Event]]


def answered(on: Setting) -> Iterator[Event]:
    """Answered soon, the customer replies, and it is settled."""
    yield on.minutes(4, 90), "agent", Remark("Read the order history and wrote to the customer.")
    yield on.minutes(1, 6), "agent", Change({"status": "waiting-on-customer"})
    yield from _customer_back(on)
    yield from _settled(on)


def asked_twice(on: Setting) -> Iterator[Event]:
    """The customer is asked for more, twice, and then it is settled."""
    for question in ("Asked for a photo of the label.", "Asked which card was charged."):
        yield on.minutes(6, 70), "agent", Remark(question)
        yield on.minutes(1, 4), "agent", Change({"status": "waiting-on-customer"})
        yield from _customer_back(on)
    yield from _settled(on)


def silent(on: Setting) -> Iterator[Event]:
    """Answered, and the customer has not replied by the end of the day."""
    yield on.minutes(10, 140), "agent", Remark("Asked for the packing slip; nothing can be done before it is here.")
    yield on.minutes(1, 5), "agent", Change({"status": "waiting-on-customer"})


def called(on: Setting) -> Iterator[Event]:
    """Settled on the phone."""
    yield on.minutes(8, 100), "phone-flow", Reach("VOICE")
    yield on.minutes(4, 18), "agent", Change({"first_reply_sent": True})
    yield from _settled(on)


def neglected(on: Setting) -> Iterator[Event]:
    """Nobody gets to it for hours."""
    yield on.minutes(260, 420), "agent", Remark("Sorry to have kept the customer waiting; looking into it now.")
    yield on.minutes(2, 9), "agent", Change({"status": "waiting-on-customer"})


def with_the_carrier(on: Setting) -> Iterator[Event]:
    """The carrier has to find the parcel first."""
    yield on.minutes(6, 80), "agent", Change({"first_reply_sent": True})
    yield on.minutes(1, 12), "agent", Change({"status": "waiting-on-carrier"})
    yield on.minutes(70, 300), "agent", Remark("The carrier found it in a depot; a new delivery is booked.")
    yield on.minutes(1, 5), "agent", Change({"status": "open"})
    yield from _settled(on)


def reopened(on: Setting) -> Iterator[Event]:
    """Closed too soon."""
    yield from called(on)
    yield on.minutes(35, 150), "email-flow", Reach("EMAIL")
    yield on.minutes(2, 20), "agent", Change({"status": "open"})
    yield on.minutes(15, 60), "agent", Remark("The first answer did not settle it; did it again, properly.")
    yield from _settled(on)


def abandoned(_on: Setting) -> Iterator[Event]:
    """Still untouched when the centre closes."""
    return iter(())


_USUAL: Final[tuple[tuple[Course, int], ...]] = (
    (answered, 30), (asked_twice, 10), (silent, 12), (called, 16), (neglected, 9), (reopened, 7), (abandoned, 6),
)  # fmt: skip


def course(concern: Matter, random: Random) -> Course:
    """How one case goes on."""
    choices = (*_USUAL, (with_the_carrier, 34)) if concern.template == "Shipping" else _USUAL
    return random.choices([each for each, _ in choices], weights=[share for _, share in choices])[0]


def moments(chosen: Course, opened: datetime, setting: Setting) -> Iterator[tuple[datetime, str, Deed]]:
    """The course with its delays added up."""
    moment = opened
    for delay, by, deed in chosen(setting):
        moment += delay
        yield moment, by, deed


def _customer_back(on: Setting) -> Iterator[Event]:
    channel = on.channel()
    yield on.minutes(12, 160), CUSTOMER[channel], Reach(channel)


def _settled(on: Setting) -> Iterator[Event]:
    steps_taken = f"Checked with the {on.concern.template.lower()} desk and settled it: {on.concern.resolution}."
    yield on.minutes(9, 75), "agent", Change({"steps_taken": steps_taken, "resolution": on.concern.resolution, "status": "closed"})
