"""Texts with variables: `"Call back: {{ case.title }}"`."""

import re
from dataclasses import dataclass
from functools import partial
from typing import Final

from casewright.conditions.subjects import Fact
from casewright.conditions.texts import Text, Variable, Verbatim
from casewright_authoring.findings import Report, fault
from casewright_authoring.kinds import Kind
from casewright_authoring.known import Names
from casewright_authoring.nodes import Node, Scalar
from casewright_authoring.occasions import Occasion
from casewright_authoring.shapes import text
from casewright_authoring.subjects import variable_named

_VARIABLE: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_OPENING: Final = "{{"


@dataclass(frozen=True, slots=True)
class Texts:
    """Reads texts that stand in one place."""

    names: Names
    occasion: Occasion
    report: Report

    def read(self, node: Node, what: str, *, most: int) -> Text:
        """A text that is not blank and whose own characters, variables aside, are at most `most`."""
        text(node, what)
        parts = self.parse(node)
        written = sum(len(part.text) for part in parts if isinstance(part, Verbatim))
        if written > most:
            raise fault(node.place, f"{what} has {written} characters; at most {most} are accepted")
        return parts

    def parse(self, node: Node) -> Text:
        """Any text, the empty one too."""
        return tuple(part for part, _ in self.kinds(node))

    def kinds(self, node: Node) -> tuple[tuple[Variable | Verbatim, Kind | None], ...]:
        """The parts of a text, each variable with the kind of its values."""
        assert isinstance(node, Scalar), "the caller asked for a text"
        assert isinstance(node.value, str), "the caller asked for a text"
        parts: list[tuple[Variable | Verbatim, Kind | None]] = []
        end, met = 0, dict[str, int]()
        for found in _VARIABLE.finditer(node.value):
            occurrence = met.get(found[0], 0)
            met[found[0]] = occurrence + 1
            parts += self._verbatim(node.value[end : found.start()], node)
            parts += self.report.each(partial(self._variable, node=node, occurrence=occurrence), (found,))
            end = found.end()
        return (*parts, *self._verbatim(node.value[end:], node))

    def _variable(self, found: re.Match[str], *, node: Scalar, occurrence: int) -> tuple[Variable, Kind]:
        place = node.place_of(found[0], occurrence)
        subject, kind = variable_named(found[1].strip(), place, self.names, self.occasion)
        return Variable(subject), kind

    def _verbatim(self, given: str, node: Scalar) -> tuple[tuple[Verbatim, None], ...]:
        if _OPENING in given:
            opened = given[given.index(_OPENING) :].partition("\n")[0]
            self.report.tell(node.place_of(opened, node.written.count(opened) - 1), "'{{' opens a variable that no '}}' closes")
        return ((Verbatim(given), None),) if given else ()


def has_variables(node: Node) -> bool:
    """Whether a text is more than what stands in it."""
    return isinstance(node, Scalar) and isinstance(node.value, str) and _OPENING in node.value


def lacking(parts: Text, occasion: Occasion) -> tuple[str, ...]:
    """Why variables of a text that is used on an occasion never have a value there."""
    facts = dict.fromkeys(part.subject.name for part in parts if isinstance(part, Variable) and isinstance(part.subject, Fact))
    return tuple(reason for name in facts if (reason := occasion.lacks(name)))
