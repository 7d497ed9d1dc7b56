"""Actions as operators write them in `then`: `- create_task: {flow: Escalations, name: ...}`."""

import re
from collections.abc import Mapping as Table
from dataclasses import dataclass
from typing import Final

from casewright.conditions.texts import Text
from casewright.rules.instructions import (
    AddComment,
    AssignSla,
    CreateTask,
    EndTasks,
    Instruction,
    Members,
    PutEvent,
    SendEmail,
    UpdateCase,
)
from casewright_authoring.assignments import Assignments
from casewright_authoring.event_details import EventDetails
from casewright_authoring.findings import fault
from casewright_authoring.nodes import Entry, Node
from casewright_authoring.shapes import boolean, one_or_more, record, short_text, single_entry, text
from casewright_authoring.suggestions import listed, unknown
from casewright_authoring.texts import Texts, has_variables, lacking

ACTIONS: Final = ("send_email", "create_task", "end_tasks", "update_case", "assign_sla", "add_comment", "put_event")
ACTION_KEYS: Final[Table[str, tuple[str, ...]]] = {
    "send_email": ("to", "template"),
    "create_task": ("flow", "name", "description"),
    "update_case": ("set",),
    "put_event": ("detail_type", "detail"),
}
"""The keys of the actions that take a mapping."""

WITHOUT_A_CASE: Final = ("send_email", "put_event")
"""What can still be done once the case is deleted."""

ADDRESS: Final = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


@dataclass(frozen=True, slots=True)
class Instructions:
    """Reads the actions of one rule."""

    texts: Texts
    triggers: tuple[str, ...]

    def read(self, item: Node) -> Instruction:
        """One action."""
        entry = single_entry(item, "an item of 'then'")
        if entry.name not in ACTIONS:
            raise fault(entry.key.place, unknown("action", entry.name, ACTIONS))
        if "case_deleted" in self.triggers and entry.name not in WITHOUT_A_CASE:
            message = f"{entry.name!r} cannot be done for a deleted case; with case_deleted {listed(WITHOUT_A_CASE)}"
            self.texts.report.tell(entry.key.place, message)
        return self._instruction(entry)

    def _instruction(self, entry: Entry) -> Instruction:
        match entry.name:
            case "send_email":
                return self._send_email(entry.value)
            case "create_task":
                return self._create_task(entry.value)
            case "end_tasks":
                return self._end_tasks(entry.value)
            case "update_case":
                given = record(entry.value, "update_case", self.texts.report, required=ACTION_KEYS["update_case"])
                return UpdateCase(given.read("set", Assignments(self.texts).read, ()))
            case "assign_sla":
                return self._assign_sla(entry.value)
            case "add_comment":
                return AddComment(self.texts.read(entry.value, "the comment", most=15000))
            case _:
                return self._put_event(entry.value)

    def _send_email(self, node: Node) -> SendEmail:
        given = record(node, "send_email", self.texts.report, required=ACTION_KEYS["send_email"])
        to = given.read("to", lambda to: self.texts.report.each(self._recipient, one_or_more(to, "'to'")), ())
        return SendEmail(to, given.read("template", self._email_name, ""))

    def _recipient(self, node: Node) -> str | Text:
        if not has_variables(node):
            given = text(node, "a recipient")
            if "@" not in given:
                self.texts.names.mailboxes.find(given, node.place)
            elif not ADDRESS.fullmatch(given):
                raise fault(node.place, f"{given!r} is no mail address; accepted are an address, a mailbox of catalog.yaml and a variable")
            return given
        for _, kind in self.texts.kinds(node):
            if kind is not None and kind.type != "text":
                raise fault(node.place, f"a variable that is {kind.noun} cannot give a mail address; accepted is one that is a text")
        return self.texts.read(node, "a recipient", most=320)

    def _email_name(self, node: Node) -> str:
        email = self.texts.names.emails.named(node)
        name = text(node, "the name of an email")
        for reason in lacking((*email.subject, *email.text), self.texts.occasion):
            self.texts.report.tell(node.place, f"the email {name!r} cannot be sent here: {reason}")
        return name

    def _create_task(self, node: Node) -> CreateTask:
        required, optional = ACTION_KEYS["create_task"][:2], ACTION_KEYS["create_task"][2:]
        given = record(node, "create_task", self.texts.report, required=required, optional=optional)
        return CreateTask(
            flow=given.read("flow", self._flow_name, ""),
            name=given.read("name", lambda name: self.texts.read(name, "the name of a task", most=512), ()),
            description=given.read("description", lambda words: self.texts.read(words, "the description of a task", most=4096), ()),
        )

    def _flow_name(self, node: Node) -> str:
        self.texts.names.flows.named(node)
        return text(node, "the name of a flow")

    def _end_tasks(self, node: Node) -> EndTasks:
        if not boolean(node, "end_tasks"):
            raise fault(node.place, "end_tasks: false says nothing; accepted is true")
        return EndTasks()

    def _assign_sla(self, node: Node) -> AssignSla:
        self.texts.names.slas.named(node)
        return AssignSla(text(node, "the name of an SLA"))

    def _put_event(self, node: Node) -> PutEvent:
        given = record(node, "put_event", self.texts.report, required=ACTION_KEYS["put_event"])
        return PutEvent(given.read("detail_type", self._detail_type, ""), given.read("detail", EventDetails(self.texts).read, Members({})))

    def _detail_type(self, node: Node) -> str:
        if has_variables(node):
            raise fault(node.place, "the detail type of an event cannot hold variables: subscribers match it exactly")
        return short_text(node, "the detail type", 128)
