"""Actions as operators write them in `then`: `- create_task: {flow: Escalations, name: ...}`."""

from collections.abc import Callable
from collections.abc import Mapping as Table
from dataclasses import dataclass
from typing import Final

from casewright.rules.instructions import Instruction
from casewright_authoring.findings import fault
from casewright_authoring.nodes import Node
from casewright_authoring.shapes import single_entry
from casewright_authoring.suggestions import listed, unknown
from casewright_authoring.texts import Texts
from casewright_authoring.then.assigning import read_assign
from casewright_authoring.then.cases import UPDATE_CASE, read_add_comment, read_assign_sla, read_create_case, read_update_case
from casewright_authoring.then.emails import SEND_EMAIL, read_send_email
from casewright_authoring.then.events import CALL_WEBHOOK, read_call_webhook, read_put_event
from casewright_authoring.then.tasks import read_create_task, read_end_tasks
from casewright_authoring.then.ties import read_attach_contact, read_link_case, read_tag

_READERS: Final[Table[str, Callable[[Node, Texts], Instruction]]] = {
    "send_email": read_send_email,
    "create_task": read_create_task,
    "end_tasks": read_end_tasks,
    "update_case": read_update_case,
    "assign": read_assign,
    "assign_sla": read_assign_sla,
    "add_comment": read_add_comment,
    "create_case": read_create_case,
    "link_case": read_link_case,
    "attach_contact": read_attach_contact,
    "tag": read_tag,
    "put_event": read_put_event,
    "call_webhook": read_call_webhook,
}
ACTIONS: Final = tuple(_READERS)
ACTION_KEYS: Final[Table[str, tuple[str, ...]]] = {
    "send_email": SEND_EMAIL,
    "update_case": UPDATE_CASE,
    "call_webhook": CALL_WEBHOOK,
}
"""The keys of the actions that take a mapping, all of them needed."""

WITHOUT_A_CASE: Final = ("send_email", "put_event", "call_webhook")
"""What can still be done once the case is deleted."""


@dataclass(frozen=True, slots=True)
class Instructions:
    """Reads the actions of one rule."""

    texts: Texts
    triggers: tuple[str, ...]

    def read(self, item: Node) -> Instruction:
        """One action."""
        entry = single_entry(item, "an item of 'then'")
        if entry.name not in _READERS:
            raise fault(entry.key.place, unknown("action", entry.name, ACTIONS))
        if "case_deleted" in self.triggers and entry.name not in WITHOUT_A_CASE:
            message = f"{entry.name!r} cannot be done for a deleted case; with case_deleted {listed(WITHOUT_A_CASE)}"
            self.texts.report.tell(entry.key.place, message)
        return _READERS[entry.name](entry.value, self.texts)
