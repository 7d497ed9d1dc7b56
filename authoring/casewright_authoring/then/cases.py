"""What is done to the case itself, as operators write it: `update_case`, `add_comment`, `assign_sla`; and `create_case`."""

from functools import partial
from typing import Final

from casewright.conditions.subjects import Field
from casewright.conditions.texts import Variable
from casewright.rules.instructions import AddComment, Assignment, AssignSla, CreateCase, UpdateCase
from casewright_authoring.assignments import Assignments
from casewright_authoring.findings import Place, fault
from casewright_authoring.known import Names
from casewright_authoring.new_cases import new_case
from casewright_authoring.nodes import Mapping, Node
from casewright_authoring.shapes import boolean, record, text
from casewright_authoring.subjects import variable_named
from casewright_authoring.suggestions import unknown
from casewright_authoring.texts import Texts

UPDATE_CASE: Final = ("set",)
CREATE_CASE: Final = ("template", "set", "link", "customer")
CUSTOMERS: Final = ("same", "none")

_CUSTOMER: Final = "customer_id"
_TITLE: Final = "title"


def read_update_case(node: Node, texts: Texts) -> UpdateCase:
    """Which fields, and to what."""
    given = record(node, "update_case", texts.report, required=UPDATE_CASE)
    return UpdateCase(given.read("set", Assignments(texts).read, ()))


def read_add_comment(node: Node, texts: Texts) -> AddComment:
    """The text of the comment."""
    return AddComment(texts.read(node, "the comment", most=15000))


def read_assign_sla(node: Node, texts: Texts) -> AssignSla:
    """The name of a policy."""
    texts.names.slas.named(node)
    return AssignSla(text(node, "the name of an SLA"))


def read_create_case(node: Node, texts: Texts) -> CreateCase:
    """Of which template, with which fields and whose customer, and whether this case shows it."""
    given = record(node, "create_case", texts.report, required=CREATE_CASE[:2], optional=CREATE_CASE[2:])
    template = given.read("template", lambda name: _template(name, texts.names), "")
    values = given.read("set", partial(_first_values, texts=texts), ())
    customer = given.read("customer", partial(_customer, texts=texts, values=values), ())
    _refuse_what_lacks(given.node, template, (*values, *customer), texts)
    return CreateCase(template, (*values, *customer), given.read("link", lambda node: boolean(node, "link"), otherwise=False))


def _template(node: Node, names: Names) -> str:
    names.templates.named(node)
    return text(node, "the name of a template")


def _first_values(node: Node, *, texts: Texts) -> tuple[Assignment, ...]:
    values = Assignments(texts).read(node)
    if texts.names.fields.whole and not _sets(_TITLE, values, texts.names):
        texts.report.tell(node.place, "create_case needs a title: Cases creates none without the system field 'title'")
    return values


def _customer(node: Node, *, texts: Texts, values: tuple[Assignment, ...]) -> tuple[Assignment, ...]:
    given = text(node, "customer")
    if given not in CUSTOMERS:
        raise fault(node.place, unknown("customer", given, CUSTOMERS))
    if given == "none":
        return ()
    if _sets(_CUSTOMER, values, texts.names):
        raise fault(node.place, f"'set' gives the customer already; write it there or 'customer: {given}'")
    name = _customer_field(node.place, texts.names)
    subject, _ = variable_named(f"case.{name}", node.place, texts.names, texts.occasion)
    return (Assignment(Field(name), (Variable(subject),)),)


def _customer_field(place: Place, names: Names) -> str:
    name = next((name for name, field in names.fields.entries.items() if field is not None and field.id == _CUSTOMER), None)
    if name is None:
        raise fault(place, f"no field stands for the customer; define one in fields.yaml, such as customer: {{system_id: {_CUSTOMER}}}")
    return name


def _refuse_what_lacks(node: Mapping, template: str, values: tuple[Assignment, ...], texts: Texts) -> None:
    """Tell of fields without a value that Cases creates no such case without."""
    names, written = texts.names, node.get("set")
    if not isinstance(written, Mapping) or not names.fields.whole:
        return
    case = new_case(template, values, [entry.name for entry in written.entries], names.definition, names.fields)
    for name, requiring in case.lacking if case else ():
        field = names.fields.find(name, written.place)
        if field.id != _TITLE:
            accepted = "a value in 'set' or 'customer: same'" if field.id == _CUSTOMER else "a value in 'set' that is not empty"
            message = f"a new case of {template!r} has no value for {name!r}, which {requiring} requires; accepted is {accepted}"
            texts.report.tell(written.place, message)


def _sets(field_id: str, values: tuple[Assignment, ...], names: Names) -> bool:
    fields = (names.fields.entries.get(each.field.name) for each in values)
    return any(field is not None and field.id == field_id for field in fields)
