"""`make soak`: events by the thousand through the real handlers while everything fails, and the count of what came of them.

    make soak                            100,000 events
    make soak ARGS="3000 --seed 7"       fewer, and other faults
    make soak ARGS="--minutes 50"        as many as fit

At the time limit, at SIGINT and at SIGTERM the wave under way is cut short, rests, and is counted; then the table is printed.

Work comes in waves. In a wave people open, change, comment on and close cases while calls are throttled and time out, functions are killed,
the stream loses, doubles, delays and reorders events, mail is paused and messages that are no events are mixed in. Then nothing fails for
two hours of the local clock; every case is held against its events decided in their true order, and what the emulated services stored is
thrown away, so that memory is measured at constant data.
"""

import argparse
import logging
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Final

from faults import Faults

from benchmarks.soaking.counting import counted
from benchmarks.soaking.house import Suffering
from benchmarks.soaking.memory import Measured, resident, slope, stored

CASES: Final = 300
ACTS: Final = 12
TICKS: Final = 120
TICK_SECONDS: Final = 10
MAIL_PAUSED: Final = range(30, 60)
POISON_EVERY: Final = 12


class Soak:
    """Waves of work, and what is known of them so far."""

    def __init__(self, center: Suffering, *, until: float) -> None:
        self.center, self._until = center, until
        self.count, self.wrong = Counter[str](), list[str]()
        self.memory: list[Measured] = []
        self.happened = Counter[str]()

    def ends(self, *_signal: object) -> None:
        """As soon as what was begun is counted."""
        self._until = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing new begins."""
        return time.monotonic() >= self._until

    @property
    def events(self) -> int:
        """Decided so far."""
        return self.count["events decided"]

    def wave(self) -> None:
        """Work, suffering, rest, count, oblivion."""
        center, poisons = self.center, set[str]()
        with Faults(center.house.cloud) as faults:
            center.suffer(faults)
            case_ids = self._work(poisons)
            center.heal(faults)
            self._rest(poisons)
            for (service, operation, fault), times in faults.happened.items():
                self.happened[f"{fault} at {service}"] += times
                del operation
        count, wrong = counted(center, case_ids)
        self.count += count
        self.count["events lost"] += len(center.stream.lost)
        self.wrong += [*wrong, *(f"poison that was not buried: {each}" for each in poisons)]
        before = stored(center.house.cloud)
        center.forgets()
        self.memory.append(Measured(self.events, before, stored(center.house.cloud), resident()))

    def _work(self, poisons: set[str]) -> list[str]:
        center, chance, case_ids, closed = self.center, self.center.random, list[str](), set[str]()
        for tick in range(TICKS):
            if self.is_over:
                break
            center.pauses_mail(paused=tick in MAIL_PAUSED)
            if tick % POISON_EVERY == 0:
                poisons.add(center.poisons(self.events + tick))
            while len(case_ids) < CASES * (tick + 1) / TICKS:
                case_ids.append(self._opens(len(case_ids)))
            for case_id in chance.sample(case_ids, min(len(case_ids), ACTS)):
                if case_id not in closed:
                    self._acts(case_id, closed)
            center.passes(seconds=TICK_SECONDS)
        center.pauses_mail(paused=False)
        return case_ids

    def _opens(self, number: int) -> str:
        center = self.center
        fields = {"title": f"case {number}", "priority": "high", "customer_email": f"c{number}-{self.events}@example.com"}
        template = center.house.catalog.templates["Shipping"]
        answer = center.cases.create_case(domainId=center.house.domain_id, templateId=template, fields=center.entries(fields))
        return str(answer["caseId"])

    def _acts(self, case_id: str, closed: set[str]) -> None:
        center, where = self.center, {"domainId": self.center.house.domain_id, "caseId": case_id}
        fields: dict[str, str | float]
        match center.random.randrange(20):
            case 0 | 1 as level:
                fields = {"priority": "low" if level == 0 else "high"}
            case 2:
                fields = {"status": "closed"}
                closed.add(case_id)
            case 3 | 4:
                body = center.random.choice(["help, please", "thank you"])
                content = {"comment": {"body": body, "contentType": "Text/Plain"}}
                center.cases.create_related_item(**where, type="Comment", content=content)
                return
            case _:
                fields = {"amount": float(center.random.randrange(1000))}
        center.cases.update_case(**where, fields=center.entries(fields))

    def _rest(self, poisons: set[str]) -> None:
        """Until everything that went back has come again; what gave up is driven again by hand, as an operator would."""
        center = self.center
        center.skips(minutes=25)
        center.audits_all()
        center.skips(minutes=40)
        for _ in range(3):
            for body, reason in center.buried():
                if body in poisons and reason:
                    poisons.remove(body)
                    self.count["messages buried with a reason"] += 1
                else:
                    self.count["messages given up after five receives, and driven again"] += 1
                    center.sqs.send_message(QueueUrl=center.house.places.case_events_url, MessageBody=body)
            center.skips(minutes=20)


def main() -> int:
    """Soak, print, and answer 1 where an effect is lost, doubled or out of place."""
    asked = argparse.ArgumentParser(prog="make soak", description="events through the real handlers while everything fails")
    asked.add_argument("events", nargs="?", type=int, default=100_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--minutes", type=float, default=float("inf"))
    given = asked.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(Suffering(Path(folder), given.seed), until=time.monotonic() + 60 * given.minutes)
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, soak.ends)
        while soak.events < given.events and not soak.is_over:
            soak.wave()
            _progress(soak)
        soak.center.close()
    _tell(soak)
    return 1 if soak.wrong else 0


def _progress(soak: Soak) -> None:
    count, last = soak.count, soak.memory[-1]
    effects = f"{count['effects expected']:,} expected, {count['ended done']:,} done with what followed from them, {_twice(soak)} twice"
    print(
        f"{soak.events:,} events, {_cpu(soak):.1f} ms of CPU each; effects: {effects}, {len(soak.wrong)} wrong;"
        f" MB: {last.stored / 1e6:.1f} stored and thrown away, {last.kept / 1e6:.1f} stored still, {last.beyond / 1e6:.1f} beyond",
        flush=True,
    )


def _twice(soak: Soak) -> int:
    return sum(times for what, times in soak.count.items() if "twice" in what)


def _cpu(soak: Soak) -> float:
    return 1000 * time.process_time() / max(soak.events, 1)


def _tell(soak: Soak) -> None:
    print()
    for what, times in sorted(soak.count.items()):
        print(f"  {times:>9,}  {what}")
    for what, times in sorted(soak.happened.items()):
        print(f"  {times:>9,}  {what}")
    print(f"  {soak.center.deaths:>9,}  functions killed")
    print(f"  {len(soak.wrong):>9,}  effects lost, doubled or out of place")
    for line in soak.wrong[:40]:
        print(f"             {line}")
    print(f"  {_cpu(soak):>9.1f}  ms of CPU an event, starting and counting included")
    print(f"  {sum(each.stored for each in soak.memory) / max(soak.events, 1) / 1000:>9.1f}  KB an event stored by the emulated services")
    if (grown := slope(soak.memory)) is not None:
        print(f"  {grown / 1000:>9,.1f}  KB of memory beyond the data stored for each 1,000 events, over all waves but the first")


if __name__ == "__main__":
    sys.exit(main())
