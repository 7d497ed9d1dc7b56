"""What happens, as it happens: one line an effect."""

from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from casewright.actions import name_of
from casewright_workbench.console.effects import described
from casewright_workbench.console.names import Names
from casewright_workbench.deployment.records import CaseRecords, Standing

STATUS_STYLES: Final[Mapping[str, str]] = {
    "done": "green",
    "failed": "bold red",
    "superseded": "yellow",
    "expired": "yellow",
    "over_budget": "yellow",
    "skipped": "yellow",
    "recorded": "dim",
    "pending": "dim",
}
_LEAST_WIDTH: Final = 24


class EffectPrinter:
    """Hears the lines of the functions and prints every effect that ended, read from the table: log lines hold no personal data."""

    def __init__(self, output: Console, zone: ZoneInfo) -> None:
        self._output, self._zone = output, zone
        self._sources: tuple[CaseRecords, Names] | None = None
        self._references: dict[str, str] = {}

    def begin(self, records: CaseRecords, names: Names) -> None:
        """From now on print."""
        self._sources = (records, names)

    def listen(self, function: str, message: str, facts: Mapping[str, object]) -> None:
        """Hear one line."""
        if self._sources is None or (function, message) != ("perform", "effect ended"):
            return
        records, names = self._sources
        standing = records.effect(str(facts["case_id"]), str(facts["effect"]))
        if standing is not None:
            self._output.print(self._line(standing, self._reference(standing.effect.case_id), names), soft_wrap=True)

    def _line(self, standing: Standing, reference: str, names: Names) -> Text:
        effect = standing.effect
        clock = f"{standing.ended_at.astimezone(self._zone):%H:%M:%S}" if standing.ended_at else ""
        line = Text.assemble(
            (f"{clock:<8}", "dim"),
            (f"  {reference:<8}", "cyan"),
            f"  {effect.rule:<30}",
            (f"  {name_of(effect.action):<14}", "bold"),
            (f"  {standing.status:<11}  ", STATUS_STYLES[standing.status]),
        )
        what = described(effect, names) if standing.status == "done" else names.readable(standing.detail)
        return line.append(_cut(what, max(_LEAST_WIDTH, self._output.width - len(line))))

    def _reference(self, case_id: str) -> str:
        if case_id not in self._references and self._sources:
            records, names = self._sources
            head = records.head(case_id)
            self._references[case_id] = (names.reference(head) if head else case_id)[:8]
        return self._references[case_id]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
