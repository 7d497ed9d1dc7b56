"""Regular expressions of `matches`: RE2 syntax, which never takes more than linear time."""

import re
from typing import Final

import re2

from casewright.conditions.expressions import compiled
from casewright_authoring.findings import fault
from casewright_authoring.nodes import Node, Scalar, shown

SYNTAX: Final = "https://github.com/google/re2/wiki/Syntax"

_NOT_LINEAR: Final = (
    (r"\(\?<?[=!]", "a look-around", "the text itself, and for what must not stand there a condition of its own under not"),
    (r"\(\?>", "an atomic group", "a plain group, (?:...)"),
    (r"[*+?}]\+$", "a possessive repetition", "the repetition without the second +"),
    (r"\\[1-9]|\\k|\(\?P=", "a backreference", "the text written out a second time, or alternatives with |"),
    (r"\(\?\(", "a conditional group", "alternatives with |"),
    (r"\(\?(R|&|P>|[0-9])", "a recursion", "the pattern written out as often as it may nest"),
)
"""What only an engine that backtracks can do: as RE2 quotes it, its name, and what does without."""


def regular_expression(node: Node, *, ignore_case: bool) -> str:
    """The node as a regular expression that RE2 accepts."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        hint = "; quote it if the text itself is meant" if isinstance(node, Scalar) and node.value is not None else ""
        raise fault(node.place, f"{shown(node)} is given for matches; accepted is a regular expression{hint}")
    if not node.value:
        raise fault(node.place, "the empty text is given for matches; it is found in every text, so accepted is at least one character")
    try:
        compiled(node.value, ignore_case=ignore_case)
    except re2.error as error:
        problem, _, quoted = error.args[0].decode(errors="replace").partition(": ")
        construct = _as_written(quoted, node.value)
        place = node.place if construct in {"", node.value} else node.place_of(construct, 0)
        raise fault(place, _message(problem, construct)) from error
    return node.value


def _as_written(quoted: str, pattern: str) -> str:
    """RE2 quotes no further than it read: `(?P` of `(?P=name)`."""
    found = re.search(r"\(\?P[=>]", pattern) if quoted == "(?P" else None
    return found[0] if found else quoted


def _message(problem: str, construct: str) -> str:
    for pattern, name, instead in _NOT_LINEAR:
        if re.search(pattern, construct):
            return f"{construct!r} is {name}, which cannot be found in linear time; accepted is {instead}"
    quoted = f" {construct!r}" if construct else ""
    return f"this is no regular expression of RE2: {problem}{quoted}; accepted is what {SYNTAX} lists"
