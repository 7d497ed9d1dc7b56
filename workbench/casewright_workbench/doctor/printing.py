"""A report for people, and for programs."""

from collections.abc import Iterable, Mapping
from typing import Final

from rich.console import Console
from rich.text import Text

from casewright_workbench.doctor.findings import Finding

_MARKS: Final[Mapping[str, tuple[str, str]]] = {
    "ok": ("✓", "green"),
    "warn": ("!", "yellow"),
    "fail": ("✗", "bold red"),
    "unchecked": ("·", "dim"),
}


def print_finding(finding: Finding, output: Console) -> None:
    """What was found on one line; what is wrong and what to do on a second."""
    mark, style = _MARKS[finding.status]
    line = Text.assemble((f"{mark} ", style), (f"{finding.check:<24}", "bold" if finding.is_wrong else ""), " ")
    output.print(line.append(finding.found, "dim" if finding.status == "unchecked" else ""), soft_wrap=True)
    if finding.is_wrong:
        output.print(Text.assemble(" " * 27, (finding.wrong, style), f"  →  {finding.do}  ", (finding.see, "dim")), soft_wrap=True)


def print_end(findings: Iterable[Finding], output: Console) -> None:
    """How many stand how."""
    told = list(findings)
    counts = {status: sum(each.status == status for each in told) for status in _MARKS}
    words = {"ok": "fine", "warn": "to look at", "fail": "wrong", "unchecked": "with nothing to ask"}
    output.print(Text("; ".join(f"{count} {words[status]}" for status, count in counts.items() if count), "bold"))


def record(finding: Finding) -> dict[str, str]:
    """A finding for a program."""
    return {
        "check": finding.check,
        "status": finding.status,
        "found": finding.found,
        "wrong": finding.wrong,
        "do": finding.do,
        "see": finding.see if finding.is_wrong else "",
    }
