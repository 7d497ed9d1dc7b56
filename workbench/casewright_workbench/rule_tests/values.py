"""Field values in tests, through the same kinds as in rules."""

from casewright.cases.values import FieldValue, User
from casewright.conditions.subjects import REFERENCE_FIELDS
from casewright_authoring.findings import fault
from casewright_authoring.kinds import moment
from casewright_authoring.known import KnownField
from casewright_authoring.nodes import Entry, Node, Scalar
from casewright_authoring.shapes import mapping
from casewright_authoring.subjects import field_kind
from casewright_workbench.explain.words import Json, instant
from casewright_workbench.rule_tests.names import Vocabulary


def field_values(node: Node, known: Vocabulary) -> dict[str, FieldValue]:
    """A mapping of field names to values, by field id."""
    return dict(known.report.each(lambda entry: _field(entry, known), mapping(node, "fields of a case").entries))


def told_values(node: Node, known: Vocabulary) -> dict[str, Json]:
    """A mapping of field names to values, as explanations tell them."""
    entries = mapping(node, "'set'").entries
    pairs = known.report.each(lambda entry: (entry.name, *_field(entry, known)), entries)
    return {name: known.words.value(field_id, value) for name, field_id, value in pairs}


def _field(entry: Entry, known: Vocabulary) -> tuple[str, FieldValue]:
    field = known.names.fields.find(entry.name, entry.key.place)
    if not field.in_events:
        raise fault(entry.key.place, f"events do not carry {field.name!r} (in_events: false), so nothing here can read it")
    return field.id, _value(field, entry.value, known)


def _value(field: KnownField, node: Node, known: Vocabulary) -> FieldValue:
    kind = field_kind(field, known.names)
    if kind.type == "moment" and not (isinstance(node, Scalar) and node.value == ""):
        return instant(moment(node))
    value = kind.operand(node)
    if not isinstance(value, str) or value == "":
        return value
    given = node.value if isinstance(node, Scalar) else value
    if reference := REFERENCE_FIELDS.get(field.id):
        arns = known.catalog.queues if reference == "queue" else known.catalog.users
        return arns.get(value, value)
    if field.type == "User":
        return User(known.catalog.users.get(str(given), str(given)))
    return field.options.get(value, value)
