"""From what operators write, as YAML, to the bundle that decides: reading with positions, checking, compiling."""

from casewright_authoring.checking import findings
from casewright_authoring.compile import Compiled, compile_directory
from casewright_authoring.findings import Finding, Findings

__all__ = ["Compiled", "Finding", "Findings", "compile_directory", "findings"]
