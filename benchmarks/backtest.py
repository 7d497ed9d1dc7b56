"""`casewright backtest` over a million archived events of about 3 KB against 500 rules: the real command, in processes of its own."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import psutil
from rich.table import Table

from benchmarks import rule_workload, written_rules

EVENTS: Final = 1_000_000
RULES: Final = 500
EVENTS_A_CASE: Final = 8
MOST_SECONDS, MOST_MEGABYTES = 60, 500

_PATTERNS: Final = 5_000
"""Events of the workload; the others are the same with other ids, cases and times."""
_MEGABYTE: Final = 1 << 20
_BETWEEN_LOOKS: Final = 0.25


@dataclass
class Watched:
    """A run of the command."""

    seconds: float = 0.0
    peak_memory: int = 0
    """Bytes held by all its processes at one moment; pages they share count once."""
    peak_disk: int = 0
    answer: Any = None


def measure() -> Table:
    """Write the archive and the configuration, run the command over them, and watch its processes."""
    with tempfile.TemporaryDirectory(prefix="casewright-bench-") as folder:
        archive, config = Path(folder) / "events.jsonl", Path(folder) / "config"
        with archive.open("wb") as file:
            file.writelines(archived(EVENTS))
        written_rules.write(config, rule_workload.rules(RULES))
        watched = run(archive, config, Path(folder) / "scratch")
        return _table(watched, archive.stat().st_size)


def archived(count: int) -> Iterator[bytes]:
    """So many envelopes, a line each, of cases that are created and then updated."""
    patterns = [_template(text) for text in rule_workload.events(min(count, _PATTERNS))]
    start = datetime(2026, 11, 1, tzinfo=UTC)
    cases = -(-count // EVENTS_A_CASE)
    for number in range(count):
        turn, case = divmod(number, cases)
        at = (start + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
        facts = {b"ID": b"e-%012d" % number, b"CASE": b"c-%034d" % case, b"AT": at, b"TYPE": b"CASE.UPDATED" if turn else b"CASE.CREATED"}
        yield b"".join(facts.get(part, part) for part in patterns[number % len(patterns)])


def _template(text: bytes) -> list[bytes]:
    """An envelope cut where copies differ."""
    whole = msgspec.json.decode(text)
    detail = whole["detail"]
    cut = {detail["case"]["caseId"]: b"CASE", whole["id"]: b"ID", whole["time"]: b"AT", detail["eventType"]: b"TYPE"}
    for value, name in cut.items():
        text = text.replace(value.encode(), b"\0" + name + b"\0")
    return [*text.split(b"\0"), b"\n"]


def run(archive: Path, config: Path, scratch: Path) -> Watched:
    """Run the command and look at its processes four times a second."""
    scratch.mkdir()
    command = [str(Path(sys.executable).parent / "casewright"), "backtest", "--events", str(archive), "--config", str(config), "--json"]
    watched, began = Watched(), time.monotonic()
    with (scratch.parent / "answer.json").open("w+b") as answer:
        process = subprocess.Popen(command, stdout=answer, env={**os.environ, "TMPDIR": str(scratch)})
        while process.poll() is None:
            watched.peak_memory = max(watched.peak_memory, _memory(process.pid))
            watched.peak_disk = max(watched.peak_disk, _disk(scratch))
            time.sleep(_BETWEEN_LOOKS)
        watched.seconds = time.monotonic() - began
        if process.returncode:
            raise RuntimeError(f"casewright backtest ended with {process.returncode}")
        answer.seek(0)
        watched.answer = msgspec.json.decode(answer.read())
    return watched


def _memory(pid: int) -> int:
    total = 0
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            held = process.memory_full_info()
            total += getattr(held, "pss", held.uss)
    return total


def _disk(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*.events"):
        with suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def _table(watched: Watched, size: int) -> Table:
    events = watched.answer["events"]["taken"]
    hits = sum(rule["total"] for rule in watched.answer["rules"].values())
    table = Table("measure", "value", "at most", title=f"backtest: {events:,} events against {RULES} rules")
    table.add_row("seconds", f"{watched.seconds:.1f}", str(MOST_SECONDS))
    table.add_row("peak memory of all processes, MB", f"{watched.peak_memory / _MEGABYTE:.0f}", str(MOST_MEGABYTES))
    table.add_row("events a second", f"{events / watched.seconds:,.0f}", "")
    table.add_row("rules fired an event", f"{hits / events:.1f}", "")
    table.add_row("archive, MB", f"{size / _MEGABYTE:,.0f}", "")
    table.add_row("temporary disk, MB", f"{watched.peak_disk / _MEGABYTE:,.0f}", "")
    return table
