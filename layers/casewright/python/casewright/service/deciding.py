"""Deciding: the ports that it takes from one message to its decision."""

from collections.abc import Callable, Sequence

import msgspec

from casewright.cases.events import Event
from casewright.decide import Decided
from casewright.ports.cases import CaseReader
from casewright.ports.clock import Time
from casewright.ports.effects import Arming, Wake
from casewright.ports.log import CaseLog, Keeping
from casewright.ports.messages import CaseEvents, DeadLetters, Lake, Row
from casewright.ports.programs import Programs
from casewright.telemetry import Telemetry


class Deciding(msgspec.Struct, frozen=True, kw_only=True):
    """The ports of the use case `decide`."""

    log: CaseLog
    keeping: Keeping
    programs: Programs
    arming: Arming
    reader: CaseReader
    queue: CaseEvents
    dead_letters: DeadLetters
    lake: Lake
    wake: Wake
    time: Time
    telemetry: Telemetry
    own_role: str
    rows: Callable[[Decided, Event], Sequence[Row]]
