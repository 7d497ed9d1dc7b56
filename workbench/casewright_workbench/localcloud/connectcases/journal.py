"""What happened, told twice: to the audit history of the case and to the event stream."""

from collections.abc import Mapping
from datetime import datetime

from casewright_workbench.localcloud.connectcases.case import Actor, AuditEntry, Case, FieldChange, MergeMark, RelatedItem
from casewright_workbench.localcloud.connectcases.context import Context
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.event_stream import EventStream
from casewright_workbench.localcloud.connectcases.related_content import Content, attributes_of
from casewright_workbench.localcloud.connectcases.values import FieldValue


def changes_between(before: Mapping[str, FieldValue], after: Mapping[str, FieldValue]) -> tuple[FieldChange, ...]:
    """The fields that differ: first those the new state holds, in its order, then those that were cleared."""
    ids = [*after, *(field_id for field_id in before if field_id not in after)]
    return tuple(FieldChange(one, before.get(one), after.get(one)) for one in ids if before.get(one) != after.get(one))


class Journal:
    """The record of changes in one domain, made on behalf of one actor."""

    def __init__(self, context: Context, domain: Domain, actor: Actor, merge: MergeMark | None = None) -> None:
        self._context = context
        self._stream = EventStream(context, domain)
        self.actor = actor
        self._merge = merge

    def case_created(self, case: Case) -> None:
        """A case came to be, with all its values new."""
        changes = changes_between({}, case.values)
        self._audit(case, "Case.Created", changes, at=case.created)
        self._stream.case_changed("CASE.CREATED", case, [one.field_id for one in changes], at=case.created, actor=self.actor)

    def case_updated(self, case: Case, before: Mapping[str, FieldValue], *, at: datetime) -> None:
        """The values of a case changed."""
        changes = changes_between(before, case.values)
        self._audit(case, "Case.Updated", changes, at=at)
        self._stream.case_changed("CASE.UPDATED", case, [one.field_id for one in changes], at=at, actor=self.actor)

    def case_deleted(self, case: Case, *, at: datetime) -> None:
        """A case is gone; its history goes with it."""
        self._stream.case_deleted(case, at=at, actor=self.actor)

    def case_merged(self, case: Case, *, at: datetime) -> None:
        """A case took part in a merge; only the history says so."""
        self._audit(case, "Case.Merged", (), at=at)

    def item_created(self, case: Case, item: RelatedItem, *, at: datetime) -> None:
        """Something was tied to a case."""
        changes = changes_between({}, attributes_of(item.content))
        self._audit(case, "RelatedItem.Created", changes, at=at, item=item)
        self._item_changed("RELATED_ITEM.CREATED", item, changes, at=at)

    def item_updated(self, case: Case, item: RelatedItem, before: Content, *, at: datetime) -> None:
        """The content of a related item changed."""
        changes = changes_between(attributes_of(before), attributes_of(item.content))
        self._audit(case, "RelatedItem.Updated", changes, at=at, item=item)
        self._item_changed("RELATED_ITEM.UPDATED", item, changes, at=at)

    def item_deleted(self, case: Case, item: RelatedItem, *, at: datetime) -> None:
        """Something was untied from a case."""
        self._audit(case, "RelatedItem.Deleted", changes_between(attributes_of(item.content), {}), at=at, item=item)
        self._stream.item_deleted(item, at=at, actor=self.actor)

    def _item_changed(self, event_type: str, item: RelatedItem, changes: tuple[FieldChange, ...], *, at: datetime) -> None:
        self._stream.item_changed(event_type, item, [one.field_id for one in changes], at=at, actor=self.actor)

    def _audit(
        self, case: Case, entry_type: str, changes: tuple[FieldChange, ...], *, at: datetime, item: RelatedItem | None = None
    ) -> None:
        if item:
            named = FieldChange("relatedItemId", None, FieldValue.text(item.id))
            changes = (named, *changes)
        item_type = item.type if item else None
        case.audit.append(AuditEntry(self._context.ids.uuid(), entry_type, at, changes, self.actor, item_type, self._merge))
