"""What is wrong with a directory, without making anything of it."""

from datetime import date
from pathlib import Path

from casewright_authoring.compile import compile_directory
from casewright_authoring.findings import Finding, Findings


def findings(path: Path, *, today: date | None = None) -> tuple[Finding, ...]:
    """Every finding of a directory, in the order of files and lines; none when it compiles."""
    try:
        compile_directory(path, today=today)
    except Findings as error:
        return error.findings
    return ()
