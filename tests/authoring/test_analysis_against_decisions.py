"""What the analysis says of random rule-sets, against what those rules then do on random events."""

import json
import re
from random import Random

import msgspec
from building import START
from small_directory import Write

from casewright.bundle import LinkedBundle, link
from casewright.cases.catalog import Catalog
from casewright.cases.events import CaseCreated, CaseUpdated, Event
from casewright.cases.performers import OwnWrite, Performer
from casewright.cases.values import FieldValue
from casewright.decide import blank, decide
from casewright.decision import Decision
from casewright_authoring.analysis.analysing import analyse
from casewright_authoring.compile import Compiled, compile_directory
from casewright_authoring.native.catalogs import placeholders

LEAVES = (
    {"priority": "high"},
    {"priority": "low"},
    {"priority": {"absent": True}},
    {"priority": {"changed": {"to": "high"}}},
    {"vip": True},
    {"vip": {"not_equals": True}},
    {"amount": {"greater_than": 1}},
    {"amount": {"less_than": 3}},
    {"title": {"contains": "a"}},
    {"title": {"starts_with": "ab"}},
    {"template": "Billing"},
)
VALUES: dict[str, tuple[FieldValue | None, ...]] = {
    "priority": ("high", "low", "", None),
    "vip": (True, False, None),
    "amount": (1.0, 2.0, 3.0, None),
    "title": ("ab", "b", "ba", None),
}


def condition(random: Random, depth: int = 2) -> dict[str, object]:
    kind = random.choice(("leaf", "leaf", "all", "any", "not")) if depth else "leaf"
    match kind:
        case "leaf":
            return dict(random.choice(LEAVES))
        case "not":
            return {"not": condition(random, depth - 1)}
        case _:
            return {kind: [condition(random, depth - 1) for _ in range(random.randint(1, 3))]}


def rules(random: Random) -> list[dict[str, object]]:
    return [
        {
            "rule": f"r{number}",
            "when": random.choice(("case_updated", ["case_created", "case_updated"])),
            "if": condition(random),
            "then": [{"update_case": {"set": {"priority": random.choice(("high", "low"))}}}],
            "order": random.randint(0, 1),
            "stop": random.random() < 0.3,
            "mode": random.choice(("on", "on", "on", "shadow", "canary 50%")),
            **({"reacts_to": "casewright"} if random.random() < 0.5 else {}),
        }
        for number in range(5)
    ]


def decisions(random: Random, bundle: LinkedBundle, catalog: Catalog) -> list[Decision]:
    made = []
    head = blank("c")
    for number in range(60):
        fields = {catalog.fields[name].id: value for name in VALUES if (value := random.choice(VALUES[name])) is not None}
        template = catalog.templates[random.choice(("Billing", "Shipping"))]
        changed = tuple(random.sample(sorted(fields), k=random.randint(0, len(fields))))
        change = CaseUpdated(template, START, fields, changed) if number % 8 else CaseCreated(template, START, fields)
        own = OwnWrite("ab" * 16, 1) if random.random() < 0.3 else None
        event = Event(f"{number:03}", START, f"case {number}", "d", "1", "r", "CASE", Performer("role"), change, own)
        done = decide(head, event, bundle)
        made.append(done.decision)
        head = done.head
    return made


def conflicts(compiled: Compiled) -> set[tuple[str, str]]:
    """(loser, winner) as findings tell them; of many losers only three are named."""
    told = (each.message for each in analyse(compiled) if each.code == "write-conflict")
    found = (re.match(r"'(r\d)' sets .* so may (.*), to another value", message) for message in told)
    everyone = [rule.name for rule in compiled.bundle.rules]
    return {
        (loser, match[1]) for match in found if match for loser in (everyone if " more" in match[2] else re.findall(r"'(r\d)'", match[2]))
    }


def overruled(compiled: Compiled, made: list[Decision]) -> set[tuple[str, str]]:
    """(loser, winner) as it happened, save where both wanted the same, or the loser may have been a default."""
    rules = {rule.name: rule for rule in compiled.bundle.rules}
    lost = {(each.loser, each.winner) for decision in made for each in decision.overruled}
    return {
        (loser, winner)
        for loser, winner in lost
        if rules[loser].then != rules[winner].then and '"absent"' not in msgspec.json.encode(rules[loser].condition).decode()
    }


def test_rules_that_are_never_asked_never_fire_and_rules_that_overrule_each_other_are_told(write: Write) -> None:
    idle_rules, pairs = 0, 0
    for seed in range(120):
        random = Random(seed)
        compiled = compile_directory(write({"rules/a.yaml": json.dumps(rules(random))}))
        catalog = placeholders(compiled.definition, compiled.directory)
        made = decisions(random, link(compiled.bundle, catalog, bundle_hash=""), catalog)
        found = [each for each in analyse(compiled) if each.code in {"never-true", "unreachable"}]
        idle = {re.findall(r"'(r\d)'", each.message)[0] for each in found}
        happened = overruled(compiled, made)
        assert idle.isdisjoint(match.rule for each in made for match in (*each.matched, *each.shadowed)), seed
        assert happened <= conflicts(compiled), seed
        idle_rules, pairs = idle_rules + len(idle), pairs + len(happened)
    assert idle_rules >= 15  # or nothing was compared
    assert pairs > 50
