"""`create_task` and `end_tasks` as operators write them."""

from typing import Final

from casewright.rules.instructions import CreateTask, EndTasks
from casewright_authoring.findings import fault
from casewright_authoring.nodes import Node
from casewright_authoring.shapes import boolean, record, text
from casewright_authoring.texts import Texts

CREATE_TASK: Final = ("flow", "name", "description")


def read_create_task(node: Node, texts: Texts) -> CreateTask:
    """In which flow, and what it says."""
    given = record(node, "create_task", texts.report, required=CREATE_TASK[:2], optional=CREATE_TASK[2:])
    return CreateTask(
        flow=given.read("flow", lambda name: _flow_name(name, texts), ""),
        name=given.read("name", lambda name: texts.read(name, "the name of a task", most=512), ()),
        description=given.read("description", lambda words: texts.read(words, "the description of a task", most=4096), ()),
    )


def read_end_tasks(node: Node, _texts: Texts) -> EndTasks:
    """`true`."""
    if not boolean(node, "end_tasks"):
        raise fault(node.place, "end_tasks: false says nothing; accepted is true")
    return EndTasks()


def _flow_name(node: Node, texts: Texts) -> str:
    texts.names.flows.named(node)
    return text(node, "the name of a flow")
