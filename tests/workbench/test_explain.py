"""`casewright explain`: the contract for programs, and what people read."""

import gzip
import inspect
import io
import json
import re
import sys
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from building import AGENT, OWN_PRINCIPAL, envelope
from pages import blocks, commands, listed, page
from serving import CONTACT_CENTER

from casewright.cases.performers import entity_for
from casewright.rules.explaining import Outcome
from casewright_authoring.compile import compile_directory
from casewright_workbench.cli.explain import explain
from casewright_workbench.cli.main import run

OURS = {"user": {"customEntity": entity_for("a" * 32, 1)}, "iamPrincipalArn": OWN_PRINCIPAL}
QUEUE = "arn:aws:connect:us-east-1:111122223333:instance/i/queue/q-1"
CATALOG = f"""\
    domain_id: d
    fields:
      priority: {{id: f-priority, type: SingleSelect, options: {{Low: low, High: high}}}}
      amount: {{id: f-amount, type: Number}}
      status: {{id: status, type: SingleSelect, options: [open, closed]}}
      assigned_queue: {{id: assigned_queue, type: Text}}
    templates: {{Billing: t-billing}}
    queues: {{Escalations: "{QUEUE}"}}
"""
RULES = """\
    - rule: raise-it
      when: [case_created, case_updated]
      if:
        all:
          - template: Billing
          - any:
              - amount: {greater_than: 500}
              - priority: {changed: {from: Low, to: High}}
      then:
        - update_case: {set: {priority: High, assigned_queue: Escalations}}
        - put_event: {detail_type: Raised, detail: {amount: "{{ case.amount }}", deep: {why: [money, true]}}}
      order: 10
    - rule: calm-it
      when: case_updated
      if: {status: closed}
      then:
        - update_case: {set: {priority: Low}}
      order: 20
    - rule: look-at-comments
      when: related_item_added
      if: {comment.body: {contains: help, ignore_case: true}}
      then: [{put_event: {detail_type: Help, detail: {}}}]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    directory = tmp_path / "config"
    (directory / "rules").mkdir(parents=True)
    (directory / "catalog.yaml").write_text(dedent(CATALOG))
    (directory / "rules" / "all.yaml").write_text(dedent(RULES))
    return directory


def case(event_id: str, minutes: float, verb: str = "UPDATED", *, changed: tuple[str, ...] = (), by: Any = None, **fields: Any) -> str:
    ids = {"priority": "f-priority", "amount": "f-amount"}
    kinds = {bool: "booleanValue", float: "doubleValue", str: "stringValue"}
    wire = {ids.get(name, name): {"value": {kinds[type(value)]: value}} for name, value in fields.items()}
    detail = {
        "case": {"caseId": "c1", "templateId": "t-billing", "fields": wire},
        "changedFieldIds": [ids.get(name, name) for name in changed],
    }
    return envelope(event_id, minutes, f"CASE.{verb}", detail, by)


def comment(event_id: str, body: str | None) -> str:
    item = {"relatedItemType": "Comment", "relatedItemId": "i", "caseId": "c1", **({"comment": {"body": body}} if body else {})}
    return envelope(event_id, 3, "RELATED_ITEM.CREATED", {"relatedItem": item})


def written(path: Path, *bodies: str) -> Path:
    path.write_text("\n".join(bodies) + "\n")
    return path


def explained(capsys: pytest.CaptureFixture[str], config: Path, events: Path | str, *more: str) -> list[dict[str, Any]]:
    assert run(["explain", "--config", str(config), "--events", str(events), "--json", *more]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_one_object_an_event_with_rules_in_firing_order_and_effects_in_the_operators_words(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = written(
        tmp_path / "events.jsonl",
        case("e1", 0, "CREATED", status="open", amount=700.0, priority="low"),
        case("e2", 1, changed=("status",), status="closed", amount=700.0, priority="low"),
    )
    first, second = explained(capsys, config, events)
    put = {"rule": "raise-it", "index": 1, "action": "put_event", "detail_type": "Raised"}
    raised = {"detail": {"amount": "700", "deep": {"why": ["money", True]}}}
    assert first == {
        "event_id": "e1",
        "matched": ["raise-it"],
        "effects": [
            {"rule": "raise-it", "index": 0, "action": "update_case", "set": {"priority": "high", "assigned_queue": "Escalations"}},
            {**put, **raised},
        ],
    }
    assert second["matched"] == ["raise-it", "calm-it"]
    assert [(effect["rule"], effect.get("set")) for effect in second["effects"]] == [
        ("raise-it", {"assigned_queue": "Escalations"}),
        ("raise-it", None),
        ("calm-it", {"priority": "low"}),
    ]


def rule_of(record: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in record["rules"] if each["rule"] == name)
    return found


def test_the_trace_tells_every_condition_with_the_value_it_saw(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = written(
        tmp_path / "events.jsonl",
        case("e1", 0, "CREATED", status="open", priority="low"),
        case("e2", 1, changed=("priority",), status="open", priority="high"),
    )
    created, updated = explained(capsys, config, events, "--trace")
    assert [each["rule"] for each in created["rules"]] == ["look-at-comments", "raise-it", "calm-it"]
    raised = rule_of(updated, "raise-it")
    assert (raised["matched"], raised["outcome"], raised["trigger"], raised["condition"]) == (True, "fired", "case_updated", True)
    assert raised["conditions"] == [
        {"place": "if.all[0]", "subject": "template", "operator": "equals", "operand": "Billing", "value": "Billing", "verdict": True},
        {
            "place": "if.all[1].any[0]",
            "subject": "amount",
            "operator": "greater_than",
            "operand": 500.0,
            "value": {"missing": "absent"},
            "verdict": False,
        },
        {
            "place": "if.all[1].any[1]",
            "subject": "priority",
            "operator": "changed",
            "operand": {"from": "low", "to": "high"},
            "changed": True,
            "before": "low",
            "value": "high",
            "verdict": True,
        },
    ]
    calm = rule_of(created, "calm-it")
    assert (calm["matched"], calm["outcome"], calm["trigger"], calm["why"]) == (
        False,
        "trigger",
        None,
        "not asked: case_updated sets it off",
    )
    assert [leaf["value"] for leaf in calm["conditions"]] == ["open"]
    assert rule_of(updated, "calm-it")["why"] == 'if: status equals "closed" is false; it was "open"'


def test_a_condition_that_cannot_be_known_is_null(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = written(tmp_path / "events.jsonl", comment("e1", None), case("e2", 4, changed=("priority",), priority="high", status="open"))
    commented, updated = explained(capsys, config, events, "--trace")
    found = rule_of(commented, "look-at-comments")
    assert (found["matched"], found["condition"], found["conditions"][0]["value"]) == (None, None, {"missing": "unknown"})
    assert found["conditions"][0]["ignore_case"] is True
    assert found["why"] == 'if: comment.body contains "help" ignoring case is unknown; it was unknown'
    raised = rule_of(updated, "raise-it")
    assert (raised["matched"], raised["conditions"][2]["before"]) == (None, {"missing": "unknown"})
    assert updated["matched"] == []


def test_events_follow_one_another_as_the_file_has_them(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    high = case("late", 5, changed=("priority",), priority="high")
    low = case("early", 1, "CREATED", priority="low")
    assert [each["matched"] for each in explained(capsys, config, written(tmp_path / "a.jsonl", high, low))] == [[], []]
    assert [each["matched"] for each in explained(capsys, config, written(tmp_path / "b.jsonl", low, high))] == [[], ["raise-it"]]
    earlier = case("earlier", -9, changed=("priority",), priority="high")
    assert [each["matched"] for each in explained(capsys, config, written(tmp_path / "c.jsonl", low, earlier))] == [[], ["raise-it"]]


def test_only_the_own_role_makes_a_write_our_own(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = written(tmp_path / "events.jsonl", case("e1", 0, changed=("status",), status="closed", by=OURS))
    assert explained(capsys, config, events)[0]["matched"] == ["calm-it"]
    [record] = explained(capsys, config, events, "--own-role", "perform-role", "--trace")
    assert record["matched"] == []
    assert rule_of(record, "calm-it")["outcome"] == "own_write"


def test_what_a_rule_that_only_watches_would_have_asked_for_is_told_apart(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    watching = """\
        - rule: watch-it
          when: case_created
          mode: shadow
          then: [{update_case: {set: {priority: High}}}, {assign_sla: resolve}]
    """
    (config / "rules" / "watching.yaml").write_text(dedent(watching))
    (config / "slas.yaml").write_text("[{sla: resolve, start: assigned, met_when: {status: closed}, target: [{within: 1h}]}]\n")
    events = written(tmp_path / "events.jsonl", case("e1", 0, "CREATED", status="open"), case("e2", 1, changed=("status",), status="open"))
    created, updated = explained(capsys, config, events, "--trace")
    assert (created["matched"], created["effects"]) == ([], [])
    assert created["shadow_effects"] == [
        {"rule": "watch-it", "index": 0, "action": "update_case", "set": {"priority": "high"}},
        {"rule": "watch-it", "index": 1, "action": "assign_sla", "policy": "resolve"},
    ]
    assert "shadow_effects" not in updated
    assert run(["explain", "--config", str(config), "--events", str(events)]) == 0
    assert "→ update_case  set: priority = high  not asked for: the rule only watches" in capsys.readouterr().out


def test_one_rule_alone(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = written(tmp_path / "events.jsonl", case("e1", 0, changed=("status",), status="closed", amount=900.0))
    [record] = explained(capsys, config, events, "--rule", "calm-it")
    assert [each["rule"] for each in record["rules"]] == ["calm-it"]
    assert record["matched"] == ["raise-it", "calm-it"]
    assert record["overruled"] == [{"field": "priority", "loser": "raise-it", "winner": "calm-it"}]
    assert run(["explain", "--config", str(config), "--events", str(events), "--rule", "calmit"]) == 2
    assert "unknown rule 'calmit' (did you mean 'calm-it'?)" in capsys.readouterr().err


def test_an_event_of_an_unknown_type_gives_empty_lists(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = written(tmp_path / "events.jsonl", envelope("e1", 0, "CASE.MERGED", {"case": {"caseId": "c1"}}), "")
    assert explained(capsys, config, events) == [{"event_id": "e1", "matched": [], "effects": []}]
    assert explained(capsys, config, events, "--trace") == [{"event_id": "e1", "matched": [], "effects": [], "rules": []}]


def test_packed_files_and_standard_input_are_read(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = case("e1", 0, "CREATED", amount=900.0) + "\n\n" + case("e2", 1, changed=()) + "\n"
    packed = tmp_path / "events.jsonl.gz"
    packed.write_bytes(gzip.compress(body.encode()))
    from_file = explained(capsys, config, packed)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(body.encode())))
    assert explained(capsys, config, "-") == from_file
    assert [each["event_id"] for each in from_file] == ["e1", "e2"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "$: no JSON object"),
        ('{"id": "x"}', "$: Object missing required field `detail-type`"),
        (case("e", 0).replace('"c1"', '""'), "$.detail.case.caseId: Expected `str` of length >= 1"),
    ],
)
def test_a_line_that_is_no_event_is_refused_at_its_place(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, message: str
) -> None:
    events = written(tmp_path / "events.jsonl", case("e1", 0), line)
    assert run(["explain", "--config", str(config), "--events", str(events), "--json"]) == 2
    said = capsys.readouterr()
    assert json.loads(said.out)["event_id"] == "e1"
    assert f"{events}:2: {message}" in said.err.replace("\n", "")


def test_a_file_that_cannot_be_read_is_named(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "--config", str(config), "--events", str(tmp_path / "none.jsonl")]) == 2
    assert f"{tmp_path / 'none.jsonl'} is not a file; give one" in capsys.readouterr().err.replace("\n", "")
    (tmp_path / "bad.gz").write_bytes(gzip.compress(case("e1", 0).encode())[:60])
    assert run(["explain", "--config", str(config), "--events", str(tmp_path / "bad.gz")]) == 2
    assert "bad.gz:1: cannot be read" in capsys.readouterr().err.replace("\n", "")


def contact_center_case(event_id: str, minutes: float, verb: str, **fields: Any) -> str:
    kinds = {bool: "booleanValue", float: "doubleValue", str: "stringValue"}
    wire = {name: {"value": {kinds[type(value)]: value}} for name, value in fields.items()}
    detail = {"case": {"caseId": "c1", "templateId": "Shipping", "fields": wire}, "changedFieldIds": ["status"]}
    return envelope(event_id, minutes, f"CASE.{verb}", detail, AGENT)


def test_names_stand_for_ids_where_the_domain_is_yet_to_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fields = {"status": "open", "loyalty_member": True, "case_reason": "lost-parcel", "priority": "low"}
    events = written(
        tmp_path / "events.jsonl",
        contact_center_case("e1", 0, "CREATED", **fields),
        contact_center_case("e2", 600, "UPDATED", **fields | {"status": "closed"}),
    )
    created, closed = explained(capsys, CONTACT_CENTER, events, "--trace")
    assert created["matched"] == ["call-loyal-customers-back"]
    assert [(effect["rule"], effect["action"]) for effect in created["effects"]] == [
        ("call-loyal-customers-back", "assign_sla"),
        ("call-loyal-customers-back", "create_task"),
        ("sla:resolution", "mirror_sla"),
    ]
    assert created["effects"][0] == {"rule": "call-loyal-customers-back", "index": 0, "action": "assign_sla", "policy": "call-back"}
    assert created["effects"][1]["flow"] == "Call back"
    missed = rule_of(closed, "escalate-missed-deadlines")
    assert (missed["matched"], closed["matched"].count("escalate-missed-deadlines")) == (True, 2)
    assert [moment["clock"]["policy"] for moment in missed["moments"]] == ["call-back", "first-reply"]
    assert [len(moment["conditions"]) for moment in missed["moments"]] == [1, 1]


def test_people_read_a_tree(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = written(tmp_path / "events.jsonl", case("e1", 0.005, changed=("status",), status="closed", amount=900.0))
    assert run(["explain", "--config", str(config), "--events", str(events)]) == 0
    told = capsys.readouterr().out
    assert "e1  Changed status" in told
    assert "  case c1  2026-11-16T14:00:00Z\n" in told, "to the second"
    assert "✓ raise-it  fired by case_updated" in told
    assert "✓ amount greater_than 500  it was 900" in told
    assert "→ update_case  set: assigned_queue = Escalations" in told
    assert "raise-it lost priority to calm-it, which comes later in order" in told
    assert "not asked: look-at-comments" in told
    assert run(["explain", "--config", str(config), "--events", str(events), "--rule", "look-at-comments"]) == 0
    told = capsys.readouterr().out
    assert "✗ look-at-comments  not asked: related_item_added sets it off" in told
    assert '✗ comment.body contains "help" ignoring case  it was absent' in told
    assert "raise-it" not in told


def test_the_commands_of_the_page_run_and_print_what_it_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = page("why.md")
    [body] = blocks(text, "json")
    written(tmp_path / "events.jsonl", json.dumps(json.loads(body)))
    (tmp_path / "contact_center").symlink_to(CONTACT_CENTER)
    monkeypatch.chdir(tmp_path)
    printed = []
    for words in commands(text, "explain"):
        assert run(words) == 0
        printed.append(capsys.readouterr().out)
    for line in blocks(text)[0].splitlines():
        assert line in printed[0].splitlines()
    assert [len(json.loads(each)["rules"]) for each in printed[2:]] == [len(compile_directory(CONTACT_CENTER).bundle.rules), 1]


def test_the_page_lists_options_members_and_outcomes(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = page("why.md")
    options = [f"--{name.removeprefix('as_').replace('_', '-')}" for name in inspect.signature(explain).parameters]
    assert sorted(name.split()[0] for name in listed(text, "Option")) == sorted(options)
    assert set(listed(text, "Outcome")) == set(get_args(Outcome))
    events = written(tmp_path / "events.jsonl", case("e1", 0, changed=("status",), status="closed", amount=900.0))
    [record] = explained(capsys, config, events, "--trace")
    event_members, rule_members = (re.findall(r"^\| `(\w+)`", part, re.MULTILINE) for part in text.split("| Member | Holds |")[1:])
    assert {*record, "shadow_effects", "broken"} == set(event_members)
    assert {*record["rules"][0], "clock", "moments"} == set(rule_members[: len(rule_members) - len(get_args(Outcome))])
