"""10,000 clocks that fall due in the same second: each fires once, and how long it takes until the last decision is written.

Sweep and decide are the real handlers with the real adapters. The stores are emulated and one function runs at a time, so these are
seconds of this machine and say nothing about AWS, where `decide` runs several times at once. A rule in shadow mode watches the breaches:
what is measured is deciding, not performing. The second table is what is left of it without any store.
"""

import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from rich.console import Group
from rich.table import Table

from benchmarks.throughput import TimedHouse
from casewright.aws.case_log import CaseTable
from casewright.aws.queues import CaseEventsQueue
from casewright.bundle import LinkedBundle, link, read
from casewright.cases.events import CaseCreated, ClockDue, Event
from casewright.cases.parsing import parse
from casewright.cases.performers import Performer
from casewright.decide import blank, decide
from casewright.decision import Head
from casewright.ports.log import DueClock
from casewright.service.sweep import still_due

CLOCKS: Final = 10_000
START: Final = datetime(2026, 11, 16, 14, tzinfo=UTC)
CREATED: Final = START + timedelta(seconds=17)
DUE: Final = CREATED + timedelta(minutes=10)
FILES: Final[Mapping[str, str]] = {
    "catalog.yaml": "queues: {}\n",
    "fields.yaml": "status: {system_id: status}\n",
    "templates.yaml": "Promise: {}\n",
    "slas.yaml": "- {sla: promise, start: case_created, met_when: {status: closed}, target: [{within: 10m}]}\n",
    "rules/late.yaml": "- {rule: late, when: sla_breached, mode: shadow, then: [{put_event: {detail_type: Late, detail: {}}}]}\n",
}


class Mark(NamedTuple):
    """A moment: of the house, on the wall, and in CPU seconds of this process."""

    house: datetime
    wall: float
    cpu: float


class Heard:
    """When each tick was taken and what became of it, and how long sweeps took that sent something."""

    def __init__(self) -> None:
        self.house: TimedHouse | None = None
        self.taken: list[tuple[str, str, Mark]] = []
        self.sent: list[int] = []

    def line(self, _function: str, message: str, facts: Mapping[str, Any]) -> None:
        """One line of a function."""
        if message == "event taken":
            self.taken.append((facts["case_id"], facts["outcome"], self.mark()))
        elif message == "clocks swept" and facts["sent"]:
            self.sent.append(facts["sent"])

    def mark(self) -> Mark:
        """Now."""
        assert self.house is not None
        return Mark(self.house.clock.now(), time.perf_counter(), time.process_time())


def measure() -> Group:
    """Record the cases, let their clocks run out, and see that each fired once."""
    with tempfile.TemporaryDirectory() as name:
        folder, heard = Path(name), Heard()
        for file, text in FILES.items():
            path = folder / "center" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        with TimedHouse.open(folder / "center", start=START, folder=folder, listen=heard.line) as house:
            heard.house = house
            house.run_until(CREATED)
            bundle = link(read(house.compiled.written), house.catalog, bundle_hash="due clocks")
            table = CaseTable(house.session("admin").client("dynamodb"), house.case_table)
            heads = [_recorded(number, house, bundle, table) for number in range(CLOCKS)]
            house.spent.clear()
            house.times.clear()
            through = _through_the_house(house, heard)
            assert not list(table.due_before(DUE + timedelta(days=1))), "no clock is left over"
            return Group(through, _without_stores(heads, bundle))


def _recorded(number: int, house: TimedHouse, bundle: LinkedBundle, table: CaseTable) -> Head:
    """A case whose clock runs."""
    event = Event(
        id=f"created-{number}",
        at=CREATED,
        case_id=f"case-{number}",
        domain_id=house.domain_id,
        account=house.cloud.account,
        region=house.cloud.region,
        event_type="CASE.CREATED",
        performer=Performer(),
        change=CaseCreated(house.catalog.templates["Promise"], CREATED, {"status": "open"}),
    )
    decided = decide(blank(event.case_id), event, bundle)
    table.record(decided, event, version=0, armed=True)
    return decided.head


def _through_the_house(house: TimedHouse, heard: Heard) -> Table:
    house.run_until(DUE - timedelta(seconds=1))
    due = heard.mark()
    house.run_until(DUE + timedelta(minutes=5))
    decided = [(case_id, mark) for case_id, outcome, mark in heard.taken if outcome == "decided"]
    assert sorted(case_id for case_id, _ in decided) == sorted(f"case-{number}" for number in range(CLOCKS)), "each fired once"
    assert house.counts["decide", "RulesShadowed"] == CLOCKS, "the rule saw each once"
    assert not house.runtime.failed_invocations
    calls = house.times["sweep", "sqs.send_message_batch"]
    table = Table("through the real handlers", "local time", "wall", "CPU", title=f"{CLOCKS:,} clocks due in one second, each fired once")
    table.add_row("from due to the last decision", *_since(due, decided[-1][1]))
    table.add_row(f"from due to the last of {len(heard.taken):,} ticks", *_since(due, heard.taken[-1][2]))
    table.caption = (
        f"{len(heard.sent)} sweeps sent {' and '.join(f'{sent:,}' for sent in heard.sent)} ticks in {calls:,} calls of SendMessageBatch "
        f"({1000 * house.spent['sweep', 'sqs.send_message_batch'] / calls:.1f} ms each)"
    )
    return table


def _since(due: Mark, last: Mark) -> Sequence[str]:
    return f"{(last.house - DUE).total_seconds():.1f} s", f"{last.wall - due.wall:.0f} s", f"{last.cpu - due.cpu:.0f} s"


class _Kept:
    """An SQS client that keeps the bodies it is given."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        self.bodies += [entry["MessageBody"] for entry in request["Entries"]]
        return {}


def _without_stores(heads: Sequence[Head], bundle: LinkedBundle) -> Table:
    """The ticks made, read and decided, nothing stored."""
    client, by_case = _Kept(), {head.case.case_id: head for head in heads}
    queue = CaseEventsQueue(client, "", account="1", region="us-east-1", domain_id="d")
    started = time.perf_counter()
    queue.send_due((due for head in heads for due in DueClock.all_of(head)), DUE)
    made = time.perf_counter()
    for body in client.bodies:
        event = parse(body)
        head = by_case[event.case_id]
        assert isinstance(event.change, ClockDue)
        assert still_due(event.change, event, head)
        [breached] = decide(head, event, bundle).decision.transitions
        assert breached.at == DUE
    decided = time.perf_counter()
    table = Table("without stores", "ms", "µs a clock")
    for what, seconds in (("ticks made", made - started), ("ticks read and decided", decided - made)):
        table.add_row(what, f"{1000 * seconds:.0f}", f"{1e6 * seconds / CLOCKS:.0f}")
    return table
