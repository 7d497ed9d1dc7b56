"""What deciding one event costs as the log of its case grows, and as cases grow in number: both should be flat.

The real use case and adapters against the local cloud. Time is that of our own code, with AWS calls left out: the emulated table slows down
as it fills, which says nothing about DynamoDB. For the same reason what it holds is kept from the garbage collector. What is asked of AWS
is counted instead: calls, and bytes of items read and written.
"""

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from rich.console import Group
from rich.table import Table

from benchmarks.core_steps import CONTACT_CENTER, envelope
from casewright.service.decide import take
from casewright.service.deciding import Deciding
from casewright.wiring.deciding import deciding, following
from casewright_workbench.house import House

START: Final = datetime(2026, 11, 16, 13, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
"""By then all events have happened: those dated far ahead are not decided."""

LENGTHS: Final = (1, 10, 100, 1000)
CASES: Final = (1, 10, 100, 1000)
MEASURED: Final = 45


class Cost(NamedTuple):
    """Of one event: microseconds of our own code, calls, bytes of items sent to and answered by the table."""

    microseconds: float
    calls: int
    sent: int
    answered: int


class _Counting:
    """A client whose calls are timed and weighed."""

    def __init__(self, client: Any, seen: list[tuple[float, int, int]]) -> None:
        self._client, self._seen = client, seen

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        return found if name in ("exceptions", "get_paginator") else lambda **asked: self._timed(found, asked)

    def _timed(self, call: Callable[..., Any], asked: dict[str, Any]) -> Any:
        started = time.perf_counter()
        answer = call(**asked)
        spent = time.perf_counter() - started
        self._seen.append((spent, _bytes(asked.get("TransactItems")), _bytes(answer.get("Item"))))
        return answer


def _bytes(items: object) -> int:
    return len(msgspec.json.encode(items, enc_hook=str)) if items else 0


def measure() -> Group:
    """Grow one case, then the number of cases."""
    seen: list[tuple[float, int, int]] = []
    with tempfile.TemporaryDirectory() as folder, House.open(CONTACT_CENTER, start=START + HOUR, folder=Path(folder)) as house:
        container = house.container("decide", house.environments(house.places)["decide"])
        inner = container.client
        container.client = lambda service: _Counting(inner(service), seen)  # type: ignore[assignment,method-assign,misc]
        ports, follow = container.ports(deciding), container.ports(following)

        def event(case: str, number: int) -> Cost:
            body = _body(house, case, number)
            seen.clear()
            started = time.perf_counter()
            take(body, 0, ports)
            follow.deliver()
            spent = time.perf_counter() - started - sum(each[0] for each in seen)
            return Cost(1e6 * spent, len(seen), sum(each[1] for each in seen), sum(each[2] for each in seen))

        return Group(_by_length(event, ports), _by_cases(event))


def _by_length(event: Callable[[str, int], Cost], ports: Deciding) -> Table:
    table = _table("events in the log of the case")
    logged = 0
    for length in LENGTHS:
        for _ in range(length - logged):
            event("long", logged)
            logged += 1
        costs = _measured(event, [("long", logged + number) for number in range(MEASURED)])
        logged += MEASURED
        _row(table, length, costs)
    assert len(ports.log.entries("clong")) == logged, "an event was lost"
    return table


def _by_cases(event: Callable[[str, int], Cost]) -> Table:
    table, cases = _table("cases"), 0
    for count in CASES:
        while cases < count:
            event(f"other-{cases}", 0)
            cases += 1
        _row(table, count, _measured(event, [(f"new-{count}-{number}", 0) for number in range(MEASURED)]))
    return table


def _measured(event: Callable[[str, int], Cost], events: Iterable[tuple[str, int]]) -> list[Cost]:
    gc.collect()
    gc.freeze()
    return [event(*each) for each in events]


def _body(house: House, case: str, number: int) -> str:
    """An update of the case a second after the one before; the first creates it."""
    at = START + timedelta(seconds=number)
    body = envelope(house.catalog, number=case, verb="UPDATED" if number else "CREATED")
    return body.replace("2026-11-16T14:00:00", f"{at:%Y-%m-%dT%H:%M:%S}").replace(f'"e{case}"', f'"e{case}-{number}"')


def _table(what: str) -> Table:
    return Table(what, "own code, µs", "AWS calls", "bytes sent", "bytes answered", title=f"Deciding one event, median of {MEASURED}")


def _row(table: Table, size: int, costs: list[Cost]) -> None:
    own, *rest = (statistics.median(values) for values in zip(*costs, strict=True))
    table.add_row(str(size), f"{own:.0f}", *(f"{value:.0f}" for value in rest))
