"""Records of the format before the present one, brought to today's shape as they are read; whatever is written is of today's format.

Format 1 knew no teams beside a clock, nor what it fires next, and asked for SLA items by their minutes. Calendars did not yet exist, so
its clocks run in wall time. Some records of format 1 are of today's shape already: what is there is left as it is.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from casewright.calendars.calendar import ALWAYS_OPEN
from casewright.decision import Decision, Effect, Head
from casewright.sla.clocks import Clock
from casewright.sla.steps import rearmed

Json = dict[str, Any]

_QUEUE: Final = "assigned_queue"


def brought_up(written: bytes, kind: object) -> bytes:
    """A record of format 1, as one of today says the same."""
    change = _CHANGES.get(kind)
    if change is None:
        return written
    record = msgspec.json.decode(written)
    change(record)
    return msgspec.json.encode(record)


def _head(head: Json) -> None:
    queue = (head["case"].get("fields") or {}).get(_QUEUE)
    for name, clock in head.get("clocks", {}).items():
        if "team" not in clock:
            head["clocks"][name] = _clock(clock, queue if isinstance(queue, str) else "")


def _clock(clock: Json, queue: str) -> Any:
    """All the time it ran so far is that of the queue that has the case now."""
    started = datetime.fromisoformat(clock["started_at"])
    team = {"queue": queue, "since": started, "counted_to": started + _paused(clock)}
    known = msgspec.json.decode(msgspec.json.encode({**clock, "team": team}), type=Clock)
    return rearmed(known, ALWAYS_OPEN) if known.status in ("Active", "Overdue") else known


def _paused(clock: Json) -> timedelta:
    return msgspec.convert(clock.get("time_paused", "PT0S"), timedelta)


def _decision(decision: Json) -> None:
    for effect in decision.get("effects", ()):
        _effect(effect)


def _effect(effect: Json) -> None:
    action = effect["action"]
    if action["type"] == "mirror_sla" and "due_at" not in action:
        action["due_at"] = _instant(effect["position"]) + timedelta(minutes=action.pop("minutes"))


def _instant(position: list[str]) -> datetime:
    """The time of a position: that and the id of an event."""
    return datetime.fromisoformat(position[0])


_CHANGES: Final[dict[object, Callable[[Json], None]]] = {Head: _head, Decision: _decision, Effect: _effect}
