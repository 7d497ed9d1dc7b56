"""Bytes in, matches out: casewright and other engines on the same rules and events, all giving the same matches; and getting ready.

A step of casewright is what a function does: parse the whole event, fold it into the case, match. The floor is orjson decoding the bytes.
All times are of the CPU, since the machine may have other work.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, TypeAlias

import orjson
from rich.console import Group
from rich.table import Table

from benchmarks import rule_peers, rule_workload
from casewright.bundle import Bundle, LinkedBundle, link
from casewright.cases.parsing import parse
from casewright.cases.state import Case, apply
from casewright.conditions.subjects import Facts
from casewright.conditions.triggers import trigger_of
from casewright.rules.matching import in_order
from casewright.rules.rule import Rule

EVENTS: Final = 5_000
SIZES: Final = (10, 100, 1_000, 10_000)
ROUNDS: Final = 7
LONGEST_PASS: Final = 0.5
"""Seconds; a slow engine gets only the first events."""
CHECKED: Final = 200
"""At most so many events are compared with the naive loop."""
BARS: Final = {10: 2.0, 1_000: 5.0, 10_000: 15.0}
"""Times the floor."""
SHARES: Final = {10: 0.3, 1_000: 0.3}
"""Of what the handler that is usually written costs."""
LEADS: Final = {1_000: 5.0, 10_000: 15.0}
"""Times faster than every peer."""

STARTS: Final = 9
COMPILED: Final = 3
"""Processes that are asked."""
MOST_SECONDS, MOST_MEGABYTES, MOST_MILLISECONDS = 1.5, 100, 20
"""Compiling 10,000 rules, what it holds, and the cold start of a bundle of 500."""

_FLOOR: Final = "orjson.loads: the floor"
_OURS: Final = "casewright"


class Measured:
    """One engine at one number of rules."""

    def __init__(self, name: str, prepare: Callable[[], Callable[[bytes], Any]], events: Sequence[bytes]) -> None:
        self.name = name
        started = time.process_time()
        self.matching = prepare()
        self.matching(events[0])
        self.ready_in = time.process_time() - started
        self._passes: list[float] = []
        self.events = events[:2]
        while len(self.events) < len(events) and self.take() < LONGEST_PASS / 2:
            self.events = events[: 2 * len(self.events)]
        self._passes.clear()

    def take(self) -> float:
        """Pass over the events once more; the seconds it took."""
        matching, started = self.matching, time.process_time()
        for body in self.events:
            matching(body)
        seconds = time.process_time() - started
        self._passes.append(seconds / len(self.events) * 1e6)
        return seconds

    @property
    def microseconds(self) -> float:
        """The median of the passes, for one event."""
        return statistics.median(self._passes)


Results: TypeAlias = dict[str, Measured]


def measure() -> Group:
    """A table for each number of rules, and one of the bars."""
    events = rule_workload.events(EVENTS)
    results = {size: _measured(size, events) for size in SIZES}
    return Group(*(_table(size, found) for size, found in results.items()), _bars(results))


def stepping(bundle: LinkedBundle) -> Callable[[bytes], tuple[Rule, ...]]:
    """What a function does with the bytes of an event, up to the rules that match."""
    matching, included = bundle.matcher.matching, bundle.included_field_ids

    def step(body: bytes) -> tuple[Rule, ...]:
        event = parse(body)
        before = Case(event.case_id)
        trigger = trigger_of(event.change)
        assert trigger is not None, "events of the workload set rules off"
        return matching(trigger, Facts(event, before, apply(before, event), included))

    return step


def _measured(size: int, events: Sequence[bytes]) -> Results:
    """One pass of each in turn, so that what slows the machine down slows all."""
    bundle = link(Bundle(rules=rule_workload.rules(size)), rule_workload.CATALOG, bundle_hash="bench")
    rules = in_order(bundle.rules)
    found = [Measured(_FLOOR, lambda: orjson.loads, events), Measured(_OURS, lambda: stepping(bundle), events)]
    found += [Measured(peer.name, partial(peer.prepare, rules), events) for peer in rule_peers.PEERS]
    results = {each.name: each for each in found}
    _check(rules, results)
    for _ in range(ROUNDS):
        for each in found:
            each.take()
    return results


def _check(rules: Sequence[Rule], results: Results) -> None:
    """Every engine gives what the naive loop gives, for every event both of them get."""
    naive = results[rule_peers.NAIVE.name]
    for number, body in enumerate(naive.events[:CHECKED]):
        wanted = naive.matching(body)
        for engine in results.values():
            if engine.name == _OURS:
                assert engine.matching(body) == tuple(rules[place] for place in wanted), body
            elif engine.name != _FLOOR and number < len(engine.events):
                assert engine.matching(body) == wanted, (engine.name, body)


def _table(size: int, results: Results) -> Table:
    floor, ours = results[_FLOOR].microseconds, results[_OURS].microseconds
    table = Table("engine", "events", "µs an event", "times the floor", "times casewright", "ready in ms", title=f"{size:,} rules")
    for each in results.values():
        cost = each.microseconds
        ready = "" if each.name == _FLOOR else f"{1000 * each.ready_in:,.1f}"
        table.add_row(each.name, f"{len(each.events):,}", f"{cost:,.1f}", f"{cost / floor:,.1f}", f"{cost / ours:,.1f}", ready)
    return table


def _bars(results: dict[int, Results]) -> Table:
    table = Table("what", "measured", "bar", title="Bars")
    for size, most in BARS.items():
        times = results[size][_OURS].microseconds / results[size][_FLOOR].microseconds
        table.add_row(f"bytes in, matches out, {size:,} rules", f"{times:.2f} x floor", f"{most:g}")
    for size, least in LEADS.items():
        best = min((results[size][peer.name] for peer in rule_peers.PEERS), key=lambda each: each.microseconds)
        times = best.microseconds / results[size][_OURS].microseconds
        table.add_row(f"the fastest peer, {best.name}, {size:,} rules", f"{times:.1f} x casewright", f"{least:g}")
    for size, most in SHARES.items():
        share = results[size][_OURS].microseconds / results[size][rule_peers.USUAL.name].microseconds
        table.add_row(f"beside {rule_peers.USUAL.name}, {size:,} rules", f"{share:.2f}", f"{most:g}")
    seconds, held = _in_processes("compile", 10_000, COMPILED)["seconds"], _in_processes("memory", 10_000, 1)
    table.add_row("10,000 rules compiled", f"{seconds:.2f} s", f"{MOST_SECONDS} s")
    table.add_row("... and held in memory, at most", f"{held['peak'] / 1e6:.0f} MB", f"{MOST_MEGABYTES} MB")
    start = {name: 1000 * seconds for name, seconds in _in_processes("start", 500, STARTS).items()}
    table.add_row("a cold start with 500 rules: read and linked", f"{start['linked']:.1f} ms", f"{MOST_MILLISECONDS} ms")
    table.add_row("... and through the first event", f"{start['first_event']:.1f} ms", "")
    return table


def _in_processes(what: str, count: int, times: int) -> dict[str, float]:
    """The medians of what fresh processes tell."""
    command = [sys.executable, "-m", "benchmarks.getting_ready", what, str(count)]
    told = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(times)]
    return {name: statistics.median(each[name] for each in told) for name in told[0]}
