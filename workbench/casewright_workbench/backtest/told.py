"""A report as one JSON object, with the counts that the tables show and every difference."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from casewright_workbench.backtest.run import Report
from casewright_workbench.backtest.tally import SLA_COUNTS, Counts


def as_json(report: Report) -> Iterator[bytes]:
    """The object in pieces: there may be more differences than fit in memory."""
    whole: dict[str, Any] = {"events": _events(report), **counts_of(report.config)}
    if report.against is None or report.differences is None:
        yield msgspec.json.encode(whole) + b"\n"
        return
    whole["against"] = counts_of(report.against)
    whole["difference"] = msgspec.structs.asdict(report.differences)
    yield msgspec.json.encode(whole)[:-1] + b',"differences":['
    for place, line in enumerate(difference_lines(report)):
        yield (b",\n" if place else b"\n") + line
    yield b"]}\n"


def counts_of(counts: Counts) -> Mapping[str, Any]:
    """What one configuration did, as the JSON names it."""
    return {
        "decided": counts.decided,
        "rules": {rule: {"total": sum(days.values()), "days": dict(sorted(days.items()))} for rule, days in sorted(counts.hits.items())},
        "effects": dict(sorted(counts.effects.items())),
        "slas": {policy: {name: each.get(name, 0) for name in SLA_COUNTS} for policy, each in sorted(counts.slas.items())},
        "shadowed": dict(sorted(counts.shadowed.items())),
        "looped": dict(sorted(counts.looped.items())),
        "overruled": dict(sorted(counts.overruled.items())),
        "imported": counts.imported,
        "broken": counts.broken,
    }


def difference_lines(report: Report) -> Iterator[bytes]:
    """Every difference as JSON, those of one case together."""
    for path in report.differences_in:
        with path.open("rb") as file:
            for line in file:
                yield line.rstrip(b"\n")


def _events(report: Report) -> Mapping[str, Any]:
    read = report.read
    return {
        "files": report.files,
        "taken": read.events,
        "cases": read.cases,
        "from": read.first,
        "to": read.last,
        "duplicates": read.duplicates,
        "unrecognised": read.unrecognised,
        "malformed": read.malformed,
        "clock_and_schedule_events": read.ticks,
        "rows_of_no_event": read.other_rows,
        "from_lake_rows": read.from_rows,
        "problems": [{"file": name, "line": line, "problem": problem} for name, line, problem in report.problems],
        "left_out": report.left_out,
        "unclaimed_roles": read.claims,
    }
