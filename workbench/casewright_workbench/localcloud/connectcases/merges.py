"""Merging one case into another: what may be merged, and what happens when the merge ends."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from casewright_workbench.localcloud.connectcases import case_writes
from casewright_workbench.localcloud.connectcases.case import Case, PendingMerge, RelatedItem
from casewright_workbench.localcloud.connectcases.context import Context
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.errors import conflict, invalid, quota_exceeded
from casewright_workbench.localcloud.connectcases.journal import Journal
from casewright_workbench.localcloud.connectcases.related_content import CaseLink, ContactLink
from casewright_workbench.localcloud.connectcases.related_placing import place_item, remove_item
from casewright_workbench.localcloud.connectcases.system_fields import CLOSED
from casewright_workbench.localcloud.connectcases.template_checks import is_blank
from casewright_workbench.localcloud.connectcases.values import FieldValue

MERGE_DURATION = timedelta(seconds=2)
MERGEABLE_SYSTEM_FIELDS = frozenset({"assigned_queue", "assigned_user", "summary", "case_reason"})


def check_pair(primary: Case, secondary: Case) -> None:
    """Refuse two cases that cannot be merged, whatever is to be taken over."""
    if primary.id == secondary.id:
        raise invalid("A case cannot be merged into itself.")
    for case in (primary, secondary):
        if case.merge:
            raise conflict(f"Case {case.id} is already part of a merge that is running.")
        if case.merged_into:
            raise conflict(f"Case {case.id} was merged into case {case.merged_into} before.")
        if case.is_closed:
            raise invalid(f"Case {case.id} is closed; only open cases can be merged.")
    customers = [case.values["customer_id"] for case in (primary, secondary) if "customer_id" in case.values]
    if len(customers) == 2 and customers[0] != customers[1]:
        raise invalid("The two cases have different customers; they must have the same, or one of them none.")


def check_fields(domain: Domain, secondary: Case, field_ids: list[str]) -> None:
    """Refuse fields that cannot be merged, or that the secondary case does not have."""
    for field_id in field_ids:
        if not _is_mergeable(domain, domain.field_in_request(field_id).id):
            accepted = ", ".join(sorted(MERGEABLE_SYSTEM_FIELDS))
            raise invalid(f"The system field {field_id!r} cannot be merged; accepted: {accepted} and custom fields.")
        if field_id not in secondary.values:
            raise invalid(f"Case {secondary.id} has no value for the field {field_id!r}.")


def check_sizes(context: Context, domain: Domain, primary: Case, secondary: Case, merge: PendingMerge) -> None:
    """Refuse a merge after which a case would hold too many items or values."""
    moved = sum(item.type in merge.item_types for item in secondary.items.values())
    limit = context.quotas.related_items_per_case
    if max(len(primary.items) + moved, len(secondary.items) - moved) + 1 > limit:
        raise quota_exceeded(limit, "related items per case")
    values = len(_merged_values(domain, primary, secondary, merge))
    if values > context.quotas.values_per_case:
        raise invalid(f"The primary case would have {values} field values; at most {context.quotas.values_per_case} are allowed.")


def finish(context: Context, domain: Domain, secondary: Case, *, due: datetime) -> None:
    """End a merge: take over values and items, link the cases, close the secondary, write both histories."""
    merge = secondary.merge
    assert merge is not None
    primary = domain.cases[merge.mark.primary_id]
    primary.merge = secondary.merge = None
    secondary.merged_into = primary.id
    journal = Journal(context, domain, merge.actor, merge.mark)
    ending = _Ending(context, journal, due)
    values = _merged_values(domain, primary, secondary, merge)
    if values != primary.values:
        case_writes.commit(primary, values, journal, now=due)
    for item in [one for one in secondary.items.values() if one.type in merge.item_types]:
        ending.move(item, secondary, primary)
    ending.link(primary, secondary)
    ending.link(secondary, primary)
    closed = {**secondary.values, "status": FieldValue.text(CLOSED)}
    case_writes.commit(secondary, closed, journal, now=due)
    for case in (primary, secondary):
        journal.case_merged(case, at=case.stamp(due))


def _merged_values(domain: Domain, primary: Case, secondary: Case, merge: PendingMerge) -> dict[str, FieldValue]:
    """The primary's values after the merge: chosen fields from the secondary, and those the primary has blank."""
    values = dict(primary.values)
    for field_id, value in secondary.values.items():
        if not _is_mergeable(domain, field_id):
            continue
        if field_id in merge.field_ids or is_blank(values.get(field_id)):
            values.pop(field_id, None)
            if not is_blank(value):
                values[field_id] = value
    return values


def _is_mergeable(domain: Domain, field_id: str) -> bool:
    return field_id in MERGEABLE_SYSTEM_FIELDS or domain.fields[field_id].namespace == "Custom"


def _twins(case: Case, item: RelatedItem) -> Iterator[RelatedItem]:
    for other in case.items.values():
        match item.content, other.content:
            case ContactLink(arn), ContactLink(same) if arn == same:
                yield other
            case CaseLink(case_id), CaseLink(same) if case_id == same:
                yield other


@dataclass(frozen=True, slots=True)
class _Ending:
    """The related-item side of a merge that ends."""

    context: Context
    journal: Journal
    due: datetime

    def move(self, item: RelatedItem, secondary: Case, primary: Case) -> None:
        """Move an item, unless the primary already has what it points to; then it only leaves the secondary."""
        remove_item(self.context, secondary, item)
        self.journal.item_deleted(secondary, item, at=secondary.stamp(self.due))
        twin = next(_twins(primary, item), None)
        if twin is not None:
            twin.tags = {**item.tags, **twin.tags}
        elif item.content != CaseLink(primary.id):
            item.case_id, item.arn = primary.id, f"{primary.arn}/related-item/{item.id}"
            self._place(primary, item, at=primary.stamp(self.due))

    def link(self, case: Case, other: Case) -> None:
        """Tie the one case to the other, if it is not yet."""
        if any(item.content == CaseLink(other.id) for item in case.items.values()):
            return
        item_id = self.context.ids.uuid()
        at = case.stamp(self.due)
        arn = f"{case.arn}/related-item/{item_id}"
        self._place(case, RelatedItem(item_id, arn, case.id, CaseLink(other.id), at, self.journal.actor.user), at=at)

    def _place(self, case: Case, item: RelatedItem, *, at: datetime) -> None:
        place_item(self.context, case, item)
        self.journal.item_created(case, item, at=at)
