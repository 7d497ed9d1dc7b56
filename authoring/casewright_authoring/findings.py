"""What is wrong with what an operator wrote: every finding with its place, all of them at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, TypeVar

from casewright.errors import BadInput

N = TypeVar("N")
T = TypeVar("T")
D = TypeVar("D")

Severity: TypeAlias = Literal["error", "warning"]

REFUSED: Final = "refused"
"""The code of what cannot be compiled."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong; lines and columns count from 1. `code` names the kind, as docs/checks.md lists them."""

    path: str
    line: int
    column: int
    message: str
    severity: Severity = "error"
    code: str = REFUSED

    def __str__(self) -> str:
        """The finding as editors and terminals link it: `path:line:column: message`."""
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


class Findings(BadInput):
    """A directory cannot be compiled; `findings` says why, in the order of files and lines."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        super().__init__("\n".join(map(str, findings)))


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in a file; lines and columns count from 1."""

    path: str
    line: int
    column: int


class Fault(Exception):
    """Reading one thing cannot go on. Never leaves this package: a Report catches it and the reading of the rest goes on.

    `finding` is None where the reason has been told already, as for a rule that uses a field whose definition is wrong.
    """

    def __init__(self, finding: Finding | None) -> None:
        self.finding = finding
        super().__init__(str(finding))


def fault(place: Place, message: str) -> Fault:
    """What to raise when the thing at a place cannot be read."""
    return Fault(Finding(place.path, place.line, place.column, message))


class Report:
    """Collects findings while everything that can still be read is read."""

    def __init__(self) -> None:
        self._found: dict[Finding, None] = {}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, in the order of files and lines, each once."""
        return tuple(sorted(self._found))

    def tell(self, place: Place, message: str) -> None:
        """Note something wrong that does not stop the reading of what surrounds it."""
        self._found[Finding(place.path, place.line, place.column, message)] = None

    def attempt(self, read: Callable[[N], T], node: N, otherwise: D) -> T | D:
        """What `read` makes of the node, or the stand-in when it cannot be read; the compilation has failed then anyway."""
        try:
            return read(node)
        except Fault as raised:
            if raised.finding is not None:
                self._found[raised.finding] = None
            return otherwise

    def each(self, read: Callable[[N], T], nodes: Iterable[N]) -> tuple[T, ...]:
        """What `read` makes of every node that can be read."""
        made = (self.attempt(read, node, None) for node in nodes)
        return tuple(one for one in made if one is not None)
