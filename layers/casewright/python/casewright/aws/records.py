"""Stored records of the case table: how keys and bodies are written.

pk               sk              what
case#ID          head            Head (zlib JSON), version; next_due, due_shard, due and overdue while a clock runs
case#ID          event#ID        Event and Decision (zlib JSON); like the head it has expires_at while the case is closed
case#ID          effect#KEY      Effect (zlib JSON), status; bucket and urgency until the lake has its row (the index is the queue);
                                 its bucket is `unread` while it is set aside, for the reason in aside_because; expires_at once it has ended
tokens#QUOTA     tokens          a token bucket
budget#RULE#AT   budget          effects of a rule counted in the period that began then, and when more was asked for
turn#RING        turn            how many turns were taken among those of a ring; `turn` beside an effect is the one it took
schedule#RULE    schedule        how far the schedule of a rule is
reconcile#WALK   mark            how far a walk of reconcile is
recipient#SHA    suppressed      why an address gets no mail; it ends itself a year after a bounce, after a complaint never
recipient#SHA    day#DATE        the effects whose mail an address had that day
control          arming          whether effects are performed
"""

import zlib
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import msgspec

from casewright.aws.older_records import brought_up
from casewright.errors import UnreadableRecord

FORMAT: Final = 2
READS: Final = (1, 2)
SHARDS: Final = 2
"""Partitions of the index of due clocks."""

SHARDS_OF_FORMAT_1: Final = 8
"""Heads that no event has touched since may stand in any of them."""

Item = dict[str, Any]
T = TypeVar("T")


def case_key(case_id: str) -> str:
    """Partition of everything about one case."""
    return f"case#{case_id}"


def key(partition: str, sort: str) -> Item:
    """The primary key of an item."""
    return {"pk": {"S": partition}, "sk": {"S": sort}}


def pack(value: object) -> Item:
    """A value of ours as a binary attribute.

    The window is as large as the value: to set up one of 32 KB may cost more than to compress a value of 1 KB.
    """
    written = msgspec.json.encode(value)
    window = min(max(len(written).bit_length(), 10), zlib.MAX_WBITS)
    small = zlib.compressobj(6, zlib.DEFLATED, window, window - 7)
    return {"B": small.compress(written) + small.flush()}


def unpack(attribute: Item, kind: type[T], item: Item) -> T:
    """Read a packed attribute of an item.

    Raises:
        UnreadableRecord: the item carries a format this release does not read, or bytes that are no record.
    """
    given, what = int(item.get("format", {"N": "0"})["N"]), f"record {item['pk']['S']} {item['sk']['S']}"
    if given not in READS:
        raise UnreadableRecord(what, given, READS)
    try:
        written = zlib.decompress(attribute["B"])
        return msgspec.json.decode(written if given == FORMAT else brought_up(written, kind), type=kind)
    except (zlib.error, msgspec.DecodeError, LookupError, TypeError, ValueError) as error:  # bringing up trusts the shape of what it reads
        raise UnreadableRecord(what, given, READS, problem=type(error).__name__) from error


def stamp(moment: datetime) -> str:
    """An instant as text that sorts as time: UTC with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def shard_of(case_id: str) -> str:
    """The due shard of a case with milestones to come."""
    return str(zlib.crc32(case_id.encode()) % SHARDS)


def late_shard(shard: str) -> str:
    """Where its case stands in the index when all it has is overdue: the sweep, which has nothing to send, does not read it there."""
    return f"late-{shard}"
