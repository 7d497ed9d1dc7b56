"""Bulk imports: what they ask for is recorded, what time brings is not theirs."""

from typing import Any

import pytest
from building import OWN_PRINCIPAL, case_event, field, linked, parsed, rule
from core_case import CREATED, policy, updated
from msgspec.structs import replace

from casewright.bundle import LinkedBundle
from casewright.decide import blank, decide
from casewright.decision import Decision
from casewright.rules.instructions import AssignSla
from casewright.sla.policies import Mirror, Policy, StartsAssigned

ROLE = "nightly-load"
BY_ROLE = {"iamPrincipalArn": f"arn:aws:sts::111122223333:assumed-role/{ROLE}/2026-11-16"}
USER = "arn:aws:connect:us-east-1:111122223333:instance/i/agent/crm"
BY_USER = {"user": {"userArn": USER}, "iamPrincipalArn": "arn:aws:iam::111122223333:role/anything"}
BY_ENTITY = {"user": {"customEntity": "crm-sync"}, "iamPrincipalArn": "arn:aws:iam::111122223333:role/anything"}


def importing(*parts: Any, importers: tuple[str, ...] = (ROLE, USER, "crm-sync")) -> LinkedBundle:
    return replace(linked(*parts), importers=frozenset(importers))


def imported(event_id: str, minutes: float, by: dict[str, Any] = BY_ROLE, verb: str = "UPDATED", **fields: Any) -> str:
    given = {"status": "open", "priority": "normal"} | fields
    return case_event(event_id, minutes, verb, changed=tuple(fields), performed_by=by, **given)


def decided(bundle: LinkedBundle, *bodies: str) -> Decision:
    head = blank("c1")
    for body in bodies:
        result = decide(head, parsed(body), bundle)
        head = result.head
    return result.decision


@pytest.mark.parametrize("by", [BY_ROLE, BY_USER, BY_ENTITY, {"iamPrincipalArn": f"arn:aws:iam::111122223333:role/tools/{ROLE}"}])
def test_who_imports_is_told_by_role_user_or_custom_entity(by: dict[str, Any]) -> None:
    decision = decided(importing(rule("r")), CREATED, imported("b", 1, by))
    assert decision.imported
    assert [(effect.rule, effect.imported) for effect in decision.effects] == [("r", True)]


@pytest.mark.parametrize("by", [None, {}, {"iamPrincipalArn": OWN_PRINCIPAL}, {"user": {"customEntity": "crm-sync-2"}}])
def test_what_anyone_else_does_is_acted_on(by: dict[str, Any] | None) -> None:
    decision = decided(importing(rule("r")), CREATED, case_event("b", 1, performed_by=by, status="open"))
    assert not decision.imported
    assert [(effect.rule, effect.imported) for effect in decision.effects] == [("r", False)]


def test_nobody_imports_where_nobody_is_named() -> None:
    decision = decided(importing(rule("r"), importers=()), CREATED, imported("b", 1))
    assert (decision.imported, [effect.imported for effect in decision.effects]) == (False, [False])


def mirrored() -> Policy:
    return policy(mirror=Mirror(field("status"), "closed"))


def test_clocks_of_an_import_start_and_their_mirrors_are_recorded() -> None:
    assigned = policy(name="assigned", start=StartsAssigned())
    bundle = importing(mirrored(), assigned, rule("r", "case_created", then=(AssignSla("assigned"),)))
    decision = decided(bundle, imported("a", 0, verb="CREATED"))
    assert [(each.policy, each.kind) for each in decision.transitions] == [("resolve", "started"), ("assigned", "started")]
    assert [(effect.rule, effect.imported) for effect in decision.effects] == [("sla:resolve", True)]


def test_what_a_clock_started_by_an_import_does_later_is_acted_on() -> None:
    bundle = importing(policy(), rule("breach", "sla_breached"))
    decision = decided(bundle, imported("a", 0, verb="CREATED"), updated("b", 241))
    assert [(effect.rule, effect.imported) for effect in decision.effects] == [("breach", False)]


def test_a_breach_that_an_import_only_brings_to_light_is_acted_on() -> None:
    bundle = importing(policy(), rule("breach", "sla_breached"), rule("change"))
    decision = decided(bundle, CREATED, imported("b", 300))
    assert {effect.rule: effect.imported for effect in decision.effects} == {"change": True, "breach": False}


def test_a_breach_that_an_import_brings_about_is_recorded() -> None:
    bundle = importing(policy(), rule("breach", "sla_breached"), rule("met", "sla_met"))
    moved = decided(bundle, CREATED, imported("b", 150, priority="high"))
    assert {effect.rule: effect.imported for effect in moved.effects} == {"breach": True}
    ended = decided(bundle, CREATED, imported("b", 150, status="closed"))
    assert {effect.rule: effect.imported for effect in ended.effects} == {"met": True}


def test_a_shadow_watches_an_import_too() -> None:
    decision = decided(importing(rule("r", mode="shadow")), CREATED, imported("b", 1))
    assert ([match.rule for match in decision.shadowed], decision.imported) == (["r"], True)
