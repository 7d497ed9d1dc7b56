"""Texts with variables: `"Call back: {{ case.title }}"`, parsed once, filled without any logic."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, TypeAlias

import msgspec

from casewright.cases.state import Missing
from casewright.cases.values import User
from casewright.conditions.subjects import Facts, Subject, read


class Variable(msgspec.Struct, frozen=True, gc=False, tag="variable", omit_defaults=True):
    """A place in a text that a subject fills."""

    subject: Subject
    in_link: bool = False
    """Whether it stands in the address of a link of a mail."""
    labels: Mapping[str, str] = {}
    """What mail shows for a value, where it has a name: of an option, a template, a queue, a user. Linking fills it."""


class Verbatim(msgspec.Struct, frozen=True, gc=False, tag="verbatim"):
    """Text as it stands."""

    text: str


Text: TypeAlias = tuple[Variable | Verbatim, ...]

_EXACT: Final = 2**53
"""Up to here a double holds every whole number: longer order numbers than 15 digits are shown whole."""


def fill(text: Text, facts: Facts) -> str:
    """The text at this moment. A value that is absent or unknown leaves its place empty."""
    return "".join(part.text if isinstance(part, Verbatim) else _shown(part, facts) for part in text)


def number_as_text(number: float) -> str:
    """A number as people write it: `12`, `12.5`."""
    return str(int(number)) if number.is_integer() and abs(number) <= _EXACT else f"{number:.15g}"


def _shown(variable: Variable, facts: Facts) -> str:
    match read(variable.subject, facts):
        case Missing():
            return ""
        case bool() as flag:
            return "true" if flag else "false"
        case float() as number:
            return number_as_text(number)
        case datetime() as moment:
            return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case User(arn=arn):
            return arn
        case str() as text:
            return text
