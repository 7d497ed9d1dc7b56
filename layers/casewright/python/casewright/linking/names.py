"""The names of one domain: what a condition, a text or a field stands for there."""

from collections.abc import Mapping
from typing import TypeVar, overload

import msgspec
from msgspec.structs import replace

from casewright.cases.catalog import Catalog, FieldEntry
from casewright.conditions.operators import Among, Changed, Operand, Test
from casewright.conditions.subjects import REFERENCE_FIELDS, Fact, Field, Subject, bare_id
from casewright.conditions.texts import Text, Variable
from casewright.conditions.tree import All, Any, Condition, Leaf, Not
from casewright.errors import UnlinkedName
from casewright.linking.emails import with_labels
from casewright.rules import instructions as do

V = TypeVar("V")


class Names(msgspec.Struct, frozen=True):
    """Looks names up in one catalog.

    Every method raises UnlinkedName, naming the rule or policy, for what the catalog lacks.
    """

    catalog: Catalog
    emails: Mapping[str, do.Email]
    policies: frozenset[str]
    _fields: dict[str, Field] = msgspec.field(default_factory=dict)
    _emails: dict[str, do.Email] = msgspec.field(default_factory=dict)
    """Linked already: hundreds of rules name the same few."""

    @overload
    def condition(self, condition: Condition, where: str) -> Condition: ...
    @overload
    def condition(self, condition: None, where: str) -> None: ...

    def condition(self, condition: Condition | None, where: str) -> Condition | None:
        """The condition with ids for names."""
        match condition:
            case None:
                return None
            case Leaf(subject=subject, test=test):
                return Leaf(self._subject(subject, where), self._test(test, subject, where))
            case Not(part=part):
                return Not(self.condition(part, where))
            case All(parts=parts):
                return All(tuple([self.condition(part, where) for part in parts]))
            case Any(parts=parts):
                return Any(tuple([self.condition(part, where) for part in parts]))

    def email(self, name: str, where: str) -> do.Email:
        """The email of that name, linked."""
        if name not in self._emails:
            email = named(self.emails, name, "email", where)
            linked = replace(
                email,
                subject=self.text(email.subject, where),
                text=self.text(email.text, where),
                html=self.text(email.html, where),
                reply_to=tuple(address for entry in email.reply_to for address in self.mailbox(entry, where)),
            )
            self._emails[name] = with_labels(linked, self.catalog)
        return self._emails[name]

    def text(self, text: Text, where: str) -> Text:
        """The text with ids for the names in its variables."""
        return tuple(replace(part, subject=self._subject(part.subject, where)) if isinstance(part, Variable) else part for part in text)

    def mailbox(self, entry: str, where: str) -> tuple[str, ...]:
        """The addresses of a mailbox; an address stands for itself."""
        return (entry,) if "@" in entry else named(self.catalog.mailboxes, entry, "mailbox", where)

    def _subject(self, subject: Subject, where: str) -> Subject:
        return subject if isinstance(subject, Fact) else self.field(subject, where)

    def field(self, field: Field, where: str) -> Field:
        """The field with its id and type."""
        if field.name not in self._fields:
            entry = self.entry(field, where)
            self._fields[field.name] = Field(field.name, entry.id, entry.type)
        return self._fields[field.name]

    def entry(self, field: Field, where: str) -> FieldEntry:
        """What the catalog says of the field."""
        return named(self.catalog.fields, field.name, "field", where)

    def _test(self, test: Test, subject: Subject, where: str) -> Test:
        match test:
            case Among():
                return Among(tuple([self._operand(value, subject, where) for value in test.values]), test.negated, test.ignore_case)
            case Changed(before=before, after=after):
                return replace(
                    test,
                    before=self._test(before, subject, where) if before else None,
                    after=self._test(after, subject, where) if after else None,
                )
            case _:
                return test

    def _operand(self, value: Operand, subject: Subject, where: str) -> Operand:
        """Templates, queues, users and options stand by name in the bundle and by value on the stream."""
        if not isinstance(value, str):
            return value
        if isinstance(subject, Fact):
            return named(self.catalog.templates, value, "template", where) if subject.name == "template" else value
        entry = self.entry(subject, where)
        return bare_id(self.reference(value, entry, where)) if entry.id in REFERENCE_FIELDS else self.option(value, entry, where, subject)

    def reference(self, value: str, entry: FieldEntry, where: str) -> str:
        """The ARN of a queue or user; an ARN and the empty text stand for themselves."""
        kind = REFERENCE_FIELDS[entry.id]
        names = self.catalog.queues if kind == "queue" else self.catalog.users
        return value if value.startswith("arn:") or value == "" else named(names, value, kind, where)

    def option(self, value: str, entry: FieldEntry, where: str, field: Field) -> str:
        """The value of an option; a value and the empty text stand for themselves."""
        if not entry.options or value in entry.options.values() or value == "":
            return value
        return named(entry.options, value, f"option of {field.name}", where)


def named(names: Mapping[str, V], name: str, kind: str, where: str) -> V:
    """What the name stands for. Raises UnlinkedName, with the names there are."""
    try:
        return names[name]
    except KeyError:
        raise UnlinkedName(where, kind, name, tuple(names)) from None
