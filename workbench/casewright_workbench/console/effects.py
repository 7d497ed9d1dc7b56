"""What an effect does, in a few words."""

from typing import assert_never

from casewright import actions
from casewright.decision import Effect
from casewright_workbench.console.names import Names


def described(effect: Effect, names: Names) -> str:
    """The content of an effect on one line: recipients and subject, fields and values, the name of a task."""
    match effect.action:
        case actions.SendEmail(to=to, subject=subject):
            text = f"{', '.join(to) or 'nobody'}: {subject}"
        case actions.CreateTask(name=name) | actions.UnmirrorSla(name=name):
            text = name
        case actions.EndTasks():
            text = "open tasks of the case"
        case actions.UpdateCase(fields=fields):
            text = ", ".join(f"{names.fields.get(each, each)} = {names.value(each, value)}" for each, value in fields.items())
        case actions.AddComment(body=body):
            text = body
        case actions.PutEvent(detail_type=detail_type):
            text = detail_type
        case actions.AttachContact(contact_arn=contact_arn):
            text = f"contact {contact_arn.rpartition('/')[2]}"
        case actions.MirrorSla(name=name, due_at=due_at):
            text = f"{name}: due at {due_at.isoformat(timespec='minutes')}"
        case _ as never:
            assert_never(never)
    return " ".join(text.split())
