"""The summary after a day: the figures of the run, and the metrics of the lake."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table

from casewright_workbench.console.durations import as_duration
from casewright_workbench.console.figures import Figures
from casewright_workbench.console.lake_figures import LakeFigures

_LABELS: Final = {
    "average_resolution_time": "Average resolution time",
    "cases_created": "Cases created",
    "cases_resolved": "Cases resolved",
}


def print_summary(output: Console, run: Figures, lake: LakeFigures) -> None:
    """Print the figures as tables."""
    output.rule("[bold]Summary of the day")
    output.print(Columns([_day(run), _promises(run), _metrics(lake)], padding=(0, 2)))
    output.print(Columns([_rules(run), _effects(run)], padding=(0, 2)))


def _day(run: Figures) -> RenderableType:
    rows = {
        "Cases created": run.cases_created,
        "Cases deleted": run.cases_deleted,
        "Events decided": run.events_decided,
        "Rules fired": sum(run.firings.values()),
        "Effects ended": run.effects_ended,
        "Emails": run.emails,
        "Tasks": run.tasks,
        "Breaches": sum(run.breaches.values()),
    }
    return _table("The day", ("", ""), ((name, f"{count}") for name, count in rows.items()))


def _promises(run: Figures) -> RenderableType:
    policies = sorted({*run.breaches, *run.met, *run.not_met})
    rows = [(policy, *(f"{counts.get(policy, 0)}" for counts in (run.met, run.not_met, run.breaches))) for policy in policies]
    return Group(_table("SLA clocks", ("policy", "met", "not met", "breached"), rows), f"[dim]{run.pauses} pauses[/dim]")


def _metrics(lake: LakeFigures) -> RenderableType:
    rows = [(_LABELS.get(name, name.replace("_", " ").capitalize()), _figure(name, value)) for name, value in lake.metrics]
    rows += [(f"Kept: {each.policy}", f"{each.share:.1%} of {each.judged}") for each in lake.attainment]
    return _table("Metrics, from the lake", ("", ""), rows)


def _rules(run: Figures) -> RenderableType:
    return _table("Rules fired", ("rule", "times"), ((rule, f"{count}") for rule, count in run.firings.items()))


def _effects(run: Figures) -> RenderableType:
    statuses = sorted({status for _, status in run.effects}, key=lambda status: (status != "done", status))
    return _table("Effects", ("action", *statuses), _by_action(run.effects, statuses))


def _by_action(effects: Mapping[tuple[str, str], int], statuses: list[str]) -> Iterator[tuple[str, ...]]:
    totals = Counter[str]()
    for (action, _), count in effects.items():
        totals[action] += count
    for action, _ in totals.most_common():
        yield action, *(f"{effects.get((action, status), 0) or '·'}" for status in statuses)


def _table(title: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> RenderableType:
    table = Table(box=None, show_header=any(heads), header_style="dim", padding=(0, 1))
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if place else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return Panel(table, title=f"[bold]{title}", title_align="left", border_style="dim", expand=False)


def _figure(name: str, value: float) -> str:
    return as_duration(value) if name.endswith("_time") else f"{value:g}"
