"""A report as tables at the terminal."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, timedelta
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from casewright_workbench.backtest.days import bars
from casewright_workbench.backtest.difference_table import difference_table
from casewright_workbench.backtest.run import Report
from casewright_workbench.backtest.tally import SLA_COUNTS, Counts

_DAYS_SHOWN: Final = 7
"""Days with a column of their own; of more, bars show the course. So they do where names of rules would have to break for the columns."""
_COLUMN: Final = len("2026-01-31") + 2


def print_report(report: Report, output: Console) -> None:
    """Print everything that a backtest found."""
    for table in (_events(report), _rules(report, output.width), _effects(report), _slas(report), _held_back(report)):
        if table.row_count:
            output.print(table, "")
    if report.differences is not None:
        output.print(difference_table(report), "")
    for warning in _warnings(report):
        output.print(Text.assemble(("! ", "bold yellow"), warning), soft_wrap=True)


def _events(report: Report) -> Table:
    read = report.read
    counts: Mapping[str, int] = {
        "files": report.files,
        "events taken": read.events,
        "cases": read.cases,
        "decided, with clocks and schedules": report.config.decided,
        "taken from rows of the lake": read.from_rows,
        "duplicates": read.duplicates,
        "of an unknown type": read.unrecognised,
        "malformed": read.malformed,
        "clock and schedule events, made anew": read.ticks,
        "rows of the lake that tell no event": read.other_rows,
        "imported": report.config.imported,
        "rule-set breaker tripped": report.config.broken,
    }
    table = _table("Events", "", "")
    if read.first and read.last:
        table.add_row("from", f"{read.first.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
        table.add_row("to", f"{read.last.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    for name, count in counts.items():
        if count:
            table.add_row(name, f"{count:,}")
    return table


def _rules(report: Report, width: int) -> Table:
    days = _days(report)
    hits = [each.hits for each in _counts(report)]
    rules = {rule for each in hits for rule in each}
    short = len(days) <= _DAYS_SHOWN and max(map(len, rules), default=0) + _COLUMN * (len(days) + len(hits)) <= width
    table = _table("Rules fired", "rule", *_sides(report), *(days if short else ("busiest day", "course")))
    for rule in sorted(rules, key=lambda rule: (-sum(hits[0].get(rule, {}).values()), rule)):
        mine = hits[0].get(rule, {})
        shown = [f"{mine[day]:,}" if day in mine else "·" for day in days] if short else _course(mine, days)
        table.add_row(rule, *(f"{sum(each.get(rule, {}).values()):,}" for each in hits), *shown)
    return table


def _course(hits: Mapping[str, int], days: Sequence[str]) -> list[str]:
    if not hits:
        return ["·", ""]
    busiest = max(hits, key=lambda day: (hits[day], day))
    return [f"{hits[busiest]:,} on {busiest}", bars([hits.get(day, 0) for day in days])]


def _effects(report: Report) -> Table:
    table = _table("Effects asked for", "action", *_sides(report))
    asked = [each.effects for each in _counts(report)]
    for action in sorted({action for each in asked for action in each}):
        table.add_row(action, *(f"{each.get(action, 0):,}" for each in asked))
    return table


def _slas(report: Report) -> Table:
    table = _table("SLA clocks", "policy", *([""] if report.against else []), *(name.replace("_", " ") for name in SLA_COUNTS))
    for policy in sorted({policy for each in _counts(report) for policy in each.slas}):
        for side, each in zip(_sides(report), _counts(report), strict=True):
            told = each.slas.get(policy, {})
            table.add_row(policy, *([side] if report.against else []), *(f"{told.get(name, 0):,}" for name in SLA_COUNTS))
    return table


def _held_back(report: Report) -> Table:
    table = _table("Rules held back", "rule", "", *_sides(report))
    for head in ("shadowed", "looped", "overruled"):
        counts = [getattr(each, head) for each in _counts(report)]
        for rule in sorted({rule for each in counts for rule in each}):
            table.add_row(rule, head, *(f"{each.get(rule, 0):,}" for each in counts))
    return table


def _warnings(report: Report) -> Iterator[str]:
    for name, line, problem in report.problems:
        yield f"{name}:{line}: no event: {problem}"
    if more := report.read.malformed - len(report.read.problems):
        yield f"{more:,} more records are no events"
    for role, count in sorted(report.read.claims.items()):
        yield f"{count:,} changes by role {role} are named as writes of casewright are: with --own-role {role} they count as its own"
    for name, each in report.left_out.items():
        for words, subjects in (("asks", each.asks), ("writes", each.writes)):
            if subjects:
                yield f"{name} {words} what rows of the lake may leave out, unknown here: {', '.join(subjects)}"


def _sides(report: Report) -> tuple[str, ...]:
    return ("config", "against") if report.against else ("times",)


def _counts(report: Report) -> tuple[Counts, ...]:
    return (report.config, report.against) if report.against else (report.config,)


def _days(report: Report) -> list[str]:
    """Every UTC day of the archive."""
    if report.read.first is None or report.read.last is None:
        return []
    first, last = (at.astimezone(UTC).date() for at in (report.read.first, report.read.last))
    return [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False)
    table.show_header = any((first, *others))
    table.add_column(first, overflow="fold")
    for head in others:
        table.add_column(head, justify="left" if head in ("course", "") else "right", no_wrap=True)
    return table
