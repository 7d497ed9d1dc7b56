"""Events a second through the real handlers and adapters against the local cloud, and where the time goes.

The stores are emulated, so the figures compare parts and releases; they say nothing about AWS.
"""

import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.table import Table

from casewright import settings
from casewright.wiring.container import Container
from casewright_workbench.house import House

CASES = 150
START = datetime(2026, 11, 16, 13, tzinfo=UTC)


class TimedHouse(House):
    """A house that times every AWS call of a function and every invocation."""

    spent: defaultdict[tuple[str, str], float]
    times: Counter[tuple[str, str]]

    def container(self, function: str, environment: settings.Settings) -> Container:
        """A container whose clients are timed."""
        if not hasattr(self, "spent"):
            self.spent, self.times = defaultdict(float), Counter()
        container = super().container(function, environment)
        inner = container.client

        def timed(service: str, *, tries: int = 3) -> Any:
            return _TimedClient(inner(service, tries=tries), lambda name: (function, f"{service}.{name}"), self._timed)

        container.client = timed  # type: ignore[method-assign]
        return container

    def _timed(self, key: tuple[str, str], call: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        try:
            return call()
        finally:
            self.spent[key] += time.perf_counter() - started
            self.times[key] += 1


class _TimedClient:
    def __init__(
        self, client: Any, key: Callable[[str], tuple[str, str]], timed: Callable[[tuple[str, str], Callable[[], Any]], Any]
    ) -> None:
        self._client, self._key, self._timed = client, key, timed

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name in ("exceptions", "get_paginator", "meta"):
            return found
        return lambda *args, **kwargs: self._timed(self._key(name), lambda: found(*args, **kwargs))


def measure() -> Table:
    """Create cases, let everything follow from it, and count."""
    with tempfile.TemporaryDirectory() as folder:
        contact_center = Path(__file__).parent.parent / "contact_center"
        with TimedHouse.open(contact_center, start=START, folder=Path(folder)) as house:
            _create(house)
            house.spent.clear()
            house.times.clear()
            events, started = _taken(house), time.perf_counter()
            house.run_until(START + timedelta(minutes=5))
            elapsed = time.perf_counter() - started
            events = _taken(house) - events
            return _table(house, events, elapsed)


def _taken(house: TimedHouse) -> int:
    items = house.session("admin").client("dynamodb").get_paginator("scan").paginate(TableName=house.case_table)
    return sum(item["sk"]["S"].startswith("event#") for page in items for item in page["Items"])


def _table(house: TimedHouse, events: int, elapsed: float) -> Table:
    effects = house.counts["perform", "EffectsDone"]
    title = f"{events} events, {effects} effects in {elapsed:.1f} s: {events / elapsed:.0f} events/s, {effects / elapsed:.0f} effects/s"
    table = Table("function", "AWS call", "calls", "ms a call", "share of all time", title=title)
    for (function, name), spent in sorted(house.spent.items(), key=lambda each: -each[1]):
        calls = house.times[function, name]
        table.add_row(function, name, str(calls), f"{1000 * spent / calls:.2f}", f"{100 * spent / elapsed:.0f} %")
    rest = elapsed - sum(house.spent.values())
    table.add_row("all", "everything else: our code, the runtime, deliveries", "", "", f"{100 * rest / elapsed:.0f} %")
    return table


def _create(house: TimedHouse) -> None:
    client = house.session("maya").client("connectcases")
    for number in range(CASES):
        texts = {
            "title": f"Charged twice {number}",
            "customer_email": "jo@example.com",
            "order_number": f"A-{number}",
            "priority": "normal",
        }
        fields: list[Any] = [{"id": house.catalog.fields[name].id, "value": {"stringValue": value}} for name, value in texts.items()]
        fields.append({"id": house.catalog.fields["order_total"].id, "value": {"doubleValue": float(number)}})
        client.create_case(domainId=house.domain_id, templateId=house.catalog.templates["Billing"], fields=fields)
