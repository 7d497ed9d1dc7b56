"""What a row is: JSON values by column name and the partition `dt`; what is null or empty is left out."""

from datetime import UTC, datetime
from typing import Final, TypeAlias

from casewright.cases.events import Event
from casewright.cases.subscriptions import domain_arn
from casewright.measures.columns import PARTITION, Kind

Row: TypeAlias = dict[str, object]

_NOTHING: Final[tuple[object, ...]] = (None, "", {})


def row_of(kind: Kind, event: Event, columns: Row) -> Row:
    """A row about an event, or about what the event led to."""
    told: Row = {
        "kind": kind,
        "event_id": event.id,
        "event_timestamp": instant(event.at),
        "case_id": event.case_id,
        "cases_domain_arn": domain_arn(region=event.region, account=event.account, domain_id=event.domain_id),
        "aws_account_id": event.account,
        "repaired": True if event.repair else None,
        **columns,
        PARTITION.name: date_of(event.at),
    }
    return {name: value for name, value in told.items() if value not in _NOTHING}


def instant(at: datetime | None) -> str | None:
    """An instant as rows write it, cut to the millisecond: what the OpenX JSON reader of Firehose takes for a timestamp."""
    return None if at is None else at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def date_of(at: datetime) -> str:
    """The partition an instant belongs to."""
    return at.astimezone(UTC).date().isoformat()
