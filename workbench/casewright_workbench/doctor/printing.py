"""A report for people, and for programs."""

from collections.abc import Mapping
from typing import Final

import msgspec
from rich.console import Console
from rich.text import Text

from casewright_workbench.doctor.findings import Finding
from casewright_workbench.terminal import echo_json

_MARKS: Final[Mapping[str, tuple[str, str]]] = {
    "ok": ("✓", "green"),
    "warn": ("!", "yellow"),
    "fail": ("✗", "bold red"),
    "unchecked": ("·", "dim"),
}
_WORDS: Final[Mapping[str, str]] = {"ok": "fine", "warn": "to look at", "fail": "wrong", "unchecked": "with nothing to ask"}


class Report:
    """Findings told as they come to people, and at the end to programs."""

    def __init__(self, output: Console, *, as_json: bool) -> None:
        self._output, self._as_json = output, as_json
        self._told = list[Finding]()

    @property
    def is_fine(self) -> bool:
        """Nothing is wrong so far."""
        return not any(each.is_wrong for each in self._told)

    def add(self, finding: Finding) -> None:
        """What was found on one line; what is wrong and what to do on a second."""
        self._told.append(finding)
        if self._as_json:
            return
        mark, style = _MARKS[finding.status]
        line = Text.assemble((f"{mark} ", style), (f"{finding.check:<24}", "bold" if finding.is_wrong else ""), " ")
        self._output.print(line.append(finding.found, "dim" if finding.status == "unchecked" else ""), soft_wrap=True)
        if finding.is_wrong:
            second = Text.assemble(" " * 27, (finding.wrong, style), f"  →  {finding.do}  ", (finding.see, "dim"))
            self._output.print(second, soft_wrap=True)

    def end(self) -> None:
        """How many stand how, or everything as one JSON object."""
        if self._as_json:
            echo_json(msgspec.json.format(msgspec.json.encode({"findings": [_record(each) for each in self._told]})))
            return
        counts = {status: sum(each.status == status for each in self._told) for status in _MARKS}
        self._output.print(Text("; ".join(f"{count} {_WORDS[status]}" for status, count in counts.items() if count), "bold"))


def _record(finding: Finding) -> dict[str, str]:
    """A finding for a program."""
    return {
        "check": finding.check,
        "status": finding.status,
        "found": finding.found,
        "wrong": finding.wrong,
        "do": finding.do,
        "see": finding.see if finding.is_wrong else "",
    }
