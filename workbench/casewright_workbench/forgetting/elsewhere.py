"""What of a case is not in the table: what expires by itself, and what does not."""

from collections.abc import Sequence
from typing import Final

from casewright.aws.erasing import Held

ELSEWHERE: Final = (
    "event archive, and events under backup/ and errors/ of the lake: raw_retention_days of the stage, 30 unless it says otherwise",
    "queues and dead-letter queues: 14 days at most; casewright redrive shows what is there",
    "backups of the table by the second: 35 days",
    "logs of functions: no personal data, only ids",
    "addresses, as SHA-256: two days after a mail; where mail bounced a year, after a complaint for good (casewright email unsuppress)",
    "Amazon Connect Cases, Customer Profiles, mail that was sent, what webhooks and buses were told: not touched",
)


def in_the_lake(found: Sequence[Held], listed: Sequence[str] | None) -> str:
    """What the lake holds: texts of the fields that the stage lists, in the partitions of these days; None: it is not known which."""
    if listed is not None and not listed:
        return "lake: ids and times, no texts of customers, since the stage lists no field; if it listed one before, see docs/forgetting.md"
    which = ", ".join(listed) if listed else "the listed_fields of the stage, if it has any (its function shape_records was not found)"
    days = ", ".join(sorted({day.isoformat() for held in found for day in held.days})) or "none known any more"
    return f"lake: texts of {which} in the partitions dt of {days}; docs/forgetting.md says how to take them out"
