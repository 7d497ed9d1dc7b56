"""`set` of update_case: fields and the values they shall have."""

import re
from dataclasses import dataclass
from typing import Final

from casewright.cases.catalog import most_characters
from casewright.cases.values import FieldValue, User
from casewright.conditions.subjects import Field
from casewright.conditions.texts import Text
from casewright.rules.instructions import Assignment
from casewright_authoring.findings import fault
from casewright_authoring.kinds import moment
from casewright_authoring.known import KnownField
from casewright_authoring.nodes import Entry, Node, Scalar, shown
from casewright_authoring.shapes import mapping, text
from casewright_authoring.subjects import field_kind
from casewright_authoring.system_fields import NEVER_EMPTY, READ_ONLY
from casewright_authoring.texts import Texts, has_variables

_URL: Final = re.compile(r"https?://[^/\s]\S*$")

LONGEST = 4100
"""Characters of a field value (Cases API, FieldValueUnion)."""


@dataclass(frozen=True, slots=True)
class Assignments:
    """Reads what a rule sets."""

    texts: Texts

    def read(self, node: Node) -> tuple[Assignment, ...]:
        """The assignments, at least one."""
        entries = mapping(node, "'set'").entries
        if not entries:
            raise fault(node.place, "'set' is empty; accepted is at least one field with its value")
        return self.texts.report.each(self._assignment, entries)

    def _assignment(self, entry: Entry) -> Assignment:
        field = self.texts.names.fields.find(entry.name, entry.key.place)
        if field.id in READ_ONLY:
            raise fault(entry.key.place, f"{field.name!r} is kept by Cases itself and cannot be set")
        return Assignment(Field(field.name), self._value(field, entry.value))

    def _value(self, field: KnownField, node: Node) -> FieldValue | Text:
        if isinstance(node, Scalar) and node.value == "":
            if field.id in NEVER_EMPTY:
                raise fault(node.place, f"{field.name!r} cannot be cleared")
            return ""
        if has_variables(node):
            return self._text(field, node)
        kind = field_kind(field, self.texts.names)
        if kind.type == "moment":
            return moment(node).isoformat().replace("+00:00", "Z")
        value = kind.operand(node)
        if isinstance(value, str) and field.type in ("Text", "Url"):
            _check_text(field, value, node)
        return User(self._user_arn(node)) if field.type == "User" else value

    def _text(self, field: KnownField, node: Node) -> Text:
        parts = self.texts.kinds(node)
        match field_kind(field, self.texts.names).type:
            case "text":
                return self.texts.read(node, f"the value of {field.name!r}", most=LONGEST)
            case "moment":
                if len(parts) == 1 and parts[0][1] is not None and parts[0][1].type == "moment":
                    return (parts[0][0],)
                accepted = "a date and time, or one variable that is one"
            case _:
                accepted = "a value without variables"
        raise fault(node.place, f"{shown(node)} is given for {field.name!r}, of type {field.type}; accepted is {accepted}")

    def _user_arn(self, node: Node) -> str:
        """A User field holds an ARN, which linking leaves as it is."""
        given = text(node, "a user")
        return given if given.startswith("arn:") else self.texts.names.users.find(given, node.place)


def _check_text(field: KnownField, value: str, node: Node) -> None:
    most = most_characters(field.id)
    if len(value) > most:
        raise fault(node.place, f"the value of {field.name!r} has {len(value)} characters; at most {most} are accepted")
    if field.type == "Url" and not _URL.match(value):
        raise fault(
            node.place,
            f"{shown(node)} is given for {field.name!r}, of type Url; accepted is an address that begins with https:// or http://",
        )
