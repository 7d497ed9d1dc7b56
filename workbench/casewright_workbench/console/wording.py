"""Events in words: what happened, by whom, and what changed."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, assert_never

from casewright.cases import events
from casewright.cases.events import Event
from casewright.sla.policies import BREACH
from casewright_workbench.console.names import OURS, Names

_FATES: Final[Mapping[events.MailFate, str]] = {
    "delivered": "delivered",
    "delayed": "delayed: the server of the recipient does not take it yet",
    "bounced": "bounced",
    "complained": "called spam by its recipient",
    "rejected": "rejected by SES, and not sent",
    "not_rendered": "not sent, since its template could not be filled",
}
_ITEMS: Final = {"case": "linked case", "sla": "native SLA"}


def tone(event: Event) -> str:
    """Whose doing it was: person, ours, program or clock."""
    if isinstance(event.change, events.ClockDue | events.ScheduleDue):
        return "clock"
    if event.own is not None:
        return "ours"
    return "person" if event.performer.kind == "user" else "program"


def by(event: Event, names: Names) -> str:
    """Who did it; nobody, when a clock fell due."""
    if isinstance(event.change, events.ClockDue | events.ScheduleDue):
        return ""
    if isinstance(event.change, events.MailReported):
        return "Amazon SES"
    return OURS if event.own is not None else names.performer(event.performer)


def told(event: Event, names: Names) -> tuple[str, str]:  # noqa: C901, PLR0912 -- one case an event
    """What happened, and the words somebody wrote, if any."""
    match event.change:
        case events.CaseCreated():
            return "Case created", ""
        case events.CaseUpdated(changed_field_ids=changed):
            return f"Changed {', '.join(names.fields[each] for each in _shown(changed, names)) or 'nothing of the catalog'}", ""
        case events.CaseDeleted():
            return "Case deleted", ""
        case events.CaseRead():
            return "Case read, because its own events did not come", ""
        case events.CaseAdopted():
            return "Case adopted as it was", ""
        case events.RelatedItemAdded(item):
            return f"{_item(item)} added", item.comment_body
        case events.RelatedItemUpdated(item):
            return f"{_item(item)} changed", item.comment_body
        case events.RelatedItemRemoved(item):
            return f"{_item(item)} removed", ""
        case events.ClockDue(policy=policy, milestone=milestone):
            return f"Clock {policy}: {'time is up' if milestone == BREACH else f'milestone {milestone}'}", ""
        case events.ClockRecomputed(policy=policy):
            return f"Clock {policy} recomputed", ""
        case events.ScheduleDue(rule=rule):
            return f"Schedule of the rule {rule}", ""
        case events.MailReported() as mail:
            return _mail(mail), mail.reason
        case events.Unrecognised(event_type=event_type):
            return f"Event of the unknown type {event_type}", ""
        case _ as never:
            assert_never(never)


def repaired(event: Event) -> str:
    """That an event is repaired, as a sentence; empty for the others."""
    if event.repair is None:
        return ""
    source = "found in the audit history of Cases" if event.repair.audit_id else "noticed when its case was looked for"
    more = "; what that does not tell is as it was when it was repaired" if event.repair.audit_id and event.repair.hydrated else ""
    return f"Repaired: its own event never came, it was {source}{more}."


def values(event: Event, names: Names) -> Iterator[tuple[str, str]]:
    """The new values of what an update changed."""
    if not isinstance(event.change, events.CaseUpdated) or event.change.fields is None:
        return
    for field_id in _shown(event.change.changed_field_ids, names):
        value = event.change.fields.get(field_id)
        yield names.fields[field_id], "cleared" if value in (None, "") else names.value(field_id, value)


def _shown(changed: Iterable[str], names: Names) -> Iterator[str]:
    """The changed fields that the catalog names, without those by which Cases itself keeps book of times."""
    return (field_id for field_id in changed if field_id in names.fields and not field_id.endswith("_datetime"))


def _mail(mail: events.MailReported) -> str:
    number = f" ({mail.recipients} recipients)" if mail.recipients > 1 else ""
    suppressed = f"; {mail.suppressed} {'gets' if mail.suppressed == 1 else 'get'} no mail any more" if mail.suppressed else ""
    return f"Mail {_FATES[mail.fate]}{number}{suppressed}"


def _item(item: events.RelatedItem) -> str:
    name = _ITEMS.get(item.type, item.type)
    more = item.contact_channel.lower() or item.sla_name
    text = f"{name} ({more})" if more else name
    return text[0].upper() + text[1:]
