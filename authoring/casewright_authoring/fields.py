"""fields.yaml: the fields a domain shall have."""

import re
from functools import partial
from typing import Final, get_args

from casewright.cases.catalog import FieldType
from casewright.cases.definition import FieldDefinition, OptionDefinition
from casewright_authoring.findings import Fault, Place, Report, fault
from casewright_authoring.known import RESERVED, KnownField
from casewright_authoring.nodes import Entry, Node
from casewright_authoring.options import read_options
from casewright_authoring.shapes import Record, boolean, mapping, record, short_text, text
from casewright_authoring.suggestions import unknown
from casewright_authoring.system_fields import STATUS_OPTIONS, SYSTEM_FIELDS

FIELD_TYPES: Final[tuple[FieldType, ...]] = get_args(FieldType)
FIELD_KEYS: Final = ("type", "label", "system_id", "options", "multiline", "description", "in_events")

FIELD_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}")


def read_fields(node: Node, report: Report) -> dict[str, FieldDefinition | None]:
    """The fields of the file by name; None for one that could not be read."""
    entries = mapping(node, "the fields").entries
    fields = {entry.name: report.attempt(partial(_field, report=report), entry, None) for entry in entries}
    _refuse_shared_system_ids([(entry, fields[entry.name]) for entry in entries], report)
    return fields


def known_field(definition: FieldDefinition) -> KnownField:
    """The field as rules see it."""
    options = {option.label: option.value for option in definition.options}
    return KnownField(definition.name, definition.type, definition.system_id, options, definition.in_events)


def field_name(entry: Entry) -> str:
    """The name of a field: what rules call it."""
    name = entry.name
    if name in RESERVED:
        raise fault(entry.key.place, f"no field can be called {name!r}: conditions and texts mean something else by it")
    if not FIELD_NAME.fullmatch(name):
        accepted = "accepted are a letter and up to 99 letters, digits, _ and -"
        raise fault(entry.key.place, f"{name!r} is given as the name of a field; {accepted}")
    return name


def field_type(node: Node) -> FieldType:
    """The type of a field, as Cases spells it."""
    given = text(node, "the type of a field")
    found = next((each for each in FIELD_TYPES if each == given), None)
    if found is None:
        raise fault(node.place, unknown("field type", given, FIELD_TYPES))
    return found


def _field(entry: Entry, report: Report) -> FieldDefinition:
    name = field_name(entry)
    details = record(entry.value, f"the field {name!r}", report, optional=FIELD_KEYS)
    if details.node.get("type") is None and details.node.get("system_id") is None:
        raise fault(details.node.place, f"the field {name!r} needs the key 'type', or 'system_id' for a system field")
    system_id = details.read("system_id", _system_id, "")
    if not system_id and name in SYSTEM_FIELDS:
        report.tell(entry.key.place, f"{name!r} is a field every domain has; write {name}: {{system_id: {name}}}")
    given_type = details.read("type", field_type, None)
    kind = SYSTEM_FIELDS[system_id] if system_id else given_type
    if kind is None:
        raise Fault(None)
    if given_type is not None and given_type != kind:
        report.tell(_at(details, "type"), f"the system field {system_id!r} is of type {kind}; {given_type} was given")
    if system_id and details.node.get("label") is not None:
        report.tell(_at(details, "label"), f"the system field {system_id!r} keeps its own label")
    return FieldDefinition(
        name=name,
        type=kind,
        system_id=system_id,
        label=details.read("label", lambda node: short_text(node, "the label", 100), ""),
        description=details.read("description", lambda node: short_text(node, "the description", 255), ""),
        multiline=_multiline(details, kind, system_id),
        options=_options(details, kind, system_id),
        in_events=details.read("in_events", lambda node: boolean(node, "in_events"), otherwise=True),
    )


def _system_id(node: Node) -> str:
    given = text(node, "system_id")
    if given not in SYSTEM_FIELDS:
        raise fault(node.place, unknown("system field", given, SYSTEM_FIELDS))
    return given


def _multiline(details: Record, kind: FieldType, system_id: str) -> bool:
    wanted = details.read("multiline", lambda node: boolean(node, "multiline"), otherwise=False)
    if wanted and (kind != "Text" or system_id):
        details.report.tell(_at(details, "multiline"), "only a custom Text field can have several lines")
    return wanted


def _options(details: Record, kind: FieldType, system_id: str) -> tuple[OptionDefinition, ...]:
    given = details.read("options", partial(read_options, report=details.report), ())
    if details.node.get("options") is not None and kind != "SingleSelect":
        details.report.tell(_at(details, "options"), f"only a SingleSelect field has options; this one is of type {kind}")
    if kind == "SingleSelect" and not system_id and details.node.get("options") is None:
        details.report.tell(details.node.place, "a custom SingleSelect field needs the key 'options'")
    return _with_built_in(given, details) if system_id == "status" else given


def _with_built_in(given: tuple[OptionDefinition, ...], details: Record) -> tuple[OptionDefinition, ...]:
    """The options of the status field: Open and Closed are there already, and stay as they are."""
    built_in = tuple(OptionDefinition(label, value) for label, value in STATUS_OPTIONS.items())
    taken = {name for option in built_in for name in (option.label, option.value)}
    for option in given:
        if option not in built_in and (option.label in taken or option.value in taken):
            message = f"the status field comes with Open (open) and Closed (closed), which cannot be changed; {option.label!r} was given"
            details.report.tell(_at(details, "options"), message)
    return (*built_in, *(option for option in given if option not in built_in))


def _refuse_shared_system_ids(fields: list[tuple[Entry, FieldDefinition | None]], report: Report) -> None:
    owner: dict[str, str] = {}
    for entry, definition in fields:
        if definition is None or not definition.system_id:
            continue
        first = owner.setdefault(definition.system_id, definition.name)
        if first != definition.name:
            report.tell(entry.key.place, f"the system field {definition.system_id!r} is called {first!r} already")


def _at(details: Record, key: str) -> Place:
    node = details.node.get(key)
    return node.place if node is not None else details.node.place
