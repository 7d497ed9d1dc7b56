"""`casewright why`: a case retold from table and bucket."""

import json
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import boto3
import pytest
from building import AGENT, CATALOG, at, case_event, changed, equals, linked, parsed, rule, text
from msgspec.structs import replace
from pages import commands, page
from serving import Served

from casewright.aws.bundles import BundleBucket
from casewright.aws.case_log import CaseTable
from casewright.aws.effect_queue import EffectTable
from casewright.bundle import Bundle, content_hash, link, write
from casewright.cases.events import Event
from casewright.cases.values import FieldValue
from casewright.conditions.operators import Absent
from casewright.conditions.subjects import Field
from casewright.conditions.tree import All, Leaf
from casewright.decide import decide
from casewright.decision import Outcome
from casewright.redecide import redecide
from casewright.rules import instructions as do
from casewright.rules.rule import Rule
from casewright.sla.policies import Policy, StartsOn, Target
from casewright_workbench.cli.main import run
from casewright_workbench.day.hours import OPENS
from casewright_workbench.day.play import Player
from casewright_workbench.day.steps import Change, Open, Step

Why = Callable[..., Any]
SET_HIGH = (do.UpdateCase((do.Assignment(Field("priority"), "high"),)),)
RESOLVE = Policy(name="resolve", start=StartsOn("case_created"), met_when=equals("status", "closed"), target=(Target(timedelta(hours=1)),))
RULES = (
    rule("close", then=(do.PutEvent("closed", do.Members({})),), condition=changed("status", "open", "closed")),
    rule("raise", "case_created", then=SET_HIGH, condition=equals("priority", "low")),
    rule("watch", "case_created", mode="shadow"),
)


class World:
    """A deployment in moto: what `decide` would have left of the events it is given."""

    def __init__(self, session: boto3.Session, dynamodb: Any) -> None:
        s3 = session.client("s3")
        s3.create_bucket(Bucket="bundles")
        self.s3, self.store = s3, BundleBucket(s3, "bundles")
        self.store.write_catalog(CATALOG)
        self.log, self.effects = CaseTable(dynamodb, "cases"), EffectTable(dynamodb, "cases")
        self.publish(RULES)

    def publish(self, rules: Iterable[Rule], *policies: Policy) -> str:
        """Put rules in force."""
        written = write(Bundle(rules=tuple(rules), policies=policies))
        self.bundle = link(Bundle(rules=tuple(rules), policies=policies), CATALOG, bundle_hash=content_hash(written))
        return self.store.publish(written)

    def take(self, *events: Event) -> None:
        """Decide on events as they come, whatever their order."""
        for event in events:
            stored = self.log.head(event.case_id)
            if stored.head.last is None or event.position > stored.head.last:
                decided = decide(stored.head, event, self.bundle)
            else:
                decided = redecide(self.log.entries(event.case_id), event, self.bundle, clocks=stored.head.clocks)
            self.log.record(decided, event, version=stored.version, armed=True)


@pytest.fixture
def world(session: boto3.Session, dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return World(session, dynamodb)


@pytest.fixture
def why(capsys: pytest.CaptureFixture[str]) -> Why:
    """The events of c1 as a program reads them."""

    def ask(*more: str) -> Any:
        assert run(["why", "c1", "--table", "cases", "--bucket", "bundles", "--json", *more]) == 0
        return json.loads(capsys.readouterr().out)["events"]

    return ask


def created(event_id: str = "e1", minutes: float = 0, **fields: FieldValue) -> Event:
    return parsed(case_event(event_id, minutes, "CREATED", **({"status": "open", "priority": "low"} | fields)))


def closed(event_id: str = "e2", minutes: float = 5, performed_by: Any = AGENT) -> Event:
    return parsed(case_event(event_id, minutes, changed=("status",), performed_by=performed_by, status="closed", priority="low"))


def test_every_event_tells_its_rules_and_how_their_effects_ended(world: World, why: Why) -> None:
    world.take(created(), closed())
    first, second = world.effects.urgent("cases", at(9))[0], world.effects.urgent("events", at(9))[0]
    superseded = Outcome(status="superseded", detail="f-priority was changed by somebody else")
    assert world.effects.finish(first.effect, superseded, at(7), told_before=at(8))
    assert world.effects.finish(second.effect, Outcome(status="done", detail="event 7"), at(7), told_before=at(8))
    one, two = why()
    assert (one["what"], one["matched"], one["shadowed"]) == ("Case created", ["raise"], ["watch"])
    assert one["shadow_effects"] == [{"rule": "watch", "index": 0, "action": "put_event", "detail_type": "watch", "detail": {}}]
    assert two["shadow_effects"] == []
    assert one["effects"] == [
        {
            "rule": "raise",
            "index": 0,
            "action": "update_case",
            "set": {"priority": "high"},
            "status": "superseded",
            "detail": "f-priority was changed by somebody else",
            "ended_at": at(7).isoformat().replace("+00:00", "Z"),
        }
    ]
    assert (two["matched"], [each["status"] for each in two["effects"]]) == (["close"], ["done"])
    assert "rules" not in one


def test_a_rule_is_told_condition_by_condition(world: World, why: Why) -> None:
    world.take(created(priority="normal"), closed())
    one, two = why("--rule", "raise")
    [told] = one["rules"]
    assert (told["matched"], told["why"]) == (False, 'if: priority equals "low" is false; it was "normal"')
    assert [leaf["value"] for leaf in told["conditions"]] == ["normal"]
    assert two["rules"][0]["outcome"] == "trigger"
    [event] = why("--event", "e2")
    assert {each["rule"]: each["outcome"] for each in event["rules"]} == {"close": "fired", "raise": "trigger", "watch": "trigger"}


def test_an_event_decided_before_a_late_one_is_told_as_it_was_known_then(world: World, why: Why) -> None:
    reopened = parsed(case_event("e3", 4, changed=("status",), status="closed", priority="low"))
    world.take(created(), closed(), reopened)
    one, late, then = why("--rule", "close")
    assert [one["event_id"], late["event_id"], then["event_id"]] == ["e1", "e3", "e2"]
    assert (late["late"], late["corrections"]) == (
        True,
        [{"event_id": "e2", "missing": [], "surplus": [{"rule": "close", "index": 0}]}],
    )
    assert then["matched"] == ["close"]
    assert then["rules"][0]["matched"] is True
    assert then["rules"][0]["conditions"][0]["before"] == "open"
    assert then["notes"] == ["Decided before e3 came: the values are those known then."]
    assert late["notes"] == []


def test_each_event_is_told_with_the_bundle_that_decided_it(world: World, why: Why) -> None:
    before = world.bundle.hash
    world.take(created())
    after = world.publish([rule("close", condition=Leaf(Field("priority"), Absent(True)))])
    world.take(closed())
    one, two = why("--rule", "close")
    assert (one["bundle"], two["bundle"]) == (before, after)
    assert one["rules"][0]["conditions"][0]["operator"] == "changed"
    assert two["rules"][0]["conditions"][0]["operator"] == "absent"
    _, two = why("--rule", "raise")
    assert (two["rules"], two["notes"]) == ([], ["The bundle of then has no rule raise."])


def test_a_bundle_that_is_gone_is_said_and_the_rest_is_told(world: World, why: Why) -> None:
    gone = world.publish(RULES, RESOLVE)
    world.take(created())
    world.publish([*RULES, rule("other")], RESOLVE)
    world.take(closed())
    world.s3.delete_object(Bucket="bundles", Key=f"bundles/{gone}.json")
    one, two = why("--rule", "close")
    assert one["rules"] == []
    [note] = one["notes"]
    assert note.startswith(f"bundle {gone}, which decided this, cannot be had")
    assert [each["rule"] for each in one["effects"]] == []
    assert (two["rules"][0]["matched"], two["notes"]) == (True, [])
    assert [(each["policy"], each["did"]) for each in two["clocks"]] == [("resolve", "met")]


def test_a_catalog_that_changed_since_is_said(world: World, why: Why) -> None:
    world.take(created())
    fields = {**CATALOG.fields, "priority": replace(CATALOG.fields["priority"], id="f-another")}
    world.store.write_catalog(replace(CATALOG, fields=fields))
    [one] = why("--rule", "raise")
    assert one["matched"] == ["raise"]
    assert one["rules"][0]["matched"] is False
    assert one["notes"] == [
        "Decided again, other rules fire than were recorded: the catalog, or what was known of the case, was another then."
    ]
    world.store.write_catalog(replace(CATALOG, fields={}))
    [one] = why("--rule", "raise")
    assert "the catalog has no field 'status'" in one["notes"][0]


def test_what_was_decided_before_anything_was_published_needs_no_bundle(world: World, why: Why) -> None:
    world.bundle = replace(linked(), hash="none")
    world.take(created())
    [one] = why("--event", "e1")
    assert (one["rules"], one["notes"]) == ([], [])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["c2"], "table cases knows no case 'c2'"),
        (["c1", "--rule", "clos"], "unknown rule 'clos' (did you mean 'close'?)"),
        (["c1", "--event", "e9"], "unknown event 'e9'"),
        (["c1", "--table", "elsewhere"], "table elsewhere, bucket bundles: "),
        (["c1", "--bucket", "elsewhere"], "table cases, bucket elsewhere: "),
    ],
)
def test_what_is_not_there_is_named(world: World, capsys: pytest.CaptureFixture[str], words: list[str], message: str) -> None:
    world.take(created())
    assert run(["why", "--table", "cases", "--bucket", "bundles", *words]) == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_people_read_the_case_from_top_to_bottom(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.publish([*RULES, rule("later", "case_created", then=SET_HIGH, order=9)], RESOLVE)
    world.take(created(), closed())
    assert run(["why", "c1", "--table", "cases", "--bucket", "bundles"]) == 0
    told = capsys.readouterr().out
    assert told.index("Case created by arn:") < told.index("Changed status by arn:")
    for line in (
        "clock resolve started, due 2026-11-16T15:00:00Z",
        "✓ later  by case_created",
        "◌ watch  by case_created  would have fired: shadow, or canary on other cases",
        "not asked for: the rule only watches  by watch",
        "→ update_case  set: priority = high  pending  by later",
        "raise lost priority to later, which comes later in order.",
        "clock resolve met in time",
    ):
        assert line in told
    assert run(["why", "c1", "--table", "cases", "--bucket", "bundles", "--rule", "close"]) == 0
    told = capsys.readouterr().out
    assert "not asked: close" in told
    assert '✓ status changed {from: "open", to: "closed"}  it changed from "open" to "closed"' in told
    assert "update_case" not in told


def test_what_a_task_that_is_done_went_without_is_told_and_its_id_is_not(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.publish([rule("call", "case_created", then=(do.CreateTask("Escalations", text("Call")),) * 2)])
    world.take(created(minutes=0.005))
    notes = ("", "; started at once: it was scheduled for 2026-11-16T13:00:00+00:00; left out: Customer")
    for pending, more in zip(world.effects.urgent("connect", at(9)), notes, strict=True):
        assert world.effects.finish(pending.effect, Outcome(status="done", detail=f"arn:task{more}"), at(7), told_before=at(8))
    assert run(["why", "c1", "--table", "cases", "--bucket", "bundles"]) == 0
    told = capsys.readouterr().out
    assert "  done  by call" in told
    assert "  done: started at once: it was scheduled for 2026-11-16T13:00:00+00:00; left out: Customer  by call" in told
    assert "arn:task" not in told
    assert told.startswith("2026-11-16T14:00:00Z  Case created"), "to the second; --json has the fraction"


def test_unknown_conditions_are_told_where_the_log_begins_in_the_middle(world: World, why: Why) -> None:
    world.publish([rule("close", condition=All((changed("status", "open", "closed"),)))])
    world.take(closed())
    [one] = why("--rule", "close")
    assert one["rules"][0]["matched"] is None
    assert "is unknown; it changed from unknown to" in one["rules"][0]["why"]


def test_a_case_of_the_local_cloud_is_told_through_its_endpoint(
    served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    player = Player(served.house)
    fields = {"title": "Money back", "order_number": "BO-1", "refund_amount": 700.0, "customer_email": "x@y.example"}
    player.do(Step(OPENS, "a", "maya.lindqvist", Open("Billing", fields)))
    player.do(Step(OPENS, "a", "maya.lindqvist", Change({"summary": "Twice charged"})))
    case_id, deadline = player.case_ids["a"], time.monotonic() + 20
    while time.monotonic() < deadline:
        found = served.desk.records.case(case_id)
        if found and len(found.log) > 4 and all(each.status == "done" for each in found.effects):
            break
        time.sleep(0.1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", served.url)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert (
        run(["why", case_id, "--table", "casewright-cases", "--bucket", "casewright-bundles", "--json", "--rule", "give-a-priority"]) == 0
    )
    events = json.loads(capsys.readouterr().out)["events"]
    assert events[0]["matched"][:2] == ["give-a-priority", "acknowledge"]
    assert events[0]["overruled"] == [{"field": "priority", "loser": "give-a-priority", "winner": "raise-costly-refunds"}]
    assert events[0]["rules"][0]["matched"] is True
    assert [each["notes"] for each in events] == [[] for _ in events]
    assert "casewright" in {each["by"] for each in events}
    for words in commands(page("why.md"), "why"):
        assert run([{"CASE": case_id, "EVENT": events[0]["event_id"]}.get(word, word) for word in words]) == 0
        assert "give-a-priority" in capsys.readouterr().out
