"""From an action of a native rule to an action as rules spell it."""

from collections.abc import Mapping as Table
from dataclasses import dataclass
from functools import partial
from typing import Final

from casewright_authoring.findings import Fault, Report, fault
from casewright_authoring.native.actions import INJECTION
from casewright_authoring.native.documents import AssignSlaAction
from casewright_authoring.native.lookup import Lookup
from casewright_authoring.native.nodes_made import pairs, plain, word
from casewright_authoring.nodes import Entry, Mapping, Node, Scalar
from casewright_authoring.shapes import mapping, record, sequence, single_entry, text, whole_number
from casewright_authoring.suggestions import unknown
from casewright_authoring.texts import has_variables

MEMBERS: Final = {
    "CREATE_TASK": "TaskAction",
    "UPDATE_CASE": "UpdateCaseAction",
    "ASSIGN_SLA": "AssignSlaAction",
    "END_ASSOCIATED_TASKS": "EndAssociatedTasksAction",
}
_LACKING: Final = {
    "SEND_NOTIFICATION": "send_email sends a text of emails/ to addresses, not a notification to users of Connect",
    "SEND_IN_APP_NOTIFICATION": "send_email sends a text of emails/ to addresses, not a notification to users of Connect",
    "END_ASSOCIATED_EMAILS": "end_tasks ends tasks, not emails",
    "CREATE_CASE": "no action here creates a case",
    "GENERATE_EVENTBRIDGE_EVENT": "put_event puts an event of its own source on the bus, of another shape",
}
_CONFIGURATION: Final = ("Name", "Type", "FieldId", "TargetFieldValues", "TargetSlaMinutes")


@dataclass(frozen=True, slots=True)
class ActionNodes:
    """Reads the actions of rules; `items` are the SLAs that a native rule could assign, by name."""

    lookup: Lookup
    items: Table[str, AssignSlaAction]
    report: Report

    def read(self, node: Node) -> Node:
        """One action."""
        given = mapping(node, "an action")
        kind_node = given.get("ActionType")
        if kind_node is None:
            raise fault(node.place, "an action needs the key 'ActionType'")
        kind = text(kind_node, "the type of an action")
        if kind not in MEMBERS:
            why = f"{kind} has no counterpart: {_LACKING[kind]}" if kind in _LACKING else unknown("action", kind, MEMBERS)
            raise fault(kind_node.place, why)
        record(given, "the action", self.report, required=("ActionType",), optional=(MEMBERS[kind],))
        if kind == "END_ASSOCIATED_TASKS":
            return pairs(node.place, ("end_tasks", plain(True, node.place)))
        details = given.get(MEMBERS[kind])
        if details is None:
            raise fault(node.place, f"{kind} needs the key {MEMBERS[kind]!r}")
        match kind:
            case "CREATE_TASK":
                return self._task(details)
            case "UPDATE_CASE":
                return self._update(details)
            case _:
                return self._sla(details)

    def _task(self, node: Node) -> Node:
        given = record(node, "the task", self.report, required=("Name", "ContactFlowId"), optional=("Description", "References"))
        references = given.node.get("References")
        if references is not None and mapping(references, "the references").entries:
            self.report.tell(references.place, "create_task has no references")
        flow = given.read("ContactFlowId", self.lookup.flow, None)
        name = given.read("Name", partial(_verbatim, what="the name of the task"), None)
        words = given.node.get("Description")
        described = given.read("Description", partial(_verbatim, what="the description"), None) if not _empty(words) else None
        if flow is None or name is None:
            raise Fault(None)
        description = (("description", described),) if described is not None else ()
        return pairs(node.place, ("create_task", pairs(node.place, ("flow", flow), ("name", name), *description)))

    def _update(self, node: Node) -> Node:
        given = record(node, "the update", self.report, required=("Fields",))
        entries = given.read("Fields", lambda fields: self.report.each(self._assignment, sequence(fields, "the fields").items), ())
        return pairs(node.place, ("update_case", pairs(node.place, ("set", Mapping(node.place, entries)))))

    def _assignment(self, node: Node) -> Entry:
        given = record(node, "a field", self.report, required=("Id", "Value"))
        field_id = given.read("Id", lambda one: text(one, "the id of a field"), None)
        value = given.node.get("Value")
        if field_id is None or value is None:
            raise Fault(None)
        name, entry = self.lookup.field(field_id, node)
        kind = single_entry(value, "the value of a field")
        match kind.name:
            case "StringValue":
                found = self.lookup.value(entry, _verbatim(kind.value, what="the value of a field"))
            case "EmptyValue":
                found = word("", value.place)
            case "BooleanValue" | "DoubleValue" if isinstance(kind.value, Scalar):
                found = kind.value
            case other:
                raise fault(value.place, unknown("kind of value", other, ("StringValue", "DoubleValue", "BooleanValue", "EmptyValue")))
        return Entry(word(name, node.place), found)

    def _sla(self, node: Node) -> Node:
        given = record(node, "the SLA", self.report, required=("SlaAssignmentType", "CaseSlaConfiguration"))
        configuration = given.read("CaseSlaConfiguration", self._configuration, None)
        if configuration is None:
            raise Fault(None)
        if self.items.get(configuration.name) != configuration:
            raise fault(node.place, f"slas.yaml has no SLA that says the same; it needs {self._as_policy(configuration, node)}")
        return pairs(node.place, ("assign_sla", word(configuration.name, node.place)))

    def _configuration(self, node: Node) -> AssignSlaAction:
        given = record(node, "the SLA", self.report, required=_CONFIGURATION)
        values = given.read("TargetFieldValues", lambda values: sequence(values, "the values").items, ())
        target = single_entry(values[0], "the value") if len(values) == 1 else None
        name = given.read("Name", lambda one: text(one, "the name"), "")
        field_id = given.read("FieldId", lambda one: text(one, "the id of a field"), "")
        minutes = given.read("TargetSlaMinutes", lambda one: whole_number(one, "the minutes"), 0)
        if target is None or target.name != "StringValue":
            raise fault(node.place, "native: true waits for one text; this waits for something else")
        return AssignSlaAction(name, field_id, text(target.value, "the value"), minutes)

    def _as_policy(self, item: AssignSlaAction, at: Node) -> str:
        field, _ = self.lookup.field(item.field_id, at)
        waits = f"met_when: {{{field}: {item.value!r}}}, target: [{{within: {item.minutes}m}}]"
        return f"{{sla: {item.name!r}, start: assigned, {waits}, native: true}}"


def _verbatim(node: Node, *, what: str) -> Scalar:
    """The node as a text without anything that either side takes for a variable."""
    given = text(node, what)
    if INJECTION in given:
        raise fault(node.place, f"{what} holds '{INJECTION}', which opens a path of Connect; what it gives for cases is not documented")
    made = word(given, node.place)
    if has_variables(made):
        raise fault(node.place, f"{what} holds '{{{{', which opens a variable here")
    return made


def _empty(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.value == ""
