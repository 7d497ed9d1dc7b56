"""From an instruction of ours to an action of a native rule, or why it cannot be said there."""

from collections.abc import Mapping
from typing import Final

from casewright.cases.values import FieldValue, User
from casewright.conditions.texts import Text, Verbatim
from casewright.rules.instructions import (
    AddComment,
    Assign,
    Assignment,
    AssignSla,
    AttachContact,
    CallWebhook,
    CreateCase,
    CreateTask,
    EndTasks,
    Instruction,
    LinkCase,
    PutEvent,
    SendEmail,
    Tag,
    UpdateCase,
)
from casewright.sla.policies import Policy
from casewright_authoring.native.documents import Action, EndTasksAction, EventSource, TaskAction, UpdateCaseAction
from casewright_authoring.native.reasons import Unsayable
from casewright_authoring.native.sla_items import sla_item

INJECTION: Final = "$."
"""What opens a path in a text of a native rule (administrator guide, "variable injection")."""

LONGEST_VALUE: Final = 500
"""Characters of a text that UPDATE_CASE sets (Connect API, FieldStringValue)."""

MOST_FIELDS: Final = 100
"""Fields that UPDATE_CASE sets (CloudFormation, AWS::Connect::Rule)."""


def action_of(instruction: Instruction, source: EventSource, policies: Mapping[str, Policy]) -> Action:  # noqa: C901 -- one case an action
    """The action of a linked instruction in a rule of the event source; the policies are linked too.

    Raises:
        Unsayable: it cannot be said.
    """
    match instruction:
        case CreateTask():
            return _task(instruction)
        case EndTasks():
            return _end(instruction, source)
        case UpdateCase():
            return _update(instruction, source)
        case AssignSla(policy=name):
            if source != "OnCaseCreate":
                raise Unsayable(
                    "with case_created only: elsewhere it could be assigned again and again, and what Connect does then is not documented"
                )
            return sla_item(policies[name])
        case SendEmail():
            raise Unsayable("a native rule sends mail to Connect users only, from a fixed address and without our templates")
        case Assign(among=(_,)):
            return _update(UpdateCase((instruction.assignment,)), source)
        case Assign():
            raise Unsayable("a native rule has nobody take turns")
        case CreateCase() | LinkCase() | AttachContact() | Tag():
            raise Unsayable("a native rule about cases creates none and ties nothing to them")
        case AddComment():
            raise Unsayable("a native rule cannot comment")
        case PutEvent():
            raise Unsayable("a native rule about cases puts no event on the bus")
        case CallWebhook():
            raise Unsayable("a native rule calls no webhook")


def _end(instruction: EndTasks, source: EventSource) -> EndTasksAction:
    if instruction.ours_only:
        raise Unsayable("a native rule ends every task: it cannot tell those that rules made")
    if source != "OnCaseUpdate":
        raise Unsayable("Connect ends tasks only with case_updated")
    return EndTasksAction()


def _update(instruction: UpdateCase, source: EventSource) -> UpdateCaseAction:
    if source == "OnSlaBreach":
        raise Unsayable("Connect updates cases only with case_created and case_updated")
    if len(instruction.set) > MOST_FIELDS:
        raise Unsayable(f"it sets {len(instruction.set)} fields; {MOST_FIELDS} are allowed")
    return UpdateCaseAction(tuple((each.field.id, _value(each)) for each in instruction.set))


def _value(assignment: Assignment) -> FieldValue:
    value = assignment.value
    match value:
        case User():
            raise Unsayable(f"{assignment.field.name!r} holds a user, and a native rule has no value for that")
        case tuple():
            value = _text(value)
        case str() if INJECTION in value:
            raise Unsayable(f"'{INJECTION}' in a text opens a path there")
        case _:
            pass
    if isinstance(value, str) and len(value) > LONGEST_VALUE:
        raise Unsayable(f"the text for {assignment.field.name!r} has {len(value)} characters; {LONGEST_VALUE} are allowed")
    return value


def _task(task: CreateTask) -> TaskAction:
    given = {
        "quick_connect": task.quick_connect,
        "task_template": task.task_template,
        "references": task.references,
        "schedule": task.starts_in or task.starts_at,
    }
    if unsayable := [key for key, value in given.items() if value]:
        raise Unsayable(f"a task of a native rule has no {' and no '.join(unsayable)} here")
    return TaskAction(task.flow_arn, _text(task.name), _text(task.description))


def _text(text: Text) -> str:
    """The text, which must hold no variable: how a native rule about cases writes one is not documented."""
    parts = [part.text for part in text if isinstance(part, Verbatim)]
    if len(parts) < len(text):
        raise Unsayable("how a text of a native rule about cases names a variable is not documented")
    written = "".join(parts)
    if INJECTION in written:
        raise Unsayable(f"'{INJECTION}' in a text opens a path there")
    return written
