"""Ids as people know them: fields, options, templates, queues and users of the catalog."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Final

from casewright.cases.catalog import Catalog
from casewright.cases.performers import Performer
from casewright.cases.values import User
from casewright.decision import Head

OURS: Final = "casewright"
_UUID_LENGTH: Final = 36
_INSTANT: Final = re.compile(r"\b\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d(:[0-5]\d(\.\d{3,6})?)?(Z|[+-][01]\d:[0-5]\d)(?![\d:])")


class Names:
    """A catalog read backwards. Times are told in the zone, where one is given for pages; in UTC otherwise."""

    def __init__(self, catalog: Catalog, zone: tzinfo | None = None) -> None:
        self._catalog, self._zone = catalog, zone
        self.fields: Mapping[str, str] = {entry.id: name for name, entry in catalog.fields.items()}
        self._types = {entry.id: entry.type for entry in catalog.fields.values()}
        self.templates: Mapping[str, str] = {template_id: name for name, template_id in catalog.templates.items()}
        self._resources = {_last(arn): name for table in (catalog.queues, catalog.users, catalog.flows) for name, arn in table.items()}
        self._options = {
            (entry.id, value): label for entry in catalog.fields.values() for label, value in entry.options.items()
        }  # fmt: skip

    def value(self, field_id: str, value: object) -> str:
        """A field value as text: options by label, queues and users by name, times to the minute."""
        match value:
            case bool():
                return "yes" if value else "no"
            case float():
                return f"{value:,.2f}".removesuffix(".00")
            case User(arn=arn):
                return self.resource(arn)
            case str() if self._types.get(field_id) == "DateTime":
                return self._told(value)
            case str():
                return self._options.get((field_id, value)) or self.resource(value)
            case _:
                return str(value)

    def moment(self, at: datetime) -> str:
        """An instant to the minute."""
        return f"{at.astimezone(self._zone or UTC):%d %b %Y %H:%M %Z}"

    def readable(self, detail: str) -> str:
        """A detail of an outcome with the ids of fields replaced by their names, and its instants in the zone of the pages."""
        detail = self._told(detail) if self._zone else detail
        for field_id, name in self.fields.items():
            if len(field_id) == _UUID_LENGTH:
                detail = detail.replace(field_id, name)
        return detail

    def _told(self, text: str) -> str:
        """A text with its instants in the zone; one that is none, such as a thirty-first of June, stays."""
        return _INSTANT.sub(self._replaced, text)

    def _replaced(self, found: re.Match[str]) -> str:
        try:
            return self.moment(datetime.fromisoformat(found[0]))
        except (ValueError, OverflowError):
            return found[0]

    def resource(self, arn: str) -> str:
        """The name behind the ARN of a queue, user or flow; any other text as it is."""
        return self._resources.get(_last(arn), arn) if arn.startswith("arn:") else arn

    def field(self, head: Head, name: str) -> str:
        """The value of a field of a case as text; empty where none is known."""
        entry = self._catalog.fields.get(name)
        value = (head.case.fields or {}).get(entry.id) if entry else None
        return "" if entry is None or value is None else self.value(entry.id, value)

    def template(self, head: Head) -> str:
        """The name of a case's template."""
        return self.templates.get(head.case.template_id, head.case.template_id or "unknown template")

    def reference(self, head: Head) -> str:
        """The number people know a case by, or the start of its id."""
        return self.field(head, "reference_number") or head.case.case_id[:8]

    def performer(self, performer: Performer) -> str:
        """Who did something: a user by name, a program by the name it gave, else the IAM principal."""
        match performer.kind:
            case "user":
                return self.resource(performer.user_arn)
            case "custom_entity":
                return performer.custom_entity
            case _:
                return _last(performer.iam_principal_arn)


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]
