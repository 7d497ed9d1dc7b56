"""Memory of the soak: what the emulated services store, apart from what the process takes beyond it."""

import ctypes
import gc
from collections.abc import Iterator
from statistics import linear_regression
from typing import Any, NamedTuple

import psutil
from moto.backends import get_backend

from casewright_workbench.localcloud.cloud import LocalCloud


class Measured(NamedTuple):
    """Bytes at the end of a wave: stored in it, still stored after what it stored was thrown away, and resident by then."""

    events: int
    stored: int
    kept: int
    resident: int

    @property
    def beyond(self) -> int:
        """What the process takes beyond the data stored."""
        return self.resident - self.kept


def stored(cloud: LocalCloud) -> int:
    """Bytes of items, objects, messages and mails, as their services count them."""
    return sum(_sizes(cloud))


def _sizes(cloud: Any) -> Iterator[int]:
    for table in get_backend("dynamodb")[cloud.account][cloud.region].tables.values():
        yield from (item.size() for item in table.all_items())
    for bucket in get_backend("s3")[cloud.account]["aws"].buckets.values():
        yield from (key.size for key in bucket.keys.values())
    for queue in cloud.sqs.queues.by_name.values():
        yield from (len(message.body) for message in queue.state.messages.values())
    yield from (len(mail.content) for mail in cloud.sesv2.outbox.messages())


def resident() -> int:
    """Bytes of memory that the process holds when what it let go has been given back."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(psutil.Process().memory_info().rss)


def slope(measured: list[Measured]) -> float | None:
    """Bytes beyond the data stored for each 1,000 events, over all waves but the first, in which everything warms up."""
    settled = measured[1:]
    if len(settled) < 2:
        return None
    return 1000 * linear_regression([each.events for each in settled], [each.beyond for each in settled]).slope
