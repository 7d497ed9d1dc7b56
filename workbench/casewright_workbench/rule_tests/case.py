"""The case of a test as Cases would keep it: steps become the events that Cases would send."""

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from casewright import actions
from casewright.cases.events import CaseCreated, CaseDeleted, CaseRead, CaseUpdated, Change, Event, RelatedItem
from casewright.cases.events import RelatedItemAdded as Added
from casewright.cases.events import RelatedItemRemoved as Removed
from casewright.cases.events import RelatedItemUpdated as Updated
from casewright.cases.performers import OwnWrite, Performer, entity_for
from casewright.cases.values import FieldValue
from casewright.decision import Effect
from casewright_workbench.explain.words import instant
from casewright_workbench.rule_tests.written import Creates, Deletes, Fields, Relates, Sets, Stands

CASE_ID = "case-of-the-test"
_OWN_WRITE = "0" * 32
_TYPES = {CaseCreated: "CASE.CREATED", CaseUpdated: "CASE.UPDATED", CaseDeleted: "CASE.DELETED", CaseRead: "CASE.READ"}
_ITEM_TYPES = {Added: "RELATED_ITEM.CREATED", Updated: "RELATED_ITEM.UPDATED", Removed: "RELATED_ITEM.DELETED"}


class TestedCase:
    """Holds the fields, and makes events of what people and casewright do; `included` are the ids that events carry."""

    def __init__(self, included: frozenset[str]) -> None:
        self._included, self._number = included, 0
        self._template, self._fields = "", dict[str, FieldValue]()
        self._opened: datetime | None = None

    def stands(self, case: Stands, at: datetime) -> Event:
        """The case as it is before the first event."""
        self._open(case.template_id, case.fields, at)
        return self._event(at, CaseRead(self._template, at, dict(self._fields)), Performer())

    def event(self, step: Creates | Sets | Deletes | Relates, at: datetime) -> Event:
        """What somebody does."""
        match step:
            case Creates(template_id=template_id, fields=fields):
                self._open(template_id, fields, at)
                return self._event(at, CaseCreated(template_id, at, dict(self._fields)), step.by)
            case Sets(fields=fields):
                return self._event(at, self._set(fields, at), step.by)
            case Deletes():
                return self._event(at, CaseDeleted(self._template), step.by)
            case Relates():
                return self._event(at, _related(step), step.by)
            case _ as never:
                assert_never(never)

    def performed(self, effects: Iterable[Effect], at: datetime) -> Event | None:
        """The writes of fields among the effects of one decision, as one; None where they change nothing."""
        writes = [effect for effect in effects if isinstance(effect.action, actions.UpdateCase)]
        change = self._set({name: value for effect in writes for name, value in _fields(effect).items()}, at)
        if not change.changed_field_ids:
            return None
        return self._own(at, change, max(effect.hop for effect in writes))

    def commented(self, effect: Effect, at: datetime) -> Event:
        """A comment that casewright adds."""
        assert isinstance(effect.action, actions.AddComment), "only comments are added"
        return self._own(at, Added(RelatedItem("item", "comment", comment_body=effect.action.body)), effect.hop)

    def _open(self, template_id: str, fields: Fields, at: datetime) -> None:
        kept = {"status": "open", "created_datetime": instant(at)}
        self._template, self._opened = template_id, at
        self._fields = {field_id: value for field_id, value in {**kept, **fields}.items() if field_id in self._included}

    def _set(self, fields: Fields, at: datetime) -> CaseUpdated:
        before = dict(self._fields)
        self._fields |= {field_id: value for field_id, value in fields.items() if field_id in self._included}
        closed = self._fields.get("status") == "closed" != before.get("status")
        if closed and "last_closed_datetime" in self._included:
            self._fields["last_closed_datetime"] = instant(at)
        changed = tuple(field_id for field_id, value in self._fields.items() if before.get(field_id) != value)
        return CaseUpdated(self._template, self._opened, dict(self._fields), changed)

    def _own(self, at: datetime, change: Change, hop: int) -> Event:
        performer = Performer("arn:aws:iam::111122223333:role/casewright", custom_entity=entity_for(_OWN_WRITE, hop))
        return replace(self._event(at, change, performer), own=OwnWrite(_OWN_WRITE, hop))

    def _event(self, at: datetime, change: Change, by: Performer) -> Event:
        self._number += 1
        return Event(
            id=f"{self._number:06}",
            at=at,
            case_id=CASE_ID,
            domain_id="test",
            account="111122223333",
            region="us-east-1",
            event_type={**_TYPES, **_ITEM_TYPES}[type(change)],
            performer=by,
            change=change,
        )


def _fields(effect: Effect) -> Fields:
    return effect.action.fields if isinstance(effect.action, actions.UpdateCase) else {}


def _related(step: Relates) -> Change:
    match step.did:
        case "added":
            return Added(step.item)
        case "updated":
            return Updated(step.item)
        case "removed":
            return Removed(step.item)
        case _ as never:
            assert_never(never)
