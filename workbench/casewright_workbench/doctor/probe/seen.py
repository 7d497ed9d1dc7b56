"""What was seen of the probe: envelopes at the tap, events in our log, and the audit history."""

import json
from datetime import datetime
from typing import Any

import msgspec

from casewright.cases.events import Event
from casewright.cases.parsing import parse
from casewright.cases.subscriptions import ITEM_PREFIXES
from casewright.errors import MalformedEvent
from casewright_workbench.doctor.probe.tap import Arrived


class Envelope(msgspec.Struct, frozen=True):
    """An envelope of the probe case. `problem` says why it could not be read, if it could not."""

    written: dict[str, Any]
    arrived_at: datetime
    event: Event | None = None
    problem: str = ""

    @property
    def kind(self) -> str:
        """CASE.CREATED and so on, in the spelling of the event reference."""
        return kind_of(str(self.written.get("detail", {}).get("eventType", "")))


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Everything. `tapped` is None where there was no tap, and `untapped` says why."""

    case_id: str
    entity: str
    caller: str
    tapped: tuple[Envelope, ...] | None
    untapped: str = ""
    logged: tuple[Event, ...] = ()
    decided_after: float = 0.0
    """Seconds from the last step until our log had everything that came; meaningless where it did not."""
    effects: tuple[str, ...] = ()
    """Of the decisions on the case: `rule: status`."""
    audit: tuple[dict[str, Any], ...] = ()
    unaudited: str = ""


def kind_of(event_type: str) -> str:
    """The event type without the prefix that some pages write before related items."""
    return event_type.removeprefix("CASE.") if event_type.startswith(ITEM_PREFIXES[1]) else event_type


def envelope_of(arrived: Arrived, case_id: str) -> Envelope | None:
    """The envelope, if it is of this case; the body of any other is not kept."""
    if case_id not in arrived.body:
        return None
    written = json.loads(arrived.body)
    try:
        event = parse(arrived.body)
    except MalformedEvent as error:
        return Envelope(written, arrived.at, None, str(error))
    return Envelope(written, arrived.at, event) if event.case_id == case_id else None
