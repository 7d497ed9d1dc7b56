"""What an effect does, in a few words."""

from typing import assert_never

from casewright import actions
from casewright.cases.recipients import in_words
from casewright.decision import Effect
from casewright_workbench.console.names import Names


def described(effect: Effect, names: Names) -> str:  # noqa: C901, PLR0912 -- one case an action
    """The content of an effect on one line: recipients and subject, fields and values, the name of a task."""
    match effect.action:
        case actions.SendEmail(to=to, subject=subject, people=people):
            text = f"{', '.join([*to, *map(in_words, people)]) or 'nobody'}: {subject}"
        case actions.CreateTask(name=name) | actions.UnmirrorSla(name=name):
            text = name
        case actions.PutEvent(detail_type=name) | actions.CallWebhook(webhook=name):
            text = name
        case actions.EndTasks(ours_only=ours_only):
            text = "open tasks of the case" + (" that rules made" if ours_only else "")
        case actions.Assign(fields=fields, among=among) if among:
            text = ", ".join(f"{names.fields.get(field_id, field_id)} = {_in_turn(field_id, among, names)}" for field_id in fields)
        case actions.UpdateCase(fields=fields):
            text = ", ".join(f"{names.fields.get(each, each)} = {names.value(each, value)}" for each, value in fields.items())
        case actions.AddComment(body=body):
            text = body
        case actions.AttachContact(contact_arn=contact_arn):
            text = f"contact {contact_arn.rpartition('/')[2]}"
        case actions.CreateCase(fields=fields):
            text = str(fields.get("title", ""))
        case actions.LinkCase(to_case_id=to_case_id):
            text = f"case {to_case_id}"
        case actions.Tag(tags=tags):
            text = ", ".join(f"{name}: {value}" for name, value in tags.items())
        case actions.MirrorSla(name=name, due_at=due_at):
            text = f"{name}: due at {names.moment(due_at)}"
        case _ as never:
            assert_never(never)
    return " ".join(text.split())


def noted(effect: Effect, detail: str) -> str:
    """What the detail of a mail or task that is done tells beside its id: whom or what it went without, what follows."""
    if not isinstance(effect.action, actions.SendEmail | actions.CreateTask):
        return ""
    first, _, notes = detail.partition("; ")
    return notes or (first if " " in first else "")


def _in_turn(field_id: str, among: tuple[str, ...], names: Names) -> str:
    return f"in turn {' | '.join(str(names.value(field_id, each)) for each in among)}"
