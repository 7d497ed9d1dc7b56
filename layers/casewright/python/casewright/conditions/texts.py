"""Texts with variables: `"Call back: {{ case.title }}"`, parsed once, filled without any logic."""

from datetime import UTC, datetime
from typing import Final, TypeAlias

import msgspec

from casewright.cases.state import Missing
from casewright.cases.values import User
from casewright.conditions.subjects import Facts, Subject, read


class Variable(msgspec.Struct, frozen=True, gc=False, tag="variable"):
    """A place in a text that a subject fills."""

    subject: Subject


class Verbatim(msgspec.Struct, frozen=True, gc=False, tag="verbatim"):
    """Text as it stands."""

    text: str


Text: TypeAlias = tuple[Variable | Verbatim, ...]

_EXACT: Final = 2**53
"""Up to here a double holds every whole number: longer order numbers than 15 digits are shown whole."""


def fill(text: Text, facts: Facts) -> str:
    """The text at this moment. A value that is absent or unknown leaves its place empty."""
    return "".join(part.text if isinstance(part, Verbatim) else _shown(part, facts) for part in text)


def _shown(variable: Variable, facts: Facts) -> str:
    match read(variable.subject, facts):
        case Missing():
            return ""
        case bool() as flag:
            return "true" if flag else "false"
        case float() as number:
            return str(int(number)) if number.is_integer() and abs(number) <= _EXACT else f"{number:.15g}"
        case datetime() as moment:
            return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case User(arn=arn):
            return arn
        case str() as text:
            return text
