"""The differences of two configurations at the terminal: the earliest cases, and how many there are."""

import heapq
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from casewright_workbench.backtest.difference_words import in_words
from casewright_workbench.backtest.differences import Difference
from casewright_workbench.backtest.run import Report
from casewright_workbench.backtest.told import difference_lines

MOST_CASES: Final = 20
MOST_LINES: Final = 8
"""Of one case."""

_Case = tuple[datetime, str, list[Difference], int]
"""Its first difference's time, its id, the first differences, and how many there are."""


def difference_table(report: Report) -> RenderableType:
    """The differences of the cases that differ first; `--json` has all of every case."""
    assert report.differences is not None, "there are two configurations"
    if not report.differences.cases:
        return Text("The two configurations differ in nothing on these events.", style="green")
    table = Table(title="Differences", title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False)
    for head in ("case", "when (UTC)", "only in", "what", "name", "event"):
        table.add_column(head, no_wrap=head not in {"what", "event"})
    for _, case_id, first, count in heapq.nsmallest(MOST_CASES, _cases(report), key=lambda case: case[:2]):
        for place, each in enumerate(first[:MOST_LINES]):
            when = f"{each.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
            table.add_row(Text("" if place else case_id), when, each.only_in, Text(in_words(each, first)), each.name, Text(each.event_id))
        if count > MOST_LINES:
            table.add_row("", "", "", f"and {count - MOST_LINES:,} more", "", "")
    return Group(table, _totals(report))


def _cases(report: Report) -> Iterator[_Case]:
    lines = (msgspec.json.decode(line, type=Difference) for line in difference_lines(report))
    for case_id, group in groupby(lines, key=lambda each: each.case_id):
        first, count = list[Difference](), 0
        for count, each in enumerate(group, 1):
            if count <= MOST_LINES + 1:  # what the last line differs from may follow it
                first.append(each)
        yield first[0].at, case_id, first, count


def _totals(report: Report) -> Table:
    assert report.differences is not None, "there are two configurations"
    differing = report.differences
    shown = min(differing.cases, MOST_CASES)
    which = "1 case differs" if differing.cases == 1 else f"{differing.cases:,} cases differ"
    title = f"{which}{f', {shown} of them are shown' if shown < differing.cases else ''}; in all:"
    table = Table(title=title, title_justify="left", title_style="", header_style="dim", box=None, pad_edge=False)
    table.add_column("")
    for head in ("only in config", "only in against"):
        table.add_column(head, justify="right")
    parts = (("rule {} fires", differing.rules), ("{} asked for", differing.effects), ("clock of {} breached", differing.breaches))
    for words, counts in parts:
        for name, sides in sorted(counts.items()):
            table.add_row(words.format(name), f"{sides.get('config', 0):,}", f"{sides.get('against', 0):,}")
    return table
