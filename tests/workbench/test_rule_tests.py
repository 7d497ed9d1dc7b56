"""`casewright test`: what a test can say, what is refused, and how a failure reads."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from building import linked, rule
from pages import blocks, commands, listed, page
from serving import CONTACT_CENTER
from small_directory import FLOW, SMALL

from casewright_authoring.findings import Findings
from casewright_authoring.instructions import ACTIONS
from casewright_workbench.cli.main import run
from casewright_workbench.rule_tests.expecting import MEMBERS
from casewright_workbench.rule_tests.playing import as_if_on
from casewright_workbench.rule_tests.reading import OPTIONAL_KEYS, REQUIRED_KEYS
from casewright_workbench.rule_tests.running import run_tests
from casewright_workbench.rule_tests.steps import STEPS

RULES = """\
    - rule: greet
      when: case_created
      if: {customer_email: {contains: "@"}}
      then: [{send_email: {to: "{{ case.customer_email }}", template: hello}}]
      order: 1
    - rule: raise-it
      when: [case_created, case_updated]
      if: {all: [{amount: {greater_than: 500}}, {not: {priority: High}}]}
      then:
        - update_case: {set: {priority: High, reviewer: maya, due: "{{ now }}"}}
        - add_comment: "{{ case.amount }} is much"
        - assign_sla: by-hand
      order: 2
    - rule: follow
      when: [case_updated, related_item_added]
      reacts_to: casewright
      if: {performed_by.kind: custom_entity}
      then: [{put_event: {detail_type: Followed, detail: {type: "{{ related_item.type }}", deep: [1, {yes: true}]}}}]
      order: 3
    - rule: watch
      when: case_updated
      mode: shadow
      if: {assigned_queue: Escalations}
      then: [{create_task: {flow: Escalations, name: Look}}]
    - rule: asleep
      when: case_updated
      mode: "off"
      then: [{end_tasks: true}]
    - rule: late
      when: sla_breached
      then: [{put_event: {detail_type: Late, detail: {sla: "{{ sla.name }}"}}}]
    - rule: daily
      when: schedule
      schedule: {cron: "0 9 * * *"}
      if: {status: open}
      then: [{put_event: {detail_type: Morning, detail: {}}}]
"""
Try = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for name, text in {**SMALL, "rules/all.yaml": RULES}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(dedent(text))
    (tmp_path / "tests").mkdir()
    return tmp_path


@pytest.fixture
def attempt(directory: Path, capsys: pytest.CaptureFixture[str]) -> Try:
    """Run tests written as YAML; answers the exit code and the run as JSON."""

    def do(text: str) -> tuple[int, dict[str, Any]]:
        (directory / "tests" / "a.yaml").write_text(dedent(text))
        code = run(["test", str(directory), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return do


@pytest.fixture
def refused(directory: Path) -> Callable[[str], list[str]]:
    """The findings of tests that cannot be read, with their place in the file."""

    def do(text: str) -> list[str]:
        (directory / "tests" / "a.yaml").write_text(dedent(text))
        with pytest.raises(Findings) as raised:
            run_tests(directory)
        return [f"{each.line}:{each.column}: {each.message}" for each in raised.value.findings]

    return do


def test_the_example_rules_are_tested_through_and_through(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", str(CONTACT_CENTER), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["rule"] for each in told["coverage"] if each["here"] and not each["fired"]] == []
    one_way = [leaf for each in told["coverage"] if each["here"] for leaf in each["conditions"] if not (leaf["true"] and leaf["false"])]
    assert one_way == []


def test_what_casewright_writes_is_written_and_heard(attempt: Try) -> None:
    code, told = attempt("""\
        - test: raised and followed
          case: {template: Billing, fields: {priority: Low}}
          events:
            - at: "2026-05-01T08:00:00Z"
            - case_updated: {set: {amount: 501}}
            - case_updated: {set: {amount: 502}}
          expect:
            - {rule: raise-it, action: update_case, set: {priority: High, reviewer: maya, due: "2026-05-01T08:00:00Z"}}
            - {rule: raise-it, action: add_comment, body: 501 is much}
            - {rule: raise-it, action: assign_sla, policy: by-hand}
            - {rule: follow, action: put_event, detail: {deep: [1, {yes: true}]}}
            - {rule: follow, action: put_event, detail_type: Followed, detail: {type: comment}}
          clocks: {by-hand: {status: Active, due: "2026-05-01T09:00:00Z"}, automatic: {status: absent}}
        """)
    assert (code, told["passed"], told["tests"][0]["failures"]) == (0, 1, [])


def test_clocks_and_schedules_come_while_a_test_waits(attempt: Try) -> None:
    code, told = attempt("""\
        - test: the first hour, and the morning after
          events:
            - case_created: {template: Billing, fields: {title: Hello}}
            - wait: 59m
            - wait: 1m
            - wait: 1d
          expect:
            - {rule: late, action: put_event, detail: {sla: automatic}}
            - {rule: daily, action: put_event}
          clocks: {automatic: {status: Overdue, due: "2026-03-02T16:00:00Z"}}
        - test: in time
          events:
            - case_created: {template: Billing}
            - wait: 59m
            - case_updated: {set: {status: closed}}
            - wait: 2d
          expect: []
          clocks: {automatic: {status: Met}}
        - test: exactly when it is due is too late for what comes after the wait
          events: [{case_created: {template: Billing}}, {wait: 1h}, {case_updated: {set: {status: closed}}}]
          clocks: {automatic: {status: NotMet}}
        """)
    assert (code, [each["failures"] for each in told["tests"]]) == (0, [[], [], []])


def test_the_case_keeps_the_times_that_cases_keeps(directory: Path, attempt: Try) -> None:
    (directory / "fields.yaml").write_text(dedent(SMALL["fields.yaml"]) + "closed: {system_id: last_closed_datetime}\n")
    (directory / "rules" / "times.yaml").write_text(
        "- {rule: reopened, when: case_updated, if: {status: {changed: {from: closed}}}, then: [{put_event: {detail_type: Reopened,"
        ' detail: {opened: "{{ case.opened }}", closed: "{{ case.closed }}", changed: "{{ now }}"}}}]}\n'
    )
    code, told = attempt("""\
        - test: closed once, closed twice
          events:
            - at: "2026-05-01T08:00:00Z"
            - case_created: {template: Billing}
            - wait: 10m
            - case_updated: {set: {status: closed}}
            - wait: 5m
            - case_updated: {set: {title: still closed}}
            - case_updated: {set: {status: open}}
          expect:
            - rule: reopened
              action: put_event
              detail: {opened: "2026-05-01T08:00:00Z", closed: "2026-05-01T08:10:00Z", changed: "2026-05-01T08:15:00Z"}
        """)
    assert (code, told["tests"][0]["failures"]) == (0, [])


def test_shadowed_rules_act_in_tests_and_those_that_are_off_do_not(attempt: Try) -> None:
    code, told = attempt(
        """\
        - test: looked at
          case: {template: Billing}
          events: [{case_updated: {set: {assigned_queue: Escalations}}}]
          expect: [{rule: watch, action: create_task, flow: Escalations, name: Look, description: ""}]
          not_fired: asleep
        """.replace(', description: ""', "")
    )
    assert (code, told["failed"]) == (0, 0)
    asleep = next(each for each in told["coverage"] if each["rule"] == "asleep")
    assert (asleep["here"], asleep["fired"]) == (False, 0)
    modes = [each.mode for each in as_if_on(linked(rule("a", mode="shadow"), rule("b", mode="canary"), rule("c", mode="off"))).rules]
    assert modes == ["on", "on", "off"]


@pytest.mark.parametrize(
    ("expectation", "kind", "line"),
    [
        ("expect: []", "unexpected", 1),
        ("expect: [{rule: greet, action: send_email}, {rule: greet, action: send_email}]", "missing", 4),
        ("expect: [{rule: greet, action: send_email, to: other@example.com}]", "different", 4),
        ("expect: [{rule: greet, action: send_email, subject: Hello}]", "different", 4),
        ("expect: [{rule: raise-it, action: add_comment}]", "missing", 4),
        ("fired: [greet, raise-it]", "not_fired", 4),
        ("not_fired: greet", "fired", 4),
        ("clocks: {automatic: {status: Met}}", "clock", 4),
        ('clocks: {automatic: {due: "2026-03-02T15:59:59Z"}}', "clock", 4),
        ("clocks: {automatic: {status: absent}}", "clock", 4),
        ("clocks: {by-hand: {status: Active}}", "clock", 4),
    ],
)
def test_what_is_not_as_expected_fails(attempt: Try, expectation: str, kind: str, line: int) -> None:
    code, told = attempt(f"""\
        - test: greeted
          events:
            - case_created: {{template: Billing, fields: {{customer_email: a@example.com, title: you}}}}
          {expectation}
        """)
    assert code == 1
    assert (kind, line) in [(each["kind"], each["line"]) for each in told["tests"][0]["failures"]]


@pytest.mark.parametrize(
    ("expect", "passes"),
    [
        ("[{rule: raise-it, action: add_comment}]", True),
        ("[{rule: raise-it, action: update_case, set: {priority: High}}, {rule: follow, action: put_event}]", True),
        ("[{rule: follow, action: put_event}, {rule: raise-it, action: update_case}]", False),
        ("[{rule: raise-it, action: update_case, set: {priority: Low}}]", False),
        ("[{rule: follow, action: put_event, detail: {type: contact}}]", False),
        ("[{rule: follow, action: put_event, detail: {none: 1}}]", False),
        ("[{rule: follow, action: put_event, detail: {deep: [1]}}]", False),
        ("[{rule: follow, action: put_event, detail: {deep: [1, {yes: 1}]}}]", False),
    ],
)
def test_with_only_false_the_effects_given_come_in_this_order_among_others(attempt: Try, expect: str, passes: bool) -> None:
    code, _ = attempt(f"""\
        - test: raised
          events: [{{case_created: {{template: Billing, fields: {{amount: 501, priority: Low}}}}}}]
          only: false
          expect: {expect}
        """)
    assert (code == 0) is passes


def test_a_failure_tells_what_differs_and_why_the_rule_did_not_fire(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (directory / "tests" / "a.yaml").write_text(
        dedent("""\
        - test: raised
          events:
            - case_created: {template: Billing, fields: {amount: 400, customer_email: a@example.com}}
          expect:
            - {rule: greet, action: send_email, to: b@example.com}
            - {rule: raise-it, action: add_comment, body: 400 is much}
          fired: late
        - test: fine
          events: [{case_created: {template: Billing}}]
          not_fired: greet
        """)
    )
    assert run(["test", str(directory)]) == 1
    told = capsys.readouterr().out
    for line in (
        f"✗ raised  {directory.as_posix()}/tests/a.yaml:1",
        "greet: send_email  to: b@example.com  came otherwise  line 5",
        'to[0]: expected "b@example.com", got "a@example.com"',
        "raise-it: add_comment  body: 400 is much  expected, and did not come  line 6",
        "✗ raise-it  if.all[0]: amount greater_than 500 is false; it was 400",
        "late should have fired, and did not  line 7",
        "no event of the test sets it off",
        "✓ fine",
        "1 passed, 1 failed; 1 of 6 rules fired, 1 of 6 conditions seen both true and false",
        "never true: amount greater_than 500",
    ):
        assert line in told


def test_a_program_reads_the_same(attempt: Try) -> None:
    _, told = attempt("""\
        - test: raised
          events: [{case_created: {template: Billing, fields: {amount: 400}}}]
          expect: [{rule: raise-it, action: add_comment}]
        """)
    [test] = told["tests"]
    [failure] = test["failures"]
    assert (test["test"], test["line"], test["passed"]) == ("raised", 1, False)
    assert (failure["expected"], failure["got"]) == ({"rule": "raise-it", "action": "add_comment"}, None)
    [entry] = failure["trace"]
    assert (entry["event"], entry["rule"], entry["outcome"], entry["matched"]) == ("CASE.CREATED", "raise-it", "false", False)
    covered = next(each for each in told["coverage"] if each["rule"] == "raise-it")
    assert [(leaf["place"], leaf["true"], leaf["false"], leaf["unknown"]) for leaf in covered["conditions"]] == [
        ("if.all[0]", False, True, False),
        ("if.all[1].not", False, True, False),
    ]


ONE = "- {test: a, events: [{case_created: {template: Billing}}], %s}"


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("- {test: a}", "1:3: a test needs the key 'events'"),
        (ONE % "expects: []", "1:60: unknown key of a test 'expects' (did you mean 'expect'?)"),
        ("- {test: a, events: [{case_created: {template: Billing}}]}", "1:3: the test expects nothing; accepted are expect, fired"),
        (ONE % "only: false, fired: greet", "1:66: 'only' says whether 'expect' lists every effect"),
        (ONE % "fired: gret", "1:67: unknown rule 'gret' (did you mean 'greet'?)"),
        (ONE % "clocks: {automatc: {status: Met}}", "1:69: unknown SLA 'automatc' (did you mean 'automatic'?)"),
        (ONE % "clocks: {automatic: {status: Meet}}", "1:89: unknown status of a clock 'Meet' (did you mean 'Met'?)"),
        (ONE % "clocks: {automatic: {}}", "1:80: the clock 'automatic' is expected without anything"),
        (ONE % "expect: [{rule: greet, action: send_mail}]", "1:91: unknown action 'send_mail' (did you mean 'send_email'?)"),
        (ONE % "expect: [{rule: greet, action: end_tasks}]", "1:91: the rule 'greet' asks for no end_tasks; it asks for send_email"),
        (ONE % "expect: [{rule: greet, action: send_email, body: x}]", "1:103: unknown member of send_email 'body'"),
        (ONE % "expect: [{rule: greet, action: send_email, template: helo}]", "1:113: unknown email 'helo' (did you mean 'hello'?)"),
        (
            ONE % "expect: [{rule: greet, action: send_email, to: team-lead}]",
            "1:107: unknown mailbox 'team-lead' (did you mean 'team-leads'?)",
        ),
        (
            ONE % "expect: [{rule: raise-it, action: update_case, set: {priority: Medium}}]",
            "1:123: unknown option of priority 'Medium'",
        ),
        (ONE % "expect: [{rule: raise-it, action: update_case, set: {prioritty: Low}}]", "1:113: unknown field 'prioritty' (did you mean"),
        (
            "- {test: a, events: [{case_created: {template: Biling}}], expect: []}",
            "1:48: unknown template 'Biling' (did you mean 'Billing'?)",
        ),
        (
            "- {test: a, events: [{case_created: {template: Billing, fields: {amount: much}}}], expect: []}",
            "1:74: the text 'much' is given; accepted is a number",
        ),
        ("- {test: a, events: [{case_made: {template: Billing}}], expect: []}", "1:23: the first event is no 'case_created'"),
        ("- {test: a, case: {template: Billing}, events: [{case_made: {}}], expect: []}", "1:50: unknown event 'case_made'"),
        ("- {test: a, events: [{case_updated: {set: {amount: 1}}}], expect: []}", "1:23: the first event is no 'case_created'"),
        ("- {test: a, events: [{wait: 1h}], expect: []}", "1:21: the first event is no 'case_created'"),
        (
            "- {test: a, case: {template: Billing}, events: [{case_created: {template: Billing}}], expect: []}",
            "1:50: a case that stands already ('case') cannot be created",
        ),
        (
            "- {test: a, events: [{case_created: {template: Billing}}, {case_created: {template: Billing}}], expect: []}",
            "1:60: a case is created once",
        ),
        (
            "- {test: a, case: {template: Billing}, events: [{wait: soon}], expect: []}",
            "1:56: the text 'soon' is given for wait; accepted is",
        ),
        (
            '- {test: a, case: {template: Billing}, events: [{wait: 1d}, {at: "2026-03-02T16:00:00Z"}], expect: []}',
            "1:61: 2026-03-02T16:00:00Z lies before 2026-03-03T15:00:00Z, which the test has reached; time does not run backwards",
        ),
        (
            "- {test: a, case: {template: Billing}, events: [{related_item_added: {type: coment}}], expect: []}",
            "1:77: unknown type of related item 'coment' (did you mean 'comment'?)",
        ),
        (
            "- {test: a, case: {template: Billing}, events: [{related_item_added: {type: file, body: x}}], expect: []}",
            "1:83: an item of type file has no 'body'",
        ),
        (
            "- {test: a, case: {template: Billing}, events: [{case_deleted: {by: mayra}}], expect: []}",
            "1:69: unknown performer 'mayra' (did you mean 'maya'?)",
        ),
        (
            "- {test: a, events: [{case_created: {template: Billing}}], expect: []}\n- {test: a, events: [], expect: []}",
            "2:10: the test 'a' is given twice",
        ),
        ("- {test: a, events: [{case_created: {template: Billing}}], expect: []", "2:1: this is not YAML"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_place(refused: Callable[[str], list[str]], text: str, finding: str) -> None:
    found = refused(text + "\n")
    assert any(line.startswith(finding) for line in found), found


def test_who_did_it_can_be_said(attempt: Try) -> None:
    text = """\
        - test: somebody did it
          case: {{template: Billing}}
          events: [{{case_updated: {{set: {{title: x}}, by: {by}}}}}]
          only: false
          expect: {expect}
        """
    followed = "[{rule: follow, action: put_event}]"
    assert attempt(text.format(by="custom_entity", expect=followed))[0] == 0
    assert attempt(text.format(by="{custom_entity: importer}", expect=followed))[0] == 0
    for by in ("user", "iam", "maya", f'"{FLOW.replace("contact-flow", "agent")}"', "{iam: somebody}"):
        assert attempt(text.format(by=by, expect=followed))[0] == 1
        assert attempt(text.format(by=by, expect="[]"))[0] == 0


def test_calendars_are_those_of_the_time_of_the_test(directory: Path, attempt: Try) -> None:
    (directory / "calendars.yaml").write_text('office: {time_zone: America/New_York, week: {mon-fri: ["09:00-17:00"]}}\n')
    (directory / "rules" / "hours.yaml").write_text(
        "- {rule: closed, when: case_updated, if: {not: {now: {within_hours: office}}},"
        " then: [{put_event: {detail_type: Closed, detail: {}}}]}\n"
    )
    code, told = attempt("""\
        - test: only at night
          case: {template: Billing}
          events: [{case_updated: {set: {title: day}}}, {wait: 8h}, {case_updated: {set: {title: night}}}]
          expect: [{rule: closed, action: put_event}]
        """)
    assert (code, told["tests"][0]["failures"]) == (0, [])


def test_a_directory_without_tests_is_told_what_to_write(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", str(directory)]) == 2
    assert "holds no tests; write a list of them to" in " ".join(capsys.readouterr().err.split())


def test_every_action_can_be_expected() -> None:
    assert set(MEMBERS) == set(ACTIONS)


def test_the_example_of_the_page_passes_and_fails_as_it_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = page("testing-rules.md")
    [example] = blocks(text, "yaml")
    shutil.copytree(CONTACT_CENTER, tmp_path / "contact_center")
    monkeypatch.chdir(tmp_path)
    file = tmp_path / example.splitlines()[0].removeprefix("# ")
    file.write_text(example)
    for words in commands(text, "test"):
        assert run(words) == 0
    capsys.readouterr()
    file.write_text(example.replace("refund_amount: 500", "refund_amount: 400"))
    assert run(["test"]) == 1
    printed = capsys.readouterr().out.splitlines()
    for line in blocks(text)[0].splitlines():
        assert any(found.replace("├", "└").lstrip("│ ") == line.lstrip() for found in printed), line


def test_the_page_lists_keys_events_and_members() -> None:
    text = page("testing-rules.md")
    assert set(listed(text, "Key of a test")) == {*REQUIRED_KEYS, *OPTIONAL_KEYS}
    assert listed(text, "Event") == list(STEPS)
    table = text.split("| Action | Members |")[1].split("\n\n")[0]
    rows = [re.findall(r"`(\w+)`", line) for line in table.splitlines()[2:]]
    assert {row[0]: tuple(row[1:]) for row in rows} == MEMBERS
