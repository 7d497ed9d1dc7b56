"""Ids and tests in the operator's words, as values of JSON."""

from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias, assert_never

from casewright.cases.catalog import Catalog
from casewright.cases.state import Missing
from casewright.cases.values import FieldValue, User
from casewright.conditions.operators import (
    Absent,
    Age,
    Among,
    Between,
    Changed,
    Compares,
    Empty,
    HasText,
    Matches,
    Operand,
    Test,
    WithinHours,
)
from casewright.conditions.subjects import REFERENCE_FIELDS, Fact, Field, Reading, Subject, bare_id

Json: TypeAlias = bool | float | str | list["Json"] | dict[str, "Json"] | None

_UNITS: Final = (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1)), ("s", timedelta(seconds=1)))


class Words:
    """A catalog read backwards. Options stay the values that fields hold; templates, queues, users and flows get their names."""

    def __init__(self, catalog: Catalog) -> None:
        self._fields = {entry.id: name for name, entry in catalog.fields.items()}
        self._users = {entry.id for entry in catalog.fields.values() if entry.type == "User"}
        self._templates = {template_id: name for name, template_id in catalog.templates.items()}
        tables = (catalog.queues, catalog.users, catalog.flows, catalog.quick_connects, catalog.task_templates)
        self._resources = {bare_id(arn): name for table in tables for name, arn in table.items()}

    def field(self, field_id: str) -> str:
        """The name of a field; the id where the catalog has none."""
        return self._fields.get(field_id, field_id)

    def resource(self, reference: str) -> str:
        """The name of a queue, user or flow, by ARN or bare id."""
        return self._resources.get(bare_id(reference), reference)

    def template(self, template_id: str) -> str:
        """The name of a template."""
        return self._templates.get(template_id, template_id)

    def value(self, field_id: str, value: FieldValue) -> Json:
        """The value of a field."""
        match value:
            case User(arn=arn):
                return self.resource(arn)
            case str() if field_id in REFERENCE_FIELDS or field_id in self._users:
                return self.resource(value)
            case _:
                return value

    def reading(self, subject: Subject, value: Reading) -> Json:
        """What a condition saw; `{"missing": "absent"}` or `{"missing": "unknown"}` where it saw no value."""
        match value:
            case Missing():
                return {"missing": value.value}
            case datetime():
                return instant(value)
            case str() if subject == Fact("template"):
                return self.template(value)
            case _:
                return self.value(subject.id, value) if isinstance(subject, Field) else str(value)

    def test(self, subject: Subject, test: Test) -> tuple[str, Json]:  # noqa: C901  # one case a test
        """The operator of a test and its operand, as a rule spells them."""
        match test:
            case Among():
                return self._among(subject, test)
            case HasText(part=part, text=text):
                return (f"not_{part}" if test.negated else part), text
            case Compares(order=order, number=number):
                return order, number if test.instant is None else instant(test.instant)
            case Matches(pattern=pattern):
                return "matches", pattern
            case Between(instants=(first, last)):
                return "between", [instant(first), instant(last)]
            case Between(numbers=numbers):
                return "between", list(numbers or ())
            case Age(older=older, than=than, calendar=calendar):
                return ("older_than" if older else "newer_than"), {"for": duration(than), "calendar": calendar} if calendar else duration(
                    than
                )
            case WithinHours(calendar=calendar):
                return "within_hours", calendar
            case Empty(wanted=wanted):
                return "empty", wanted
            case Absent(wanted=wanted):
                return "absent", wanted
            case Changed():
                return "changed", self._ends(subject, test) or test.wanted
            case _ as never:
                assert_never(never)

    def _among(self, subject: Subject, test: Among) -> tuple[str, Json]:
        values = self._operands(subject, test)
        if len(values) == 1:
            return ("not_equals" if test.negated else "equals"), values[0]
        return ("not_in" if test.negated else "in"), values

    def _ends(self, subject: Subject, test: Changed) -> dict[str, Json]:
        ends = {"from": test.before, "to": test.after}
        return {name: self._among(subject, end)[1] for name, end in ends.items() if end is not None}

    def _operands(self, subject: Subject, test: Among) -> list[Json]:
        return [self._operand(subject, value) for value in test.values]

    def _operand(self, subject: Subject, value: Operand) -> Json:
        return self.reading(subject, value) if isinstance(value, str) else value


def instant(moment: datetime) -> str:
    """ISO 8601 in UTC, with the fraction of a second where there is one."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def second(moment: datetime) -> str:
    """The same to the second, as terminals show it."""
    return instant(moment.replace(microsecond=0))


def duration(length: timedelta) -> str:
    """As operators write it: `1h30m`."""
    written, left = "", length
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        written += f"{count}{unit}" if count else ""
    return written or "0s"
