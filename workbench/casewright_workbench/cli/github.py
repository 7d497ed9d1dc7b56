"""Findings as GitHub Actions shows them beside the lines of a pull request.

The form and its escapes are those of workflow commands:
https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Mapping
from typing import Final

from casewright_authoring.findings import Finding

_IN_MESSAGES: Final = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES: Final = {**_IN_MESSAGES, ":": "%3A", ",": "%2C"}


def annotation(finding: Finding) -> str:
    """The workflow command of a finding: `::error file=...,line=...,col=...,title=...::message`."""
    properties = {"file": finding.path, "line": finding.line, "col": finding.column, "title": f"casewright {finding.code}"}
    told = ",".join(f"{name}={_escaped(str(value), _IN_PROPERTIES)}" for name, value in properties.items())
    return f"::{finding.severity} {told}::{_escaped(finding.message, _IN_MESSAGES)}"


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in text)
