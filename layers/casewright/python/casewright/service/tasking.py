"""Tasking: a task started with what it refers to and when, and the tasks of a case ended."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec.structs import replace

from casewright import actions
from casewright.asking import effect_key
from casewright.cases.tasks import FURTHEST_START, MOST_REFERENCE_BYTES, Reference
from casewright.decision import Effect, Outcome
from casewright.errors import NotFound, Permanent, TasksToCome
from casewright.ports.cases import RelatedItems
from casewright.ports.effects import Ledger, Recorded
from casewright.ports.world import Tasks
from casewright.service.wanted import done_since

_SOON: Final = timedelta(minutes=1)
"""A time this near may be past when Connect reads it, and would be refused."""

_EMAIL: Final = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")


def started(effect: Effect, task: actions.CreateTask, tasks: Tasks, *, now: datetime) -> Outcome:
    """Have the task started, its contact to be linked to the case next; what could not be sent along is told."""
    notes, at = list[str](), None
    if task.starts_at is not None:
        at = _moment(task.starts_at)
        if at is None:
            return Outcome(status="failed", detail=f"its schedule gave no time: {task.starts_at[:100]!r}; ISO 8601 is accepted")
        if at > now + FURTHEST_START:
            most = f"Connect takes at most {FURTHEST_START.days} days ahead"
            return Outcome(status="failed", detail=f"scheduled for {at.isoformat()}; {most}")
        if at <= now + _SOON:
            notes.append(f"started at once: it was scheduled for {at.isoformat()}")
            at = None
    references = _sendable(task.references, notes)
    contact_arn = tasks.start(replace(task, references=references), at=at, case_id=effect.case_id, client_token=effect.key)
    return Outcome(status="done", detail="; ".join([contact_arn, *notes]), follow_ups=(_attachment(effect, contact_arn),))


def ended_since(effect: Effect, ledger: Ledger) -> Outcome | None:
    """What becomes of a task whose event came late, when a later one had ended the tasks of the case: it is not started.

    One that may have been started already was asked for by then, and ending has waited for it.
    """
    ends = (each for each in done_since(effect, ledger) if isinstance(each.action, actions.EndTasks))
    if any(each.position > effect.position for each in ends):
        return Outcome(status="superseded", detail="the tasks of the case were ended since")
    return None


def ended(effect: Effect, action: actions.EndTasks, tasks: Tasks, items: RelatedItems, ledger: Ledger) -> Outcome:
    """Have the tasks ended that the case had when this was asked for; one that refuses to end does not keep the others.

    The ledger knows the tasks that rules made, whether or not they are linked to the case yet.

    Raises:
        TasksToCome: a task asked for before is still to be started, and to be ended then.
    """
    made = _Made(ledger.effects(effect.case_id))
    earlier = made.contact_ids(each for each in made.tasks if each.effect.position < effect.position)
    later = made.contact_ids(each for each in made.tasks if each.effect.position >= effect.position)
    linked = () if action.ours_only else _linked(effect.case_id, items)
    stopped, refused = list[str](), list[str]()
    for contact_id in dict.fromkeys([*earlier, *linked]):
        if contact_id in later:
            continue
        try:
            stopped += [contact_id] if tasks.end(contact_id) else []
        except Permanent as error:
            refused.append(f"{contact_id}: {error}")
    if awaited := [each for each in made.tasks if each.status == "pending" and each.effect.position < effect.position]:
        raise TasksToCome(effect.case_id, len(awaited))
    detail = f"ended {len(stopped)} tasks: {', '.join(stopped)}" if stopped else "no open task"
    if refused:
        return Outcome(status="failed", detail=f"{detail}; not ended: {'; '.join(refused)}")
    return Outcome(status="done", detail=detail)


def _linked(case_id: str, items: RelatedItems) -> Sequence[str]:
    try:
        return items.task_ids(case_id)
    except NotFound:  # the case was deleted, and what was linked to it is not told any more; the ledger knows the tasks that rules made
        return ()


class _Made:
    """The tasks that rules asked for on a case."""

    def __init__(self, recorded: Sequence[Recorded]) -> None:
        self.tasks = tuple(each for each in recorded if isinstance(each.effect.action, actions.CreateTask))
        links = ((each.effect.key, each.effect.action) for each in recorded)
        self._contacts = {key: link.contact_arn for key, link in links if isinstance(link, actions.AttachContact)}

    def contact_ids(self, tasks: Iterator[Recorded]) -> list[str]:
        """The contacts of those that were started: the link of each stands in the ledger from then on."""
        arns = (self._contacts.get(_link_key(each.effect)) for each in tasks)
        return [arn.rsplit("/", 1)[-1] for arn in arns if arn]


def _link_key(effect: Effect) -> str:
    return effect_key(effect.key, "attach_contact", 0)


def _attachment(effect: Effect, contact_arn: str) -> Effect:
    """The task is there: however short a time it was worth starting in, it gets a day more to be tied to its case."""
    link, until = actions.AttachContact(contact_arn), effect.expires_at + actions.DAY
    return replace(effect, key=_link_key(effect), action=link, bucket="cases", budget=None, expires_at=until)


def _sendable(references: Sequence[Reference], notes: list[str]) -> tuple[Reference, ...]:
    """The references that Connect takes, in their order: each with a value of its type, as many as there is room for."""
    sent, left = list[Reference](), MOST_REFERENCE_BYTES
    for each in references:
        value = _value(each)
        size = len(each.label.encode()) + len((value or "").encode())
        if not each.value.strip():
            notes.append(f"without the reference {each.label!r}: it was empty")
        elif value is None:
            notes.append(f"without the reference {each.label!r}: it was no {_NOUNS[each.type]}")
        elif size > left:
            notes.append(f"without the reference {each.label!r}: all together take at most {MOST_REFERENCE_BYTES} bytes")
        else:
            sent.append(replace(each, value=value))
            left -= size
    return tuple(sent)


_NOUNS: Final = {"URL": "https:// address", "NUMBER": "number", "STRING": "text", "DATE": "date", "EMAIL": "mail address"}


def _value(reference: Reference) -> str | None:
    """The value as Connect takes it; None where it is not of its type. Agents follow a link, so it leads to https and nowhere else."""
    given = reference.value.strip()
    match reference.type:
        case "URL":
            return given if re.fullmatch(r"https://\S+", given) else None
        case "EMAIL":
            return given if _EMAIL.fullmatch(given) else None
        case "NUMBER":
            return given if re.fullmatch(r"[+-]?\d+(\.\d+)?", given, re.ASCII) else None
        case "DATE":
            moment = _moment(given)
            return None if moment is None else str(int(moment.timestamp()))
        case "STRING":
            return given


def _moment(given: str) -> datetime | None:
    """An instant in UTC; a date alone is its midnight there."""
    try:
        moment = datetime.fromisoformat(given.strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
