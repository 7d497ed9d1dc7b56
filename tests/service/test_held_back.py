"""What `decide` says of rules that watched, of loops it stopped and of imports."""

import re
from pathlib import Path
from typing import get_args

from building import OWN_PRINCIPAL, at, case_event, linked, rule
from core_case import CREATED, policy, updated
from fakes import deciding
from msgspec.structs import replace

from casewright.calendars.hours import Resolved, business_hours
from casewright.cases.performers import entity_for
from casewright.decision import EffectStatus
from casewright.measures.columns import FACTS
from casewright.service.decide import take
from casewright.sla.policies import StartsOn


def by_us(event_id: str, hop: int) -> str:
    performed_by = {"user": {"customEntity": entity_for("ab" * 16, hop)}, "iamPrincipalArn": OWN_PRINCIPAL}
    return case_event(event_id, 1, changed=("status",), performed_by=performed_by, status="open")


def test_rules_that_only_watched_are_counted() -> None:
    ports = deciding(linked(rule("a", mode="shadow"), rule("b", mode="canary", canary_percent=0.0), rule("c")))
    for body in (CREATED, updated("e", 1), updated("f", 2)):
        take(body, 0, ports)
    assert ports.telemetry.counts["RulesShadowed"] == 4
    assert [effect.rule for effect in ports.log.effects] == ["c", "c"]


def test_a_loop_that_was_stopped_is_counted_and_its_rules_are_named() -> None:
    ports = deciding(linked(rule("echo", reacts_to_casewright=True), rule("shout", reacts_to_casewright=True), rule("deaf")))
    take(CREATED, 0, ports)
    take(by_us("e", 3), 0, ports)
    assert ports.telemetry.counts["LoopsStopped"] == 0
    take(by_us("f", 4), 0, ports)
    assert ports.telemetry.counts["LoopsStopped"] == 1
    said = [facts for message, facts in ports.telemetry.lines if message == "loop stopped"]
    assert said == [{"event_id": "f", "case_id": "c1", "rule": "echo, shout", "hops": 4}]


def test_a_clock_whose_calendar_has_ended_is_counted_and_named() -> None:
    ended = Resolved("support", business_hours(at(-1000), at(-900), [(at(-1000), at(-950))]))
    ports = deciding(replace(linked(policy(calendar="support")), calendars={"support": ended}))
    take(CREATED, 0, ports)
    assert ports.telemetry.counts["ClocksStalled"] == 1
    [said] = [facts for message, facts in ports.telemetry.lines if message == "clocks stalled"]
    assert str(said["reason"]).startswith("resolve could not start: calendar support: ")


def test_an_import_is_counted_asks_for_nothing_and_rings_no_bell() -> None:
    start = policy(start=StartsOn("case_updated"))
    ports = deciding(replace(linked(rule("r"), start), importers=frozenset({"agent"})))
    take(CREATED, 0, ports)
    take(updated("e", 1), 0, ports)
    assert ports.telemetry.counts["EventsImported"] == 2
    assert (ports.log.effects, ports.wake.rung) == ([], [])
    [effect] = ports.log.log["c1", "e"].decision.effects
    assert (effect.rule, effect.imported) == ("r", True)
    assert ports.log.heads["c1"].head.clocks["resolve"].status == "Active"


def test_the_page_about_it_names_what_there_is() -> None:
    root = Path(__file__).parents[2]
    page = (root / "docs" / "rollout.md").read_text()
    service = "".join(path.read_text() for path in (root / "layers/casewright/python/casewright/service").glob("*.py"))
    named = set(re.findall(r"`([A-Z][a-z]+[A-Z]\w+)`", page))
    statuses = {f"Effects{status.title().replace('_', '')}" for status in get_args(EffectStatus)}
    assert {"RulesShadowed", "LoopsStopped", "BudgetsSpent", "EventsImported", "EffectsOverBudget"} <= named
    assert [name for name in named - statuses if f'count("{name}"' not in service] == []
    assert set(re.findall(r"`(decision_\w+)`", page)) <= {column.name for column in FACTS}
    assert set(re.findall(r'log\("(loop \w+|budget \w+)"', service)) == {"loop stopped", "budget spent"}
    assert all(f"`{line}`" in page for line in ("loop stopped", "budget spent"))
