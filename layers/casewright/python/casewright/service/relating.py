"""Relating: new cases, and what ties a case to others, to contacts and to tags."""

from collections.abc import Mapping
from typing import Final, TypeAlias, assert_never

from msgspec.structs import replace

from casewright.actions import DAY, AttachContact, CreateCase, LinkCase, Tag
from casewright.asking import effect_key
from casewright.cases.performers import entity_for
from casewright.decision import Effect, Outcome
from casewright.ports.cases import CaseWriter, RelatedItems
from casewright.ports.effects import Ledger
from casewright.service.wanted import done_since

Tie: TypeAlias = CreateCase | LinkCase | AttachContact | Tag

_TITLE: Final = "title"


def related(effect: Effect, tie: Tie, cases: CaseWriter, items: RelatedItems, ledger: Ledger, *, entity: str) -> Outcome:
    """Have it done, unless it is there already; what a text left blank fails. Raises what the ports raise."""
    case_id = effect.case_id
    match tie:
        case CreateCase():
            return _created(effect, tie, cases)
        case LinkCase(to_case_id=""):
            return _failed("no case to link to: every variable of `to` was empty")
        case LinkCase(to_case_id=other_id) if other_id == case_id:
            return _failed("a case cannot be linked to itself")
        case LinkCase(to_case_id=other_id):
            return _done(items.link_case(case_id, other_id, entity=entity))
        case AttachContact(contact_arn=""):
            return _failed("no contact to attach: every variable of its text was empty")
        case AttachContact(contact_arn=contact):
            return _done(items.attach_contact(case_id, contact, entity=entity))
        case Tag(tags=tags):
            return _tagged(effect, tags, cases, ledger)
        case _ as never:
            assert_never(never)


def _created(effect: Effect, case: CreateCase, cases: CaseWriter) -> Outcome:
    """The effect key names the write, whichever attempt it is: so the case is created once."""
    if not str(case.fields.get(_TITLE, "")).strip():
        return _failed("a case without a title: every variable of it was empty")
    case_id = cases.create(case, client_token=effect.key, entity=entity_for(effect.key, effect.hop))
    return Outcome(status="done", detail=case_id, follow_ups=(_link(effect, case_id),) if case.link else ())


def _link(effect: Effect, case_id: str) -> Effect:
    """The new case is there: however short a time it was worth creating in, it gets a day more to be tied to this one."""
    key, until = effect_key(effect.key, "link_case", 0), effect.expires_at + DAY
    return replace(effect, key=key, action=LinkCase(case_id), budget=None, expires_at=until)


def _tagged(effect: Effect, tags: Mapping[str, str], cases: CaseWriter, ledger: Ledger) -> Outcome:
    """A tag that was set by what was decided later, while this waited, keeps its newer value."""
    newer = {name for each in done_since(effect, ledger) if isinstance(each.action, Tag) for name in each.action.tags}
    wanted = {name: value for name, value in tags.items() if name not in newer}
    if not wanted:
        return Outcome(status="superseded", detail=f"set by a later tag of ours: {', '.join(tags)}")
    cases.tag(effect.case_id, wanted)
    return _done(f"tagged {', '.join(wanted)}")


def _done(detail: str) -> Outcome:
    return Outcome(status="done", detail=detail)


def _failed(detail: str) -> Outcome:
    return Outcome(status="failed", detail=detail)
