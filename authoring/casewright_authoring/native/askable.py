"""What a native rule can ask, and how: the pages OnCaseCreate, OnCaseUpdate and OnSlaBreach of the developer guide, as a table."""

from typing import Final

import msgspec

from casewright.conditions.subjects import Fact, Subject
from casewright_authoring.native.documents import EventSource, Operator
from casewright_authoring.system_fields import SYSTEM_FIELDS

FIELD_PATH: Final = "$.Case.Fields."
TEMPLATE_PATH: Final = "$.Case.TemplateId"
SLA_PATH: Final = "$.RelatedItem.SlaConfiguration.Name"


class Askable(msgspec.Struct, frozen=True):
    """How one thing can be asked about.

    `negatable`: its page shows Negate true. `always`: every case has a value of it. Only then is a negated condition the same as
    `not_equals` or `greater_than`, which are false where there is no value.
    """

    operators: tuple[Operator, ...]
    path: str = ""
    negatable: bool = False
    always: bool = False


_TEXT: Final[tuple[Operator, ...]] = ("CONTAINS", "EQUALS")
_ORDER: Final[tuple[Operator, ...]] = ("NumberLessOrEqualTo", "NumberGreaterOrEqualTo")

_TEMPLATE: Final = Askable(("CONTAINS_ANY",), TEMPLATE_PATH, negatable=True, always=True)
_SLA: Final = Askable(("CONTAINS_ANY",), SLA_PATH, always=True)
_CUSTOM: Final = Askable(_TEXT, negatable=True)
_CUSTOM_TYPES: Final = ("Text", "Url", "SingleSelect")
"""Of a custom field the pages show one text as operand; how a number, time, boolean or user would be written they do not say."""

_SYSTEM: Final = {
    "assigned_queue": Askable(("CONTAINS_ANY",)),
    "assigned_user": Askable(("CONTAINS_ANY",)),
    "case_reason": Askable(("EQUALS",), negatable=True),
    "created_datetime": Askable(_ORDER, negatable=True, always=True),
    "last_closed_datetime": Askable(_ORDER),
    "last_updated_datetime": Askable(_ORDER, always=True),
    # Its text says Negate is true, its sample false: only the sample is followed.
    "reference_number": Askable(_TEXT, always=True),
    "status": Askable(("EQUALS",), always=True),
    "summary": Askable(_TEXT),
}


def askable(subject: Subject, source: EventSource) -> Askable | str:
    """How a rule of the event source can ask about a linked subject; or why it cannot."""
    if source == "OnSlaBreach":
        return _SLA if subject == Fact("sla.name") else "with sla_breached a native rule can ask for sla.name only"
    if isinstance(subject, Fact):
        return _TEMPLATE if subject.name == "template" else "a native rule sees the fields and the template of the case, not this"
    path = f"{FIELD_PATH}{subject.id}"
    if subject.id in SYSTEM_FIELDS:
        found = _SYSTEM.get(subject.id)
        return msgspec.structs.replace(found, path=path) if found else "no native condition is documented for this system field"
    if subject.field_type not in _CUSTOM_TYPES:
        return f"a native rule compares custom fields as texts; how it compares a {subject.field_type} field is not documented"
    return msgspec.structs.replace(_CUSTOM, path=path)
