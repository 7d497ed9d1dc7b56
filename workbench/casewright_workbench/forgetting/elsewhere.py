"""What of a case is not in the table: what expires by itself, and what does not."""

from collections.abc import Sequence
from typing import Final

from casewright.aws.erasing import Held

ELSEWHERE: Final = (
    "event archive, and events under backup/ and errors/ of the lake: raw_retention_days of the stage, 30 unless it says otherwise",
    "queues and dead-letter queues: 14 days at most; casewright redrive shows what is there",
    "backups of the table by the second: 35 days",
    "logs of functions: no personal data, only ids",
    "addresses that get no mail: kept as SHA-256, a year after a bounce, for good after a complaint (casewright email unsuppress)",
    "Amazon Connect Cases, Customer Profiles, mail that was sent, what webhooks and buses were told: not touched",
)


def in_the_lake(found: Sequence[Held], listed: Sequence[str]) -> str:
    """What the lake holds: texts of the fields that the stage lists, in the partitions of these days."""
    if not listed:
        return "lake: ids and times, no texts of customers, since the stage lists no field"
    days = ", ".join(sorted({day.isoformat() for held in found for day in held.days})) or "none known any more"
    return f"lake: texts of {', '.join(listed)} in the partitions dt of {days}; docs/forgetting.md says how to take them out"
