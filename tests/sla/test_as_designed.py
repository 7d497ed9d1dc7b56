"""The promise that the language was designed around: a rule, a policy and a calendar that belong together."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from building import at, case_event, parsed

from casewright.bundle import LinkedBundle, link
from casewright.decide import blank, decide
from casewright.sla.clocks import Clock
from casewright_authoring import compile_directory

FILES = {
    "catalog.yaml": """\
domain_id: d
fields:
  title: {id: title, type: Text}
  summary: {id: summary, type: Text}
  status: {id: status, type: SingleSelect, options: [open, pending, waiting-on-customer, closed]}
  assigned_queue: {id: assigned_queue, type: Text}
  priority: {id: f-priority, type: SingleSelect, options: [low, normal, high]}
  amount: {id: f-amount, type: Number}
templates: {Billing: t-billing}
queues: {Escalations: "arn:aws:connect:us-east-1:111122223333:instance/i/queue/q"}
flows: {Escalations: "arn:aws:connect:us-east-1:111122223333:instance/i/contact-flow/f"}
mailboxes: {team-leads: [leads@example.com]}
""",
    "emails/escalation.yaml": "{email: escalation, subject: Look, text: At this}\n",
    "rules/billing.yaml": """\
- rule: escalate-vip-refunds
  when: [case_created, case_updated]
  if:
    all:
      - template: Billing
      - status: {not_in: [closed]}
      - priority: {changed: {from: [low, normal], to: high}}
      - any:
          - summary: {matches: "(?i)refund|chargeback"}
          - amount: {greater_than: 500}
  then:
    - assign_sla: first-response
    - create_task: {flow: Escalations, name: "Call back: {{ case.title }}"}
    - send_email: {to: [team-leads], template: escalation}
    - update_case: {set: {assigned_queue: Escalations}}
  order: 40
  stop: false
""",
    "calendars.yaml": """\
support:
  time_zone: America/New_York
  week: {mon-fri: ["09:00-12:00", "13:00-17:30"], sat: ["22:00-02:00"]}
  holidays: [{country: US}, {date: "2026-12-24", open: ["09:00-12:00"]}]
""",
    "slas.yaml": """\
- sla: first-response
  if: {all: [{template: Billing}]}
  start: case_created
  pause_while: {status: {in: [waiting-on-customer]}}
  met_when: {status: {in: [closed]}}
  reset: {status: {changed: {from: closed, to: open}}}
  target:
    - {if: {priority: high}, within: 4h}
    - {within: 16h}
  calendar: support
  milestones: [{name: half, at: 50%}, {name: soon, before: 1h}, {name: late, after: 2h}]
  native: true
""",
}
DAY = 24 * 60


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> LinkedBundle:
    made: Path = tmp_path_factory.mktemp("designed")
    for name, text in FILES.items():
        (made / name).parent.mkdir(exist_ok=True)
        (made / name).write_text(text, encoding="utf-8")
    compiled = compile_directory(made, today=date(2026, 11, 1))
    assert compiled.catalog is not None
    return link(compiled.bundle, compiled.catalog, bundle_hash=compiled.hash)


def clock(bundle: LinkedBundle, *bodies: str) -> Clock | None:
    head = blank("c1")
    for body in bodies:
        head = decide(head, parsed(body), bundle).head
    return head.clocks.get("first-response")


def test_it_runs_in_open_time_and_follows_its_target(bundle: LinkedBundle) -> None:
    created = case_event("a", 0, "CREATED", status="open", priority="normal")
    begun = clock(bundle, created)
    assert begun is not None
    assert (begun.target, begun.due_at) == (timedelta(hours=16), at(2 * DAY + 60)), "7.5 hours a day, from nine on Monday"
    raised = clock(bundle, created, case_event("b", 60, changed=("priority",), status="open", priority="high"))
    assert raised is not None
    assert (raised.target, raised.due_at) == (timedelta(hours=4), at(300))


def test_its_rule_starts_it_where_its_start_was_missed_and_its_condition_holds(bundle: LinkedBundle) -> None:
    normal, high = {"status": "open", "priority": "normal", "amount": 900.0}, {"status": "open", "priority": "high", "amount": 900.0}
    seen_late = case_event("a", 0, **normal), case_event("b", 60, changed=("priority",), **high)  # type: ignore[arg-type]
    assert clock(bundle, *seen_late[:1]) is None
    begun = clock(bundle, *seen_late)
    assert begun is not None
    assert begun.started_at == at(60)
