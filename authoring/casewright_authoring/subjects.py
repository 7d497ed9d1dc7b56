"""From the name of a subject to the subject and the kind of its values."""

from collections.abc import Iterator
from typing import Final, TypeVar, cast, get_args

from casewright.cases.events import RelatedItemType
from casewright.cases.performers import PerformerKind
from casewright.conditions.subjects import FACT_NAMES, REFERENCE_FIELDS, Fact, FactName, Field, Subject, bare_id
from casewright.sla.clocks import Status
from casewright.sla.policies import BREACH
from casewright_authoring.findings import Place, fault
from casewright_authoring.kinds import AGES, EQUALITY, FIELD_ONLY, HOURS, ORDERS, TEXT_PARTS, Kind, closed_choice
from casewright_authoring.known import Known, KnownField, Names
from casewright_authoring.occasions import Occasion
from casewright_authoring.suggestions import unknown

T = TypeVar("T")

CHANNELS: Final = ("VOICE", "CHAT", "TASK", "EMAIL")
"""Channels of a contact as events spell them."""

_FIELD_PREFIX: Final = "case."


def subject_named(name: str, place: Place, names: Names, occasion: Occasion) -> tuple[Subject, Kind]:
    """The subject that a condition asks about."""
    if name in FACT_NAMES:
        return _fact(name, place, names, occasion)
    if name in names.fields.entries or not names.fields.whole:
        return _field(name, place, names)
    if name.removeprefix(_FIELD_PREFIX) in names.fields.entries:
        raise fault(place, f"a condition names a case field without 'case.': {name.removeprefix(_FIELD_PREFIX)!r}")
    raise fault(place, unknown("subject", name, (*names.fields.entries, *FACT_NAMES)))


def variable_named(name: str, place: Place, names: Names, occasion: Occasion) -> tuple[Subject, Kind]:
    """The subject that `{{ name }}` in a text stands for: a case field has `case.` before its name there."""
    if name in FACT_NAMES:
        return _fact(name, place, names, occasion)
    field_name = name.removeprefix(_FIELD_PREFIX)
    if name.startswith(_FIELD_PREFIX) and (field_name in names.fields.entries or not names.fields.whole):
        return _field(field_name, place, names)
    if name in names.fields.entries:
        raise fault(place, f"a text names a case field with 'case.': {'{{ case.' + name + ' }}'}")
    raise fault(place, unknown("variable", name, (*(_FIELD_PREFIX + each for each in names.fields.entries), *FACT_NAMES)))


def _field(name: str, place: Place, names: Names) -> tuple[Subject, Kind]:
    field = names.fields.find(name, place)
    if not field.in_events:
        raise fault(
            place, f"{name!r} can be set and not read: the event configuration leaves it out; say in_events: true where it is defined"
        )
    return Field(field.name), field_kind(field, names)


def field_kind(field: KnownField, names: Names) -> Kind:
    """What values a case field can have."""
    choice = (*EQUALITY, *FIELD_ONLY)
    match field.type:
        case _ if reference := REFERENCE_FIELDS.get(field.id):
            known = names.queues if reference == "queue" else names.users
            return Kind(f"a {reference} of catalog.yaml, or its ARN", "choice", choice, _names_of(known), arns="whole")
        case "User":
            ids = {name: arn and bare_id(arn) for name, arn in names.users.entries.items()}
            return Kind("a user of catalog.yaml, or an ARN", "choice", choice, Known("user", ids, names.users.whole), arns="bare")
        case "SingleSelect" if field.options:
            options = {name: name for option in field.options.items() for name in option}
            return Kind(f"an option of {field.name}", "choice", choice, Known(f"option of {field.name}", options))
        case "Number":
            return Kind("a number", "number", (*EQUALITY, *ORDERS, *FIELD_ONLY))
        case "Boolean":
            return Kind("a boolean", "boolean", choice)
        case "DateTime":
            return Kind("a date and time", "moment", (*ORDERS, *FIELD_ONLY, *AGES, *HOURS))
        case _:
            return Kind("a text", "text", (*EQUALITY, *TEXT_PARTS, *FIELD_ONLY))


def _fact(name: str, place: Place, names: Names, occasion: Occasion) -> tuple[Subject, Kind]:
    fact_name = cast(FactName, name)
    if reason := occasion.lacks(fact_name):
        raise fault(place, reason)
    return Fact(fact_name), fact_kind(fact_name, names)


def fact_kind(name: FactName, names: Names) -> Kind:  # noqa: C901  # one return per fact
    """What values anything else can have."""
    choice = (*EQUALITY, "absent")
    match name:
        case "template":
            return Kind("a template", "choice", EQUALITY, _names_of(names.templates), clearable=False)
        case "case.id":
            return Kind("a text", "text", (*EQUALITY, *TEXT_PARTS), clearable=False)
        case "performed_by.id" | "comment.body":
            return Kind("a text", "text", (*EQUALITY, *TEXT_PARTS, "absent"), clearable=False)
        case "now" | "sla.due_at":
            return Kind("a date and time", "moment", (*ORDERS, *HOURS), clearable=False)
        case "performed_by.kind":
            return closed_choice("kind of performer", get_args(PerformerKind), choice)
        case "related_item.type":
            return closed_choice("type of related item", get_args(RelatedItemType), choice)
        case "contact.channel":
            return closed_choice("contact channel", CHANNELS, choice)
        case "sla.name":
            return Kind("an SLA of slas.yaml", "choice", choice, _names_of(names.slas), clearable=False)
        case "sla.status":
            return closed_choice("SLA status", get_args(Status), choice)
        case "sla.milestone":
            milestones = Known("milestone", {each: each for each in (BREACH, *_milestones(names))}, names.slas.whole)
            return Kind("a milestone of slas.yaml", "choice", choice, milestones, clearable=False)


def _names_of(known: Known[T]) -> Known[str]:
    """Names that stand for themselves in the bundle, until it is linked."""
    return Known(known.kind, {name: None if found is None else name for name, found in known.entries.items()}, known.whole)


def _milestones(names: Names) -> Iterator[str]:
    for sla in names.slas.entries.values():
        if sla is not None:
            yield from sla.milestones
