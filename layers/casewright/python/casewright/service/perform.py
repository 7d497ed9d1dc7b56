"""Perform: one write to the world, for one effect or for updates of one or several cases."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from casewright import actions
from casewright.cases.performers import entity_for
from casewright.decision import Effect, Outcome
from casewright.errors import CasewrightError
from casewright.ports.cases import CaseWriter, RelatedItems
from casewright.ports.effects import Ledger, Write
from casewright.ports.world import Bus, Tasks
from casewright.service import emitting
from casewright.service.mailing import Mailing, mailed
from casewright.service.mirroring import mirrored, unmirrored
from casewright.service.relating import related
from casewright.service.tasking import ended, ended_since, started


class Performing(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of the world that effects change."""

    cases: CaseWriter
    items: RelatedItems
    tasks: Tasks
    ledger: Ledger
    mail: Mailing
    bus: Bus
    webhooks: frozenset[str] = frozenset()
    """Names of the webhooks that are deployed."""


def perform(
    effects: Sequence[Effect], write: Write, world: Performing, *, now: datetime, interrupted: bool
) -> list[Outcome | CasewrightError]:
    """Do it; answers for each effect how it ended, or what went wrong with it alone. Raises what the ports raise."""
    if not isinstance(effects[0].action, actions.UpdateCase):
        return [_one(effects[0], write.id, world, now=now, interrupted=interrupted)]
    case_ids = write.cases or (effects[0].case_id,)
    wrong = world.cases.update(case_ids, write.fields, write_id=write.id, entity=entity_for(write.id, write.hop))
    return [wrong.get(effect.case_id) or Outcome(status="done", detail=f"write {write.id}") for effect in effects]


def _one(effect: Effect, write_id: str, world: Performing, *, now: datetime, interrupted: bool) -> Outcome:  # noqa: C901 -- one case an action
    case_id, entity = effect.case_id, entity_for(write_id, effect.hop)
    match effect.action:
        case actions.SendEmail() as email:
            return mailed(effect, email, world.mail, interrupted=interrupted)
        case actions.CreateTask() as task:
            return ended_since(effect, world.ledger) or started(effect, task, world.tasks, now=now)
        case actions.EndTasks() as end:
            return ended(effect, end, world.tasks, world.items, world.ledger)
        case actions.AddComment() as comment:
            if not comment.body.strip():
                return Outcome(status="failed", detail="an empty comment: every variable of its text was empty")
            return Outcome(status="done", detail=world.cases.comment(case_id, comment, write_id=write_id, entity=entity))
        case actions.CreateCase() | actions.LinkCase() | actions.AttachContact() | actions.Tag() as tie:
            return related(effect, tie, world.cases, world.items, world.ledger, entity=entity)
        case actions.MirrorSla() as sla:
            return mirrored(sla, world.items, case_id=case_id, entity=entity, now=now)
        case actions.UnmirrorSla() as sla:
            return unmirrored(sla, world.items, case_id=case_id)
        case actions.PutEvent() as event:
            return emitting.put(effect, event, world.bus)
        case actions.CallWebhook() as call:
            return emitting.called(effect, call, world.bus, world.webhooks)
        case actions.UpdateCase():
            raise AssertionError("updates are written by perform")
