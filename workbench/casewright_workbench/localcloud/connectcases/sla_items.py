"""SLA related items: overdue when the clock passes their target, met or not met when the field takes its value."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from casewright_workbench.localcloud.connectcases.case import Actor, Case, RelatedItem
from casewright_workbench.localcloud.connectcases.context import Context
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.journal import Journal
from casewright_workbench.localcloud.connectcases.moments import as_text
from casewright_workbench.localcloud.connectcases.related_content import Sla
from casewright_workbench.localcloud.connectcases.timers import Timer
from casewright_workbench.localcloud.connectcases.values import FieldValue

FULFILLED = {"Active": "Met", "Overdue": "NotMet"}


def service_actor(domain: Domain) -> Actor:
    """The actor of what the service does by itself when time passes."""
    role = "aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect"
    return Actor(f"arn:aws:iam::{domain.account}:role/{role}")


def start(domain: Domain, case: Case, item: RelatedItem, journal: Journal, *, now: datetime) -> None:
    """Start the clock of an SLA item that was just created; a target already reached is met at once."""
    if isinstance(item.content, Sla):
        domain.timers.add(item.content.target, Timer(case.id, item.id))
        settle(case, journal, now=now)


def settle(case: Case, journal: Journal, *, now: datetime) -> None:
    """Complete the open SLA items whose field now has its target value, and keep the next breach."""
    completed = case.last_change
    for item, sla in _slas(case):
        if sla.status in FULFILLED and _is_reached(sla, case):
            item.content = replace(sla, status=FULFILLED[sla.status], completed=completed)
            journal.item_updated(case, item, sla, at=case.stamp(now))
    keep_next_breach(case)


def turn_overdue(context: Context, domain: Domain, case: Case, item_id: str, *, due: datetime) -> None:
    """The target of an SLA item has come; one already completed or deleted is left alone."""
    item = case.items.get(item_id)
    if item is None or not isinstance(item.content, Sla) or item.content.status != "Active":
        return
    before = item.content
    item.content = replace(before, status="Overdue")
    Journal(context, domain, service_actor(domain)).item_updated(case, item, before, at=case.stamp(due))
    keep_next_breach(case)


def keep_next_breach(case: Case) -> None:
    """Set `next_sla_breach_datetime` to the earliest target still ahead, or clear it."""
    ahead = [sla.target for _, sla in _slas(case) if sla.status == "Active"]
    case.values.pop("next_sla_breach_datetime", None)
    if ahead:
        case.values["next_sla_breach_datetime"] = FieldValue.text(as_text(min(ahead)))


def target_time(created: datetime, minutes: int) -> datetime:
    """When an SLA of so many minutes, created then, is breached."""
    return created + timedelta(minutes=minutes)


def _is_reached(sla: Sla, case: Case) -> bool:
    """Whether the field has the target value; an SLA without a target value is never reached."""
    return sla.target_value is not None and sla.target_value.same_as(case.values.get(sla.field_id or ""))


def _slas(case: Case) -> Iterator[tuple[RelatedItem, Sla]]:
    for item in case.items.values():
        if isinstance(item.content, Sla):
            yield item, item.content
