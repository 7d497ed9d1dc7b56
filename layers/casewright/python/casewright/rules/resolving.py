"""From what a rule says to what is asked of the world at one moment: every text filled."""

from typing import assert_never

from msgspec.structs import replace

from casewright import actions
from casewright.conditions.subjects import Facts
from casewright.rules import bus_events
from casewright.rules import instructions as do
from casewright.rules.case_actions import of_case
from casewright.rules.letters import letter
from casewright.rules.recipients import recipients
from casewright.rules.tasks import task


def resolve(instruction: do.Instruction, facts: Facts) -> actions.Action | None:
    """The action asked for at this moment; None for AssignSla, which starts a clock of ours and asks nothing of the world."""
    match instruction:
        case do.SendEmail():
            return _email(instruction, facts)
        case do.CreateTask():
            return task(instruction, facts)
        case do.EndTasks(ours_only=ours_only):
            return actions.EndTasks(ours_only)
        case do.UpdateCase() | do.Assign() | do.AddComment() | do.CreateCase() | do.LinkCase() | do.AttachContact() | do.Tag():
            return of_case(instruction, facts)
        case do.PutEvent():
            return bus_events.event_of(instruction, facts)
        case do.CallWebhook():
            return bus_events.call_of(instruction, facts)
        case do.AssignSla():
            return None
        case _ as never:
            assert_never(never)


def _email(instruction: do.SendEmail, facts: Facts) -> actions.SendEmail:
    assert instruction.email is not None, "linking fills the email"
    found = recipients(instruction, facts)
    return replace(letter(instruction.email, facts, to=found.to), people=found.people, apart=found.apart)
