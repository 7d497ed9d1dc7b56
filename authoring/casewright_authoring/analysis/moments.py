"""The moments conditions are asked at, and what can be read there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, get_args

from casewright.cases.catalog import FieldType
from casewright.cases.events import RelatedItemType
from casewright.cases.performers import PerformerKind
from casewright.cases.state import Missing
from casewright.cases.values import EMPTY
from casewright.conditions.operators import Absent, Among
from casewright.conditions.subjects import Fact, FactName, Field, Subject
from casewright.conditions.tree import Condition
from casewright.conditions.triggers import Trigger
from casewright.sla.clocks import Status
from casewright.sla.policies import BREACH
from casewright_authoring.analysis.formulas import Claim, Every, Formula, Some, Variable, claimed
from casewright_authoring.analysis.readings import Readings
from casewright_authoring.analysis.verdicts import FALSE, NOT_TRUE, TRUE, Verdicts
from casewright_authoring.occasions import ITEM_TRIGGERS, SLA_TRIGGERS

_FIELDS: Final[Mapping[FieldType, Readings]] = {
    "Number": Readings((Missing.UNKNOWN, Missing.ABSENT, EMPTY), numbers=True),
    "DateTime": Readings((Missing.UNKNOWN, Missing.ABSENT, EMPTY), moments=True),
    "Boolean": Readings((Missing.UNKNOWN, Missing.ABSENT, EMPTY, True, False)),
    **dict.fromkeys(("Text", "Url", "SingleSelect", "User"), Readings((Missing.UNKNOWN, Missing.ABSENT), texts=True)),
}
"""An option that is no longer offered may still stand in a case, so that a SingleSelect field can hold any text."""

_ABSENT: Final = Readings((Missing.ABSENT,))
_NOTHING: Final = Readings((Missing.UNKNOWN, Missing.ABSENT, EMPTY))
"""What a field of a new case can be that was not given."""

_ALWAYS_THERE: Final = {
    "template": Readings((Missing.UNKNOWN,), texts=True),
    "case.id": Readings(texts=True),
    "now": Readings(moments=True),
}
_STATUSES: Final[Mapping[str, tuple[Status, ...]]] = {
    "sla_milestone": ("Active", "Overdue"),
    "sla_breached": ("Overdue",),
    "sla_met": ("Met",),
}
_MILESTONES: Final[Mapping[str, Readings]] = {
    "sla_milestone": Readings(texts=True),
    "sla_breached": Readings((BREACH,)),
    "sla_met": Readings((EMPTY,)),
}
_LASTING: Final[frozenset[FactName]] = frozenset({"template", "case.id"})
"""What stays the same for the life of a case."""

_OF_ITEMS: Final[Mapping[FactName, RelatedItemType]] = {"comment.body": "comment", "contact.channel": "contact"}


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a case. Of moments that follow each other each has its `index`."""

    trigger: Trigger
    index: int = 0
    versions: Mapping[str, int] = field(default_factory=dict)
    """Field id -> the moment that wrote it last."""
    earlier: Mapping[str, int] | None = None
    """The versions of the moment before, if one is looked at."""
    may_have_changed: frozenset[str] | None = None
    """Field ids; None stands for any field."""
    since: int = 0
    """The moment from which on the case is looked at: another than the first for a case that a rule created."""
    given: frozenset[str] | None = None
    """Field ids that such a case may hold since it was created; None stands for any field."""

    def now(self, subject: Subject) -> Variable:
        """What the subject gives."""
        match subject:
            case Field(id=field_id):
                return self._field(subject, self.versions.get(field_id, self.since), repr(subject.name))
            case Fact(name=name):
                version = self.since if name in _LASTING else self.index
                return Variable("now", name, version, repr(name), _fact(name, self.trigger))

    def before(self, subject: Field) -> Variable:
        """What the field gave just before the event."""
        shown = f"{subject.name!r} before the event"
        if self.earlier is None:
            return Variable("before", of_field(subject.id), self.index, shown, _FIELDS[subject.field_type])
        return self._field(subject, self.earlier.get(subject.id, self.since), shown)

    def changed(self, subject: Field) -> Variable:
        """Whether the event names the field among its changed ones."""
        may = self.trigger == "case_updated" or self.trigger in SLA_TRIGGERS
        may = may and (self.may_have_changed is None or subject.id in self.may_have_changed)
        readings = Readings((True, False) if may else (False,))
        return Variable("changed", of_field(subject.id), self.index, f"the change of {subject.name!r}", readings)

    def asks(self, condition: Condition, verdicts: Verdicts = TRUE) -> Formula:
        """That the condition gives one of the verdicts at this moment."""
        return Every((claimed(condition, verdicts, self), *self._laws()))

    def _field(self, subject: Field, version: int, shown: str) -> Variable:
        is_blank = self.given is not None and version == self.since and subject.id not in self.given
        return Variable("now", of_field(subject.id), version, shown, _NOTHING if is_blank else _FIELDS[subject.field_type])

    def _laws(self) -> Iterator[Formula]:
        """A comment has a body and a contact a channel, known or not; nothing else has."""
        if self.trigger not in ITEM_TRIGGERS:
            return
        kind = self.now(Fact("related_item.type"))
        for name, type_name in _OF_ITEMS.items():
            content = self.now(Fact(name))
            yield Some((Claim(kind, Among((type_name,)), FALSE), Claim(content, Absent(True), NOT_TRUE)))
            yield Some((Claim(kind, Among((type_name,)), TRUE), Claim(content, Absent(True), TRUE)))


def of_field(field_id: str) -> str:
    """What a variable of a field is of."""
    return f"field {field_id}"


def _fact(name: FactName, trigger: Trigger) -> Readings:
    """What a fact can be. At a moment of a clock the event behind it may be of any kind."""
    match name:
        case "template" | "case.id" | "now":
            return _ALWAYS_THERE[name]
        case "performed_by.kind" | "performed_by.id":
            return _of_performer(name, trigger)
        case "related_item.type" | "comment.body" | "contact.channel":
            return _of_item(name, trigger)
        case "sla.name":
            return Readings(texts=True) if trigger in SLA_TRIGGERS else _ABSENT
        case "sla.status":
            return Readings(_STATUSES.get(trigger, (Missing.ABSENT,)))
        case "sla.milestone":
            return _MILESTONES.get(trigger, _ABSENT)
        case "sla.due_at":
            return Readings((Missing.UNKNOWN,), moments=True) if trigger in SLA_TRIGGERS else _ABSENT


def _of_performer(name: FactName, trigger: Trigger) -> Readings:
    if trigger == "schedule":
        return _ABSENT
    missing = (Missing.UNKNOWN, Missing.ABSENT) if trigger in SLA_TRIGGERS else (Missing.UNKNOWN,)
    return Readings((*missing, *get_args(PerformerKind))) if name == "performed_by.kind" else Readings(missing, texts=True)


def _of_item(name: FactName, trigger: Trigger) -> Readings:
    if trigger not in ITEM_TRIGGERS and trigger not in SLA_TRIGGERS:
        return _ABSENT
    if name != "related_item.type":
        return Readings((Missing.UNKNOWN, Missing.ABSENT), texts=True)
    return Readings((*get_args(RelatedItemType), *((Missing.ABSENT,) if trigger in SLA_TRIGGERS else ())))
