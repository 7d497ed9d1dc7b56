"""What one event leads to."""

from building import OWN_PRINCIPAL, at, case_event, changed, equals, linked, parsed, rule, text
from core_case import CREATED, policy, updated
from hypothesis import given
from hypothesis import strategies as st

from casewright.actions import PutEvent, SendEmail, UpdateCase
from casewright.asking import effect_key
from casewright.bundle import LinkedBundle
from casewright.cases.performers import entity_for
from casewright.conditions.operators import Absent, Among
from casewright.conditions.subjects import Fact, Field
from casewright.conditions.tree import Leaf
from casewright.decide import MOST_EFFECTS, Decided, blank, decide
from casewright.decision import Overruled
from casewright.rules import instructions as do
from casewright.rules.rule import Rule
from casewright.sla.policies import Milestone


def decided(bundle: LinkedBundle, *bodies: str) -> Decided:
    last, head = None, blank("c1")
    for body in bodies:
        last = decide(head, parsed(body), bundle)
        head = last.head
    assert last is not None
    return last


def fired(bundle: LinkedBundle, *bodies: str) -> list[str]:
    return [match.rule for match in decided(bundle, *bodies).decision.matched]


def sets(name: str, value: str, **more: object) -> Rule:
    return rule(name, then=(do.UpdateCase((do.Assignment(Field("priority"), value),)),), **more)


def test_rules_fire_in_the_order_of_order_and_then_name_until_one_stops() -> None:
    rules = [rule("b"), rule("a"), rule("z", order=-1), rule("m", order=1, stop=True), rule("never", order=2)]
    assert fired(linked(*rules), CREATED, updated("e", 1)) == ["z", "a", "b", "m"]


def test_a_rule_that_does_not_fire_does_not_stop_the_others() -> None:
    rules = [rule("first", order=1, stop=True, condition=equals("priority", "high")), rule("second", order=2)]
    assert fired(linked(*rules), CREATED, updated("e", 1)) == ["second"]


def test_a_rule_fires_on_true_only() -> None:
    unknown = rule("unknown", condition=changed("priority", before="low"))
    assert fired(linked(unknown), updated("e", 1, priority="high")) == []


def test_texts_are_filled_with_the_case_as_the_event_left_it() -> None:
    email = do.Email(text("Case ", Field("title")), text("It is ", Field("amount"), " on ", Fact("case.id"), Field("assigned_queue")))
    mail = rule("mail", then=(do.SendEmail(("leads", text(Field("email")), "x@example.com"), "note"),))
    [effect] = decided(
        linked(mail, emails={"note": email}), CREATED, updated("e", 1, title="Parcel\nlost", amount=12.5, email="me@example.com")
    ).decision.effects
    to = ("lead@example.com", "me@example.com", "x@example.com")
    assert effect.action == SendEmail(to, "Case Parcel lost", "It is 12.5 on c1", apart=("me@example.com",))


def test_the_later_rule_wins_a_field_and_the_loser_is_recorded() -> None:
    decision = decided(linked(sets("early", "low"), sets("late", "high", order=1)), CREATED, updated("e", 1)).decision
    assert [effect.action for effect in decision.effects] == [UpdateCase({"f-priority": "high"})]
    assert decision.overruled == (Overruled("f-priority", "early", "late"),)


def own(event_id: str, hop: int) -> str:
    performed_by = {"user": {"customEntity": entity_for("ab" * 16, hop)}, "iamPrincipalArn": OWN_PRINCIPAL}
    return case_event(event_id, 1, changed=("title",), performed_by=performed_by, status="open", title="x")


def test_rules_ignore_our_own_writes_unless_they_react_to_them_and_then_for_three_hops() -> None:
    deaf, listening = rule("deaf"), rule("listening", reacts_to_casewright=True)
    assert fired(linked(deaf, listening), CREATED, own("e", 1)) == ["listening"]
    assert fired(linked(deaf, listening), CREATED, own("e", 3)) == ["listening"]
    assert fired(linked(deaf, listening), CREATED, own("e", 4)) == []
    [effect] = decided(linked(listening), CREATED, own("e", 2)).decision.effects
    assert effect.hop == 3


def test_a_breach_asks_for_its_effects_whichever_event_brings_it_to_light() -> None:
    breach = rule(
        "breach", "sla_breached", then=(do.PutEvent("late", do.Members({"sla": text(Fact("sla.name"), "/", Fact("sla.status"))})),)
    )
    bundle = linked(policy(), breach)
    [first] = decided(bundle, CREATED, updated("b", 300)).decision.effects
    [second] = decided(bundle, CREATED, updated("c", 350)).decision.effects
    assert first.key == second.key
    assert first.action == PutEvent("late", {"sla": "resolve/Overdue"})
    assert first.priority == 1


def test_a_milestone_of_an_older_bundle_that_is_called_as_the_end_of_the_clock_has_a_key_of_its_own() -> None:
    """Such names are refused now; any other milestone has the key it always had."""
    when_due, note = f"1/%s/{at(240).isoformat()}", rule("note", "sla_milestone", "sla_met")
    bundle = linked(policy(milestones=(Milestone("met", share=0.25), Milestone("half", share=0.5))), note)
    effects = decided(bundle, CREATED, updated("b", 130, status="closed")).decision.effects
    assert [each.key for each in effects] == [
        effect_key(f"sla/c1/resolve/{when_due % name}", "note", 0) for name in ("milestone met", "half", "met")
    ]


def test_nobody_performed_what_time_alone_brought() -> None:
    by_nobody = rule("nobody", "sla_breached", "sla_met", condition=Leaf(Fact("performed_by.kind"), Absent(True)))
    by_user = rule("user", "sla_breached", "sla_met", condition=Leaf(Fact("performed_by.kind"), Among(("user",))))
    bundle = linked(policy(), by_nobody, by_user)
    assert fired(bundle, CREATED, updated("b", 300)) == ["nobody"], "the user only brought it to light"
    assert fired(bundle, CREATED, updated("b", 180, priority="high")) == ["user"], "the user chose the shorter target"
    assert fired(bundle, CREATED, updated("b", 60, status="closed")) == ["user"]


def test_more_effects_than_a_transaction_holds_trip_the_breaker_and_name_the_rule() -> None:
    flood = rule("flood", then=tuple(do.AddComment(text(str(n))) for n in range(MOST_EFFECTS + 1)))
    decision = decided(linked(flood), CREATED, updated("e", 1)).decision
    assert decision.effects == ()
    assert "flood" in decision.broken
    assert str(MOST_EFFECTS + 1) in decision.broken
    fine = rule("fine", then=tuple(do.AddComment(text(str(n))) for n in range(MOST_EFFECTS)))
    assert len(decided(linked(fine), CREATED, updated("e", 1)).decision.effects) == MOST_EFFECTS


@given(st.text(), st.text(), st.integers(0, 99), st.text(), st.text(), st.integers(0, 99))
def test_effect_keys_are_equal_only_for_equal_causes(a: str, b: str, m: int, c: str, d: str, n: int) -> None:
    assert len(effect_key(a, b, m)) == 32
    if "\n" not in a + b + c + d:
        assert (effect_key(a, b, m) == effect_key(c, d, n)) == ((a, b, m) == (c, d, n))


def test_deciding_is_deterministic() -> None:
    bundle = linked(policy(), rule("a"), sets("s", "high"))
    assert decided(bundle, CREATED, updated("b", 130)) == decided(bundle, CREATED, updated("b", 130))
    assert decided(bundle, CREATED, updated("b", 130)).head.last.at == at(130)
