"""Events of our own that time or SES brings, from the details of their messages."""

from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from casewright.cases import subscriptions as names
from casewright.cases import wire
from casewright.cases.events import Change, ClockDue, MailReported, ScheduleDue


class Told(NamedTuple):
    """What a detail tells: when it came about, of which case, and what it is."""

    at: datetime
    case_id: str
    event_type: str
    change: Change


class _ClockDetail(msgspec.Struct, rename="camel"):
    case_id: str
    policy: str
    cycle: int
    milestone: str
    due: wire.Instant


class _ScheduleDetail(msgspec.Struct, rename="camel"):
    case_id: str
    rule: str
    at: wire.Instant


class _MailDetail(msgspec.Struct, rename="camel"):
    case_id: str
    at: wire.Instant
    told: MailReported


_clock_details: Final = msgspec.json.Decoder(_ClockDetail)
_schedule_details: Final = msgspec.json.Decoder(_ScheduleDetail)
_mail_details: Final = msgspec.json.Decoder(_MailDetail)


def parse(detail_type: str, detail: msgspec.Raw) -> Told | None:
    """Read a detail of ours; None if the type is none of these.

    Raises:
        MalformedEvent: as `parsing.parse` does.
    """
    match detail_type:
        case names.CLOCK_DUE_DETAIL_TYPE:
            clock = wire.decode(_clock_details, detail, "$.detail")
            return Told(clock.due, clock.case_id, "CLOCK.DUE", ClockDue(clock.policy, clock.cycle, clock.milestone))
        case names.SCHEDULE_DUE_DETAIL_TYPE:
            schedule = wire.decode(_schedule_details, detail, "$.detail")
            return Told(schedule.at, schedule.case_id, "SCHEDULE.DUE", ScheduleDue(schedule.rule))
        case names.MAIL_REPORTED_DETAIL_TYPE:
            mail = wire.decode(_mail_details, detail, "$.detail")
            return Told(mail.at, mail.case_id, "MAIL.REPORTED", mail.told)
        case _:
            return None
