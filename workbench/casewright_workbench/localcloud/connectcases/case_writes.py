"""How the values of a case change: what a request may write, and what Cases itself maintains."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from casewright_workbench.localcloud.connectcases import sla_items, template_checks
from casewright_workbench.localcloud.connectcases.case import Actor, Case
from casewright_workbench.localcloud.connectcases.context import Context
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.errors import invalid
from casewright_workbench.localcloud.connectcases.field_checks import check_value
from casewright_workbench.localcloud.connectcases.journal import Journal
from casewright_workbench.localcloud.connectcases.moments import as_text
from casewright_workbench.localcloud.connectcases.system_fields import ALWAYS_FILLED, CLOSED, READ_ONLY
from casewright_workbench.localcloud.connectcases.values import FieldValue, read_value

Writes = Mapping[str, FieldValue | None]


def read_writes(entries: Iterable[Mapping[str, Any]]) -> dict[str, FieldValue | None]:
    """The writes a list of `{id, value}` asks for; a field may stand in it once."""
    writes: dict[str, FieldValue | None] = {}
    for entry in entries:
        if entry["id"] in writes:
            raise invalid(f"The field {entry['id']!r} stands twice in the request; give each field once.")
        writes[entry["id"]] = read_value(entry["value"])
    return writes


def check_writes(domain: Domain, writes: Writes, *, held: Mapping[str, FieldValue]) -> None:
    """Refuse a write to an unknown, deleted or read-only field, or of a value the field does not take.

    `held` are the values the case has: a deleted field may still be changed on a case that holds a value for it.
    """
    for field_id, value in writes.items():
        field = domain.field_in_request(field_id)
        if field_id in READ_ONLY:
            raise invalid(f"The system field {field_id!r} is maintained by Cases and cannot be written.")
        if field.deleted and field_id not in held:
            raise invalid(f"The field {field_id!r} ({field.name}) was deleted and this case holds no value for it.")
        if value is not None:
            check_value(field, value)
        elif field_id in ALWAYS_FILLED:
            raise invalid(f"The system field {field_id!r} cannot be emptied.")


def update_case(context: Context, domain: Domain, case: Case, writes: Writes, actor: Actor) -> None:
    """Write fields of a case, with everything that follows from it."""
    case.assert_unlocked()
    check_writes(domain, writes, held=case.values)
    after = written_over(case.values, writes)
    template = domain.template(case.template_id)
    emptied = [field_id for field_id in writes if template_checks.is_blank(after.get(field_id))]
    template_checks.check_required_fields(domain, template, after, among=emptied)
    template_checks.check_case_rules(domain, template, after, written=writes)
    if writes:
        commit(case, after, Journal(context, domain, actor), now=context.clock.now())


def commit(case: Case, after: dict[str, FieldValue], journal: Journal, *, now: datetime) -> None:
    """Give a case its new values, stamp it, tell of it, and settle its SLA items."""
    before = case.values
    at = case.stamp(now)
    case.values = after
    stamp_status(case, before, at=at)
    case.values["last_updated_datetime"] = FieldValue.text(as_text(at))
    stamp_user(case, "last_updated_user", journal.actor)
    journal.case_updated(case, before, at=at)
    sla_items.settle(case, journal, now=now)


def written_over(values: Mapping[str, FieldValue], writes: Writes) -> dict[str, FieldValue]:
    """The values after the writes; a field written empty is gone."""
    merged: dict[str, FieldValue | None] = {**values, **writes}
    return {field_id: value for field_id, value in merged.items() if value is not None}


def stamp_status(case: Case, before: Mapping[str, FieldValue], *, at: datetime) -> None:
    """Keep the moments of the last closing and the last reopening."""
    was_closed = "status" in before and before["status"].plain == CLOSED
    if case.is_closed and not was_closed:
        case.values["last_closed_datetime"] = FieldValue.text(as_text(at))
    if was_closed and not case.is_closed:
        case.values["last_reopened_datetime"] = FieldValue.text(as_text(at))


def stamp_user(case: Case, field_id: str, actor: Actor) -> None:
    """Keep the user behind a change; a change by anyone but a Connect user leaves the field empty."""
    case.values.pop(field_id, None)
    if actor.user_arn:
        case.values[field_id] = FieldValue.user(actor.user_arn)
