"""What is wrong with a directory, without making anything of it."""

from datetime import UTC, date, datetime
from pathlib import Path

from casewright_authoring.analysis.analysing import analyse
from casewright_authoring.analysis.endings import calendars_that_end
from casewright_authoring.compile import compile_directory
from casewright_authoring.findings import Finding, Findings


def findings(path: Path, *, today: date | None = None) -> tuple[Finding, ...]:
    """Every finding of a directory, in the order of files and lines. What compiles is analysed; what does not has to be put right first."""
    day = today or datetime.now(UTC).date()
    try:
        compiled = compile_directory(path, today=day)
    except Findings as error:
        return error.findings
    return tuple(sorted((*analyse(compiled), *calendars_that_end(compiled, day))))
