"""Which of the rules that match do act: off, shadow, canary and on; our own writes; `stop`."""

from itertools import pairwise

import pytest
from building import OWN_PRINCIPAL, case_event, field, linked, parsed, rule
from core_case import CREATED, HOUR, policy, updated
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casewright.bundle import LinkedBundle
from casewright.cases.performers import OwnWrite, entity_for
from casewright.decide import Decided, blank, decide, shadow_effects
from casewright.decision import Decision, Match
from casewright.redecide import Logged, redecide
from casewright.rules.firing import MOST_HOPS, acts_on, fire, place_of
from casewright.rules.instructions import AssignSla
from casewright.rules.rule import Mode, Rule
from casewright.sla.policies import Milestone, Mirror, StartsAssigned

CASE_IDS = [f"case-{number}" for number in range(4000)]
EVENT = parsed(updated("e", 1))


def decided(bundle: LinkedBundle, body: str) -> Decision:
    head = decide(blank("c1"), parsed(CREATED), bundle).head
    return decide(head, parsed(body), bundle).decision


def names(matches: tuple[Match, ...]) -> list[str]:
    return [match.rule for match in matches]


def by_us(event_id: str, hop: int, *, minutes: float = 1, status: str = "open") -> str:
    performed_by = {"user": {"customEntity": entity_for("ab" * 16, hop)}, "iamPrincipalArn": OWN_PRINCIPAL}
    return case_event(event_id, minutes, changed=("status",), performed_by=performed_by, status=status, priority="normal")


def test_a_rule_that_is_off_is_not_asked_not_even_as_a_shadow() -> None:
    decision = decided(linked(rule("r", mode="off")), updated("e", 1))
    assert (decision.matched, decision.shadowed, decision.effects) == ((), (), ())


def test_a_shadow_is_recorded_and_asks_for_nothing() -> None:
    assigned = policy(name="assigned", start=StartsAssigned())
    steps = (*rule("say").then, AssignSla("assigned"))
    decision = decided(linked(assigned, rule("r", then=steps, mode="shadow")), updated("e", 1))
    assert decision.shadowed == (Match("r", "case_updated"),)
    assert (decision.matched, decision.effects, decision.assigned, decision.transitions) == ((), (), (), ())
    decision = decided(linked(assigned, rule("r", then=steps)), updated("e", 1))
    assert (len(decision.effects), decision.assigned) == (1, ("assigned",)), "the same rule on asks for both"


def test_a_milestone_at_the_very_start_of_a_clock_that_a_rule_assigns_is_told() -> None:
    warned = Milestone("soon", offset=-4 * HOUR)
    first, second = (policy(name=name, start=StartsAssigned(), milestones=(warned,)) for name in ("first", "second"))
    to_second = rule("go-on", "sla_milestone", then=(AssignSla("second"),))
    bundle = linked(first, second, rule("r", then=(AssignSla("first"),)), rule("warn", "sla_milestone"), to_second)
    before = decide(blank("c1"), parsed(CREATED), bundle).head
    asked = decide(before, parsed(updated("e", 1)), bundle)
    decision = asked.decision
    assert [did.policy for did in decision.transitions if did.kind == "milestone"] == ["first", "second"]
    assert sorted(names(decision.matched)) == ["go-on", "go-on", "r", "warn", "warn"]
    assert (len(decision.effects), decision.assigned) == (2, ("first", "second"))
    assert names(decide(asked.head, parsed(updated("f", 2)), bundle).decision.matched) == ["r"], "it is told once"


def test_a_clock_that_a_rule_assigns_and_that_cannot_start_is_told_once() -> None:
    warned = Milestone("soon", offset=-4 * HOUR)
    timed = policy(name="timed", start=StartsAssigned(), milestones=(warned,))
    timeless = policy(name="timeless", start=StartsAssigned(), calendar="gone")
    asking = rule("r", "case_updated", "sla_milestone", then=(AssignSla("timeless"), AssignSla("timed")))
    decision = decided(linked(timed, timeless, asking), updated("e", 1))
    assert names(decision.matched) == ["r", "r"]
    assert [(each.policy, each.step) for each in decision.stalled] == [("timeless", "start")]


def test_what_a_shadow_would_have_asked_for_is_what_it_asks_for_once_it_is_on() -> None:
    watching, acting = (linked(policy(), rule("r", "sla_milestone", "case_updated", mode=mode)) for mode in ("shadow", "on"))
    head = decide(blank("c1"), parsed(CREATED), watching).head
    event = parsed(updated("e", 130))
    asked = shadow_effects(head, event, watching)
    assert [effect.index for effect in asked] == [0, 0], "once for the event and once for the milestone"
    assert asked == decide(head, event, acting).decision.effects
    assert shadow_effects(head, event, acting) == ()


@pytest.mark.parametrize("percent", [1.0, 10.0, 12.5, 50.0, 90.0])
def test_a_canary_acts_on_about_its_share_of_cases(percent: float) -> None:
    canary = rule("r", mode="canary", canary_percent=percent)
    share = 100 * sum(acts_on(canary, case_id) for case_id in CASE_IDS) / len(CASE_IDS)
    assert share == pytest.approx(percent, abs=2)


@given(st.text(), st.floats(0, 100), st.floats(0, 100))
def test_a_canary_that_grows_keeps_its_cases_and_shares_them_with_every_other(case_id: str, one: float, other: float) -> None:
    small, large = sorted((one, other))
    acts = {percent: acts_on(rule("r", mode="canary", canary_percent=percent), case_id) for percent in (small, large)}
    assert acts[large] or not acts[small]
    assert acts_on(rule("another", mode="canary", canary_percent=small), case_id) is acts[small]
    assert 0 <= place_of(case_id) < 100


def test_the_places_of_cases_never_move() -> None:
    assert [round(place_of(case_id), 3) for case_id in ("c1", "case-7", "é")] == [81.626, 96.626, 29.14]


def test_a_canary_shadows_the_cases_it_does_not_act_on() -> None:
    inside, outside = (linked(rule("r", mode="canary", canary_percent=percent)) for percent in (100.0, 0.0))
    assert names(decided(inside, updated("e", 1)).matched) == ["r"]
    decision = decided(outside, updated("e", 1))
    assert (names(decision.shadowed), decision.matched, decision.effects) == (["r"], (), ())


@pytest.mark.parametrize(("mode", "fired"), [("on", ["first"]), ("shadow", ["second"]), ("canary", ["second"]), ("off", ["second"])])
def test_only_a_rule_that_acts_can_stop_the_others(mode: Mode, fired: list[str]) -> None:
    first = rule("first", stop=True, mode=mode, canary_percent=0.0)
    assert names(decided(linked(first, rule("second", order=1)), updated("e", 1)).matched) == fired


def test_the_loop_guard_names_what_would_have_reacted_once_more() -> None:
    bundle = linked(rule("echo", reacts_to_casewright=True), rule("deaf"), rule("watcher", reacts_to_casewright=True, mode="shadow"))
    within, beyond = decided(bundle, by_us("e", MOST_HOPS)), decided(bundle, by_us("e", MOST_HOPS + 1))
    assert (names(within.matched), names(within.looped), names(within.shadowed)) == (["echo"], [], ["watcher"])
    assert (names(beyond.matched), names(beyond.looped), names(beyond.shadowed)) == ([], ["echo"], [])
    assert beyond.effects == ()


def test_hops_are_counted_through_a_clock_that_our_own_write_met() -> None:
    bundle = linked(policy(), rule("echo", "sla_met", reacts_to_casewright=True), rule("deaf", "sla_met"))
    for hop in (1, MOST_HOPS):
        decision = decided(bundle, by_us("e", hop, status="closed"))
        assert names(decision.matched) == ["echo"]
        assert [effect.hop for effect in decision.effects] == [hop + 1]
    assert names(decided(bundle, by_us("e", MOST_HOPS + 1, status="closed")).looped) == ["echo"]


def test_hops_are_counted_through_a_clock_that_our_own_write_began_anew() -> None:
    at_once = policy(milestones=(Milestone("begun", offset=-4 * HOUR),), target=policy().target[1:])
    bundle = linked(at_once, rule("echo", "sla_milestone", reacts_to_casewright=True))
    closed = decide(decide(blank("c1"), parsed(CREATED), bundle).head, parsed(updated("b", 1, status="closed")), bundle)
    reopened = decide(closed.head, parsed(by_us("e", MOST_HOPS + 1, minutes=2)), bundle).decision
    assert names(reopened.looped) == ["echo"], "the milestone comes with the new cycle that the write began"


def test_a_milestone_that_time_brought_is_told_though_our_own_write_came_at_that_very_instant() -> None:
    bundle = linked(policy(), rule("half", "sla_milestone"))
    decision = decided(bundle, by_us("e", 1, minutes=120))
    assert names(decision.matched) == ["half"]
    assert [effect.hop for effect in decision.effects] == [1]


def test_hops_are_counted_through_the_items_that_mirror_a_clock() -> None:
    bundle = linked(policy(mirror=Mirror(field("status"), "closed")))
    closed = decide(decide(blank("c1"), parsed(CREATED), bundle).head, parsed(updated("b", 1, status="closed")), bundle)
    [mirror] = decide(closed.head, parsed(by_us("e", 2, minutes=2)), bundle).decision.effects
    assert (mirror.rule, mirror.hop, mirror.budget) == ("sla:resolve", 3, None)


def test_no_rule_reacts_to_our_own_deletions_which_carry_no_count() -> None:
    echo = rule("echo", "related_item_removed", reacts_to_casewright=True)
    deleted = replace(EVENT, own=OwnWrite("", 1))
    assert fire([echo], deleted, own=deleted.own).acting == ()
    assert fire([echo], EVENT, own=OwnWrite("ab" * 16, 1)).acting == (echo,)


@st.composite
def rule_sets(draw: st.DrawFn) -> tuple[Rule, ...]:
    modes: st.SearchStrategy[Mode] = st.sampled_from(["shadow", "canary", "on"])
    return tuple(
        rule(
            f"r{number}",
            mode=draw(modes),
            canary_percent=draw(st.sampled_from([0.0, 50.0, 100.0])),
            stop=draw(st.booleans()),
            reacts_to_casewright=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 6)))
    )


@given(rule_sets(), st.sampled_from(CASE_IDS[:50]), st.none() | st.integers(1, 6))
def test_every_rule_that_matched_acts_or_watches_or_has_its_reason(rules: tuple[Rule, ...], case_id: str, hop: int | None) -> None:
    own = None if hop is None else OwnWrite("ab" * 16, hop)
    event = replace(EVENT, case_id=case_id, own=own)
    fired = fire(rules, event, own=own)
    for found in (fired.acting, fired.shadows, fired.looped):
        assert all(rules.index(one) < rules.index(other) for one, other in pairwise(found))
    stopper = next((each for each in fired.acting if each.stop), None)
    for each in rules:
        heard, acts = own is None or each.reacts_to_casewright, acts_on(each, case_id)
        after_stop = stopper is not None and rules.index(each) > rules.index(stopper)
        too_often = hop is not None and hop > MOST_HOPS
        assert (each in fired.acting) is (heard and acts and not too_often and not after_stop)
        assert (each in fired.shadows) is (heard and not acts and not too_often and not after_stop)
        assert (each in fired.looped) is (heard and acts and too_often)


def test_a_late_event_is_shadowed_in_its_place_and_corrects_nothing() -> None:
    bundle = linked(rule("watcher", mode="shadow"), rule("on"))
    log, head = list[Logged](), blank("c1")
    for body in (CREATED, updated("z", 60, title="x")):
        done: Decided = decide(head, parsed(body), bundle)
        log.append(Logged(parsed(body), done.decision))
        head = done.head
    late = redecide(log, parsed(updated("m", 30, title="y")), bundle, clocks=head.clocks).decision
    assert (names(late.matched), names(late.shadowed), late.corrections, late.late) == (["on"], ["watcher"], (), True)
