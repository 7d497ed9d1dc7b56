"""Dollars for a million events, from the calls that a morning of the example contact centre's played day makes, part by part.

What is asked of AWS is counted: calls by function and operation, bytes of items, records and log lines. An hour in which nothing happens is
counted too: what it costs is paid whatever the load, stands apart as dollars a month, and is taken off the morning.
Assumed, since no emulator can tell it: how long AWS takes to answer (LATENCY), how much slower a function's share of a CPU is than the CPU
here (SLOWER), that a query of an index reads one page of 4 KB, what Lambda itself writes into a log (LINES) and how it
watches empty queues (POLLS; not taken off the morning's receives, which the local cloud counts without them).
Not in it: what Amazon Connect asks for cases, tasks and contacts, which is the same whoever makes them; KMS (no key of ours is used).
"""

import json
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Any, Final

from rich.console import Group
from rich.table import Table

from benchmarks.core_steps import CONTACT_CENTER
from benchmarks.prices import MILLION, PRICES, REGION
from benchmarks.throughput import TimedHouse
from casewright_workbench.day.hours import OPENS
from casewright_workbench.day.play import Player
from casewright_workbench.day.script import script

MEMORY_GB: Final = defaultdict(lambda: 0.5, decide=1.0)
"""As the stacks say."""
LATENCY: Final = defaultdict(lambda: 0.05, dynamodb=0.006, sqs=0.008, firehose=0.015, s3=0.03, events=0.015)
"""Seconds a call, with what botocore spends on it."""
SLOWER: Final = 2.0
POLLS: Final = 5 * 180
"""Receives an hour with which Lambda watches an empty queue: five pollers, twenty seconds each."""
LINES: Final = 400
"""Bytes that Lambda logs about an invocation."""
NOON: Final = OPENS.replace(hour=12)
HOURS_A_MONTH: Final = 730
KEPT_MONTHS: Final = 13
"""The log of a closed case; effects are kept three months, and are counted as the log is."""
KB: Final = 1024
GB: Final = 1e9

Bill = defaultdict[str, float]


class Billed(TimedHouse):
    """A house that notes what its functions spend and log."""

    own: defaultdict[str, float]
    invocations: Counter[str]

    def watch(self) -> None:
        """Count invocations, and seconds of CPU outside AWS calls."""
        self.own, self.invocations = defaultdict(float), Counter()
        inner, runtime = self.runtime._invoke, self.runtime  # noqa: SLF001 -- where every invocation passes

        def invoke(function: Any, event: Any) -> Any:
            before, began = sum(self.spent.values()), time.perf_counter()
            try:
                return inner(function, event)
            finally:
                self.invocations[function.name] += 1
                self.own[function.name] += time.perf_counter() - began - (sum(self.spent.values()) - before)

        runtime._invoke = invoke  # type: ignore[method-assign] # noqa: SLF001 -- same


class Meter:
    """What a stretch of time asked of AWS, in units that are paid for."""

    def __init__(self, house: Billed, lines: list[int], records: list[int]) -> None:
        self._house, self._lines, self._records = house, lines, records
        self._sizes: dict[tuple[str, str], int] = {}

    def read(self) -> Bill:
        """The units since the last reading."""
        house, bill = self._house, Bill(float)
        for call in house.cloud.calls:
            if ":role/" in call.principal_arn and not call.error:
                self._call(call.service, call.operation, call.request, bill)
        for function, times in house.invocations.items():
            waiting = sum(times * LATENCY[name.partition(".")[0]] for (owner, name), times in house.times.items() if owner == function)
            bill["Lambda requests"] += times
            bill["Lambda duration"] += (waiting + SLOWER * house.own[function]) * MEMORY_GB[function]
            bill["CloudWatch logs"] += times * LINES / GB
        bill["SQS"] += len(self._records)
        bill["Firehose"] += sum(ceil(size / (5 * KB)) * 5 * KB for size in self._records) / GB
        bill["CloudWatch logs"] += sum(self._lines) / GB
        for seen in (house.cloud.calls, house.invocations, house.own, house.times, self._lines, self._records):
            seen.clear()
        return bill

    def _call(self, service: str, operation: str, asked: Mapping[str, Any], bill: Bill) -> None:
        match service, operation:
            case "dynamodb", _:
                self._table(operation, asked, bill)
            case "sqs", _:
                bill["SQS FIFO" if str(asked.get("QueueUrl", "")).endswith(".fifo") else "SQS"] += 1
            case "events", "PutEvents":
                bill["EventBridge"] += len(asked["Entries"])
            case "firehose", "PutRecordBatch":
                bill["Firehose"] += sum(ceil(len(each["Data"]) / (5 * KB)) * 5 * KB for each in asked["Records"]) / GB
            case "s3", _:
                bill["S3 writes" if operation == "PutObject" else "S3 reads"] += 1
            case "sesv2", "SendEmail":
                bill["SES"] += sum(len(each) for each in asked["Destination"].values())

    def _table(self, operation: str, asked: Mapping[str, Any], bill: Bill) -> None:
        match operation:
            case "TransactWriteItems":
                for each in asked["TransactItems"]:
                    self._written(each.get("Put") or each.get("Update") or each["ConditionCheck"], 2, bill)
            case "PutItem" | "UpdateItem" | "DeleteItem":
                self._written(asked, 1, bill)
            case "GetItem":
                bill["DynamoDB reads"] += ceil(self._sizes.get(_key(asked["Key"]), 1) / (4 * KB)) * (
                    1 if asked.get("ConsistentRead") else 0.5
                )
            case "Query" if "IndexName" in asked:
                bill["DynamoDB reads"] += 0.5
            case "Query" | "Scan":
                values = asked.get("ExpressionAttributeValues", {})
                partition, prefix = values.get(":pk", {}).get("S"), values.get(":sk", {}).get("S", "")
                found = sum(size for (pk, sk), size in self._sizes.items() if pk == partition and sk.startswith(prefix))
                bill["DynamoDB reads"] += max(1, ceil(found / (4 * KB)))

    def _written(self, write: Mapping[str, Any], factor: int, bill: Bill) -> None:
        """An item, and its copies in the indexes: all of an effect that waits, a small one of a head, taken out and put in."""
        item = write.get("Item")
        where = _key(item or write["Key"])
        before, self._sizes[where] = self._sizes.get(where, 0), _size(item) if item else self._sizes.get(where, KB)
        size = max(before, self._sizes[where])
        bill["DynamoDB writes"] += factor * ceil(size / KB)
        if where[1].startswith("effect#"):
            bill["DynamoDB writes"] += ceil(size / KB)
        elif item and "due_shard" in item:
            bill["DynamoDB writes"] += 2
        bill["DynamoDB storage"] += max(0, self._sizes[where] - before) / GB * KEPT_MONTHS


def _key(key: Mapping[str, Any]) -> tuple[str, str]:
    return key["pk"]["S"], key["sk"]["S"]


def _size(item: Mapping[str, Any]) -> int:
    """As DynamoDB counts: names, and values; binaries are told in base64."""
    return 100 + sum(
        len(name) + sum(len(str(each)) * (3 if kind == "B" else 4) // 4 for kind, each in value.items()) for name, value in item.items()
    )


def measure() -> Group:
    """An idle hour, and a morning."""
    lines, records = list[int](), list[int]()

    def listen(_function: str, message: str, facts: Mapping[str, object]) -> None:
        lines.append(len(json.dumps({"message": message, **facts}, default=str)) + 250)

    with tempfile.TemporaryDirectory() as folder:
        hour = timedelta(hours=1)
        with Billed.open(CONTACT_CENTER, start=OPENS - 2 * hour, folder=Path(folder), listen=listen) as house:
            stream: Any = house.cloud.connectcases.stream
            publish = stream._publish  # noqa: SLF001 -- where every event passes

            def passing(envelope: dict[str, Any]) -> None:
                records.append(len(json.dumps(envelope)))
                publish(envelope)

            stream._publish = passing  # noqa: SLF001 -- same
            house.watch()
            meter = Meter(house, lines, records)
            house.run_until(OPENS - hour)
            meter.read()
            house.run_until(OPENS)
            idle = meter.read()
            counted = idle.copy()
            idle.update({"SQS": 2 * POLLS, "SQS FIFO": POLLS})
            Player(house).play((step for step in script(seed=7) if step.at < NOON), until=NOON)
            house.flush_lake()
            events, effects = len(records), house.counts["perform", "EffectsDone"]
            day, metrics = meter.read(), len(house.counts)
    hours = (NOON - OPENS) / hour
    asked = Bill(float, {name: max(0.0, units - hours * counted[name]) for name, units in day.items()})
    return Group(_by_part(asked, events, effects), _whatever(idle, metrics), _prices())


def _by_part(asked: Bill, events: int, effects: int) -> Table:
    table = Table(title=f"Dollars for a million events, {REGION}: a morning of {events:,} events and {effects:,} effects")
    for name in ("part", "units an event", "of", "dollars"):
        table.add_column(name, justify="right" if name in ("units an event", "dollars") else "left")
    total = 0.0
    for name, units in sorted(asked.items(), key=lambda each: -each[1] * PRICES[each[0]].dollars):
        dollars = units / events * MILLION * PRICES[name].dollars
        total += dollars
        table.add_row(name, f"{units / events:.3g}", PRICES[name].unit, f"{dollars:.2f}")
    table.add_row("all", "", f"{effects / events:.2f} effects an event", f"{total:.2f}")
    return table


def _whatever(idle: Bill, metrics: int) -> Table:
    table = Table("part", "dollars a month", title="Whatever the load")
    month = {name: units * HOURS_A_MONTH * PRICES[name].dollars for name, units in idle.items()}
    month["CloudWatch metrics"] = metrics * PRICES["CloudWatch metrics"].dollars
    for name, dollars in sorted(month.items(), key=lambda each: -each[1]):
        table.add_row(name, f"{dollars:.2f}")
    table.add_row("all", f"{sum(month.values()):.2f}")
    return table


def _prices() -> Table:
    table = Table("price of", "dollars", "unit", "read at", title="Prices, November 2026, on demand, no free tier")
    for name, price in PRICES.items():
        table.add_row(name, f"{price.dollars:.10f}".rstrip("0"), price.unit, price.read)
    return table
