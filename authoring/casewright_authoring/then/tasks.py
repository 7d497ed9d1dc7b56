"""`create_task` and `end_tasks` as operators write them."""

import re
from collections.abc import Mapping as Table
from datetime import timedelta
from functools import partial
from typing import Final

from casewright.cases.tasks import FURTHEST_START, MOST_REFERENCE_BYTES, ReferenceType
from casewright.conditions.texts import Text, Verbatim, number_as_text
from casewright.rules.instructions import CreateTask, EndTasks, TaskReference
from casewright_authoring.durations import duration
from casewright_authoring.findings import Fault, fault
from casewright_authoring.kinds import moment
from casewright_authoring.known import Known
from casewright_authoring.nodes import Entry, Mapping, Node, Scalar, shown
from casewright_authoring.shapes import boolean, mapping, record, single_entry, text
from casewright_authoring.suggestions import unknown
from casewright_authoring.texts import Texts, has_variables

TARGETS: Final = ("flow", "quick_connect", "task_template")
CREATE_TASK: Final = (*TARGETS, "name", "description", "references", "schedule")
REFERENCE_TYPES: Final[Table[str, ReferenceType]] = {"url": "URL", "number": "NUMBER", "text": "STRING", "date": "DATE", "email": "EMAIL"}
SCHEDULE: Final = ("in", "at")
END_TASKS: Final = ("only",)

_FITTING: Final = {"url": re.compile(r"https://\S+"), "email": re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")}


def read_create_task(node: Node, texts: Texts) -> CreateTask:
    """What starts it, what it says and refers to, and when it starts."""
    given = record(node, "create_task", texts.report, required=("name",), optional=[key for key in CREATE_TASK if key != "name"])
    targets = [key for key in TARGETS if given.node.get(key) is not None]
    if len(targets) != 1:
        has = " and ".join(targets) or "none"
        texts.report.tell(given.node.place, f"create_task takes exactly one of {', '.join(TARGETS)}; it has {has}")
    starts_in, starts_at = given.read("schedule", partial(_schedule, texts=texts), (None, ()))
    names = texts.names
    return CreateTask(
        flow=given.read("flow", partial(_named, known=names.flows), ""),
        quick_connect=given.read("quick_connect", partial(_named, known=names.quick_connects), ""),
        task_template=given.read("task_template", partial(_named, known=names.task_templates), ""),
        name=given.read("name", lambda name: texts.read(name, "the name of a task", most=512), ()),
        description=given.read("description", lambda words: texts.read(words, "the description of a task", most=4096), ()),
        references=given.read("references", partial(_references, texts=texts), ()),
        starts_in=starts_in,
        starts_at=starts_at,
    )


def read_end_tasks(node: Node, texts: Texts) -> EndTasks:
    """`true`, or `{only: ours}`."""
    if isinstance(node, Mapping):
        only = record(node, "end_tasks", texts.report, required=END_TASKS).read("only", lambda one: text(one, "only"), "ours")
        if only != "ours":
            raise fault(node.place, f"{only!r} is given for only; accepted is ours: the tasks that rules made")
        return EndTasks(ours_only=True)
    if not boolean(node, "end_tasks"):
        raise fault(node.place, "end_tasks: false says nothing; accepted are true and {only: ours}")
    return EndTasks()


def _named(node: Node, *, known: Known[str]) -> str:
    known.named(node)
    return text(node, f"the name of a {known.kind}")


def _schedule(node: Node, *, texts: Texts) -> tuple[timedelta | None, Text]:
    entry = single_entry(node, "the schedule of a task")
    match entry.name:
        case "in":
            ahead = duration(entry.value, "the schedule of a task")
            if ahead > FURTHEST_START:
                assert isinstance(entry.value, Scalar), "a duration is one"
                most = f"Connect takes at most {FURTHEST_START.days} days"
                raise fault(entry.value.place, f"a task is scheduled {entry.value.written} ahead; {most}")
            return ahead, ()
        case "at":
            return None, _time(entry.value, texts)
        case other:
            raise fault(entry.key.place, unknown("key of the schedule of a task", other, SCHEDULE))


def _time(node: Node, texts: Texts) -> Text:
    parts = texts.kinds(node) if has_variables(node) else None
    if parts == ():
        raise Fault(None)
    if parts and len(parts) == 1 and parts[0][1] is not None and parts[0][1].type == "moment":
        return (parts[0][0],)
    raise fault(node.place, f"{shown(node)} is given for when a task starts; accepted is one variable that is a date and time")


def _references(node: Node, *, texts: Texts) -> tuple[TaskReference, ...]:
    found = texts.report.each(partial(_reference, texts=texts), mapping(node, "the references of a task").entries)
    size = sum(len(each.label.encode()) + sum(len(_verbatim(part).encode()) for part in each.value) for each in found)
    if size > MOST_REFERENCE_BYTES:
        raise fault(
            node.place, f"the references of a task take {size} bytes, without their variables; at most {MOST_REFERENCE_BYTES} are accepted"
        )
    return found


def _reference(entry: Entry, *, texts: Texts) -> TaskReference:
    what = f"the reference {entry.name!r}"
    if isinstance(entry.value, Scalar):
        return TaskReference(entry.name, "URL", _value(entry.value, "url", what, texts))
    value = single_entry(entry.value, what)
    if value.name not in REFERENCE_TYPES:
        raise fault(value.key.place, unknown("type of reference", value.name, REFERENCE_TYPES))
    return TaskReference(entry.name, REFERENCE_TYPES[value.name], _value(value.value, value.name, what, texts))


def _value(node: Node, kind: str, what: str, texts: Texts) -> Text:
    """The value; what has no variables must be of its type here, the rest when the task starts."""
    if isinstance(node, Scalar) and isinstance(node.value, float) and kind == "number":
        return (Verbatim(number_as_text(node.value)),)
    given = text(node, what)
    if has_variables(node) and (kind != "url" or given.startswith(("https://", "{{"))):
        return texts.read(node, what, most=MOST_REFERENCE_BYTES)
    if kind == "number":
        raise fault(node.place, f"{given!r} is given for {what}; accepted is a number, or a text with variables")
    if kind == "date":
        moment(node)
    if kind in _FITTING and not _FITTING[kind].fullmatch(given):
        accepted = "an address that begins with https://" if kind == "url" else "a mail address"
        raise fault(node.place, f"{given!r} is given for {what}; accepted is {accepted}")
    return texts.read(node, what, most=MOST_REFERENCE_BYTES)


def _verbatim(part: object) -> str:
    return part.text if isinstance(part, Verbatim) else ""
