"""What is wrong with a directory, without making anything of it."""

from pathlib import Path

from casewright_authoring.analysis.analysing import analyse
from casewright_authoring.compile import compile_directory
from casewright_authoring.findings import Finding, Findings


def findings(path: Path) -> tuple[Finding, ...]:
    """Every finding of a directory, in the order of files and lines. What compiles is analysed; what does not has to be put right first."""
    try:
        compiled = compile_directory(path)
    except Findings as error:
        return error.findings
    return analyse(compiled)
