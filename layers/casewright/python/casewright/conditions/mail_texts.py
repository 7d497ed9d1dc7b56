"""Texts of mail, filled: values as people read them, and safe for the place they stand in."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from typing import Final, TypeAlias
from urllib.parse import quote
from zoneinfo import ZoneInfo

from casewright.cases.state import Missing
from casewright.cases.values import User
from casewright.conditions.subjects import Reading, Subject
from casewright.conditions.texts import Text, Variable, Verbatim, number_as_text

Read: TypeAlias = Callable[[Subject], Reading]
"""What a subject is at this moment."""

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LINE_END: Final = re.compile("\r\n?|\x85|\u2028|\u2029")
_INVISIBLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of what follows them: a value cannot rearrange the words around it."""


def as_subject(text: Text, read: Read, zone: str) -> str:
    """One line of a header: line breaks become spaces, and what looks like an encoded word of RFC 2047 is none."""
    return " ".join(_filled(text, read, zone, _unchanged).replace("=?", "= ?").split())


def as_plain(text: Text, read: Read, zone: str) -> str:
    """Plain text."""
    return _filled(text, read, zone, _unchanged)


def as_html(text: Text, read: Read, zone: str) -> str:
    """HTML: whatever a value holds is shown as text, its line breaks too."""
    return _filled(text, read, zone, _escaped)


def _filled(text: Text, read: Read, zone: str, made_safe: Callable[[str], str]) -> str:
    return "".join(part.text if isinstance(part, Verbatim) else _value(part, read, zone, made_safe) for part in text)


def _value(variable: Variable, read: Read, zone: str, made_safe: Callable[[str], str]) -> str:
    shown = _INVISIBLE.sub("", _LINE_END.sub("\n", _readable(variable, read, zone)))
    return quote(shown, safe="@") if variable.in_link else made_safe(shown)


def _unchanged(shown: str) -> str:
    return shown


def _escaped(shown: str) -> str:
    return escape(shown).replace("\n", "<br>\n")


def _readable(variable: Variable, read: Read, zone: str) -> str:
    match read(variable.subject):
        case Missing():
            return ""
        case bool() as flag:
            return "yes" if flag else "no"
        case float() as number:
            return number_as_text(number)
        case datetime() as moment:
            return readable_moment(moment, zone)
        case User(arn=arn):
            return variable.labels.get(arn, arn)
        case str() as text:
            return variable.labels.get(text, text)


def readable_moment(moment: datetime, zone: str) -> str:
    """A time as people write it: `20 Nov 2026, 16:00 EST`; zones without a name of their own show as `UTC+04`."""
    try:
        local = moment.astimezone(ZoneInfo(zone))
    except OverflowError:  # the last hours that a calendar knows
        local = moment.astimezone(UTC)
    name = local.tzname() or ""
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M} {'UTC' if name[:1] in '+-' else ''}{name}"
