"""The values of a preview: a JSON object of variables, as texts name them."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from casewright.cases.state import Missing
from casewright.conditions.subjects import Reading
from casewright_authoring.findings import Findings, Place, Report, fault
from casewright_authoring.kinds import moment
from casewright_authoring.known import Names
from casewright_authoring.nodes import Entry, Node, Scalar
from casewright_authoring.occasions import ANYWHERE
from casewright_authoring.reading import read
from casewright_authoring.shapes import mapping
from casewright_authoring.sources import read_file
from casewright_authoring.subjects import variable_named

_ACCEPTED: Final = 'accepted is an object of variables, such as {"case.title": "Where is my tent?"}'
_VALUES: Final = "a text in quotes, a number, true, false and null"
_NO_JSON: Final = frozenset({"NaN", "Infinity", "-Infinity"})
"""Read by Python's json all the same, and text to YAML where no quotes are around it."""

_TWO_ESCAPES: Final = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")


def given_values(path: Path, names: Names) -> Mapping[str, Reading]:
    """The values of a file such as `{"case.title": "Where is my tent?", "now": "2026-11-20T21:00:00Z", "case.summary": null}`.

    Raises:
        Findings: a variable that no text can name, or a value that it cannot have, each with its place.
    """
    report = Report()
    node = report.attempt(lambda file: _read(file, report), path, None)
    entries = report.attempt(lambda given: mapping(given, "the values of variables").entries, node, ()) if node is not None else ()
    found = dict(report.each(lambda entry: (entry.name, _value(entry, names)), entries))
    if report.findings:
        raise Findings(report.findings)
    return found


def _value(entry: Entry, names: Names) -> Reading:
    if isinstance(entry.value, Scalar) and entry.value.source in _NO_JSON:
        raise fault(entry.value.place, f"{entry.value.source} is given, which is no JSON; accepted are {_VALUES}")
    _, kind = variable_named(entry.name, entry.key.place, names, ANYWHERE)
    if isinstance(entry.value, Scalar) and entry.value.value is None:
        return Missing.ABSENT
    if kind.type == "moment":
        return moment(entry.value)
    return kind.operand(entry.value)


def _read(path: Path, report: Report) -> Node | None:
    """The JSON of a file with the place of everything in it, which the reader of YAML tells.

    JSON is YAML but for one thing: it may write a character beyond 16 bits as two escapes.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return read_file(path, report)  # which tells what is wrong
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        report.tell(Place(path.as_posix(), error.lineno, error.colno), f"this is no JSON: {error.msg}; {_ACCEPTED}")
        return None
    return read(_TWO_ESCAPES.sub(lambda pair: str(json.loads(f'"{pair[0]}"')), text), path.as_posix(), report)
