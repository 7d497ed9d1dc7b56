"""From names to the ids of one domain: the last step of compiling, done where the bundle is loaded."""

from collections.abc import Mapping
from typing import TypeVar, overload

import msgspec
from msgspec.structs import replace

from casewright.cases.catalog import Catalog, FieldEntry
from casewright.cases.values import FieldValue
from casewright.conditions.operators import Among, Changed, Operand, Test
from casewright.conditions.subjects import REFERENCE_FIELDS, Fact, Field, Subject, bare_id
from casewright.conditions.texts import Text, Variable
from casewright.conditions.tree import All, Any, Condition, Leaf, Not
from casewright.errors import UnlinkedName
from casewright.rules import instructions as do
from casewright.rules.rule import Rule
from casewright.sla.policies import Awaited, Happening, Mirror, Policy, StartsWhen

V = TypeVar("V")


class Linker(msgspec.Struct, frozen=True):
    """Links the parts of a bundle against one catalog.

    Every method raises UnlinkedName, naming the rule or policy, for what the catalog lacks.
    """

    catalog: Catalog
    emails: Mapping[str, do.Email]
    policies: frozenset[str]
    _fields: dict[str, Field] = msgspec.field(default_factory=dict)
    _emails: dict[str, do.Email] = msgspec.field(default_factory=dict)
    """Linked already: hundreds of rules name the same few."""

    def rule(self, rule: Rule) -> Rule:
        """The rule with ids for names."""
        where = f"rule {rule.name}"
        return replace(
            rule,
            condition=self.condition(rule.condition, where),
            then=tuple(self.instruction(each, where) for each in rule.then),
        )

    def policy(self, policy: Policy) -> Policy:
        """The policy with ids for names."""
        where = f"sla {policy.name}"
        start = policy.start
        return replace(
            policy,
            condition=self.condition(policy.condition, where),
            start=replace(start, condition=self.condition(start.condition, where)) if isinstance(start, StartsWhen) else start,
            met_when=self._awaited(policy.met_when, where),
            target=tuple(replace(row, condition=self.condition(row.condition, where)) for row in policy.target),
            pause_while=self.condition(policy.pause_while, where),
            reset=self._awaited(policy.reset, where) if policy.reset else None,
            cancel=self._awaited(policy.cancel, where) if policy.cancel else None,
            mirror=self._mirror(policy.mirror, where) if policy.mirror else None,
        )

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
            email = _named(self.emails, name, "email", where)
            self._emails[name] = do.Email(self.text(email.subject, where), self.text(email.text, where))
        return self._emails[name]

    def text(self, text: Text, where: str) -> Text:
        """The text with ids for the names in its variables."""
        return tuple(Variable(self._subject(part.subject, where)) if isinstance(part, Variable) else part for part in text)

    def instruction(self, step: do.Instruction, where: str) -> do.Instruction:
        """The instruction with ids, addresses and texts for names."""
        match step:
            case do.SendEmail():
                to = tuple(address for entry in step.to for address in self._recipients(entry, where))
                return replace(step, to=to, email=self.email(step.template, where))
            case do.CreateTask():
                flow_arn = _named(self.catalog.flows, step.flow, "flow", where)
                return replace(step, flow_arn=flow_arn, name=self.text(step.name, where), description=self.text(step.description, where))
            case do.UpdateCase():
                return do.UpdateCase(tuple(self._assignment(each, where) for each in step.set))
            case do.AddComment():
                return do.AddComment(self.text(step.body, where))
            case do.PutEvent():
                return replace(step, detail=self._members(step.detail, where))
            case do.AssignSla():
                if step.policy not in self.policies:
                    raise UnlinkedName(where, "sla", step.policy, tuple(self.policies))
                return step
            case do.EndTasks():
                return step

    def _awaited(self, awaited: Awaited, where: str) -> Awaited:
        if isinstance(awaited, Happening):
            return replace(awaited, condition=self.condition(awaited.condition, where))
        return self.condition(awaited, where)

    def _subject(self, subject: Subject, where: str) -> Subject:
        return subject if isinstance(subject, Fact) else self._field(subject, where)

    def _field(self, field: Field, where: str) -> Field:
        if field.name not in self._fields:
            entry = self._entry(field, where)
            self._fields[field.name] = Field(field.name, entry.id, entry.type)
        return self._fields[field.name]

    def _entry(self, field: Field, where: str) -> FieldEntry:
        return _named(self.catalog.fields, field.name, "field", where)

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
            return _named(self.catalog.templates, value, "template", where) if subject.name == "template" else value
        entry = self._entry(subject, where)
        return bare_id(self._reference(value, entry, where)) if entry.id in REFERENCE_FIELDS else self._option(value, entry, where, subject)

    def _reference(self, value: str, entry: FieldEntry, where: str) -> str:
        kind = REFERENCE_FIELDS[entry.id]
        names = self.catalog.queues if kind == "queue" else self.catalog.users
        return value if value.startswith("arn:") or value == "" else _named(names, value, kind, where)

    def _option(self, value: str, entry: FieldEntry, where: str, field: Field) -> str:
        if not entry.options or value in entry.options.values() or value == "":
            return value
        return _named(entry.options, value, f"option of {field.name}", where)

    def _assignment(self, each: do.Assignment, where: str) -> do.Assignment:
        entry = self._entry(each.field, where)
        value: FieldValue | Text = each.value
        if isinstance(value, tuple):
            value = self.text(value, where)
        elif isinstance(value, str):
            value = self._reference(value, entry, where) if entry.id in REFERENCE_FIELDS else self._option(value, entry, where, each.field)
        return do.Assignment(self._field(each.field, where), value)

    def _mirror(self, mirror: Mirror, where: str) -> Mirror:
        entry = self._entry(mirror.field, where)
        value = self._option(mirror.value, entry, where, mirror.field) if isinstance(mirror.value, str) else mirror.value
        return Mirror(self._field(mirror.field, where), value)

    def _recipients(self, entry: str | Text, where: str) -> tuple[str | Text, ...]:
        if not isinstance(entry, str):
            return (self.text(entry, where),)
        return (entry,) if "@" in entry else _named(self.catalog.mailboxes, entry, "mailbox", where)

    def _members(self, members: do.Members, where: str) -> do.Members:
        return do.Members({name: self._detail(inner, where) for name, inner in members.of.items()})

    def _detail(self, value: do.Detail, where: str) -> do.Detail:
        match value:
            case tuple():
                return self.text(value, where)
            case do.Members():
                return self._members(value, where)
            case do.Items(of=items):
                return do.Items(tuple(self._detail(inner, where) for inner in items))
            case _:
                return value


def _named(names: Mapping[str, V], name: str, kind: str, where: str) -> V:
    try:
        return names[name]
    except KeyError:
        raise UnlinkedName(where, kind, name, tuple(names)) from None
