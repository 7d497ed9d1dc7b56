"""Values made up for variables that nobody gave one for, marked so that none is taken for real."""

from collections.abc import Iterator
from datetime import datetime
from html import escape
from typing import Final, Literal
from urllib.parse import quote

from casewright.cases.catalog import Catalog, FieldType
from casewright.conditions.mail_texts import readable_moment
from casewright.conditions.subjects import Fact, Subject
from casewright.conditions.texts import Text, Variable, Verbatim

Part = Literal["subject", "text", "html"]

_MOMENTS: Final = frozenset({"now", "sla.due_at"})


class Samples:
    """Samples for the texts of one email."""

    def __init__(self, catalog: Catalog, *, now: datetime, zone: str) -> None:
        self._catalog, self._moment = catalog, readable_moment(now, zone)

    def filled(self, text: Text, given: frozenset[str], part: Part) -> Text:
        """The text with a marked sample for every variable that is not given."""
        return tuple(self._filled(text, given, part))

    def _filled(self, text: Text, given: frozenset[str], part: Part) -> Iterator[Variable | Verbatim]:
        for each in text:
            if isinstance(each, Verbatim) or variable_of(each.subject) in given:
                yield each
            else:
                sample = self._sample(each)
                yield Verbatim(quote(sample, safe="") if each.in_link else _marked(sample, part))

    def _sample(self, variable: Variable) -> str:
        subject = variable.subject
        match self._kind(subject):
            case "DateTime":
                return self._moment
            case "Number":
                return "42"
            case "Boolean":
                return "yes"
            case "SingleSelect" if variable.labels:
                return next(iter(variable.labels.values()))
            case _:
                return subject.name.replace("_", " ").replace(".", " ")

    def _kind(self, subject: Subject) -> FieldType:
        if isinstance(subject, Fact):
            return "DateTime" if subject.name in _MOMENTS else "Text"
        return self._catalog.fields[subject.name].type


def variable_of(subject: Subject) -> str:
    """The subject as a text names it."""
    return subject.name if isinstance(subject, Fact) else f"case.{subject.name}"


def _marked(sample: str, part: Part) -> str:
    return f"<mark>{escape(sample)}</mark>" if part == "html" else f"[sample: {sample}]"
