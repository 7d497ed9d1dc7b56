"""A directory of a domain that exists, whose ids are known, for tests of native rules."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

from casewright_authoring import Compiled, compile_directory

INSTANCE = "arn:aws:connect:us-east-1:111122223333:instance/i"
QUEUE, OTHER_QUEUE = f"{INSTANCE}/queue/q-1", f"{INSTANCE}/queue/q-2"
USER = f"{INSTANCE}/agent/u-1"
FLOW = f"{INSTANCE}/contact-flow/f-1"

FILES = {
    "catalog.yaml": f"""\
        domain_id: d
        fields:
          title: {{id: title, type: Text}}
          summary: {{id: summary, type: Text}}
          status: {{id: status, type: SingleSelect, options: {{Open: open, Closed: closed, Waiting: waiting}}}}
          case_reason: {{id: case_reason, type: SingleSelect, options: {{Refund: refund, Duplicate: duplicate}}}}
          reference_number: {{id: reference_number, type: Text}}
          assigned_queue: {{id: assigned_queue, type: Text}}
          assigned_user: {{id: assigned_user, type: Text}}
          opened: {{id: created_datetime, type: DateTime}}
          updated: {{id: last_updated_datetime, type: DateTime}}
          last_closed: {{id: last_closed_datetime, type: DateTime}}
          priority: {{id: f-priority, type: SingleSelect, options: {{Low: low, High: high, Urgent: urgent}}}}
          amount: {{id: f-amount, type: Number}}
          vip: {{id: f-vip, type: Boolean}}
          due: {{id: f-due, type: DateTime}}
          reviewer: {{id: f-reviewer, type: User}}
          note: {{id: f-note, type: Text}}
          page: {{id: f-page, type: Url}}
        templates: {{Billing: t-billing, Technical: t-technical}}
        queues: {{Escalations: "{QUEUE}", Billing: "{OTHER_QUEUE}"}}
        users: {{maya: "{USER}"}}
        flows: {{Call back: "{FLOW}"}}
        mailboxes: {{team-leads: [leads@example.com]}}
        """,
    "emails/hello.yaml": """\
        email: hello
        subject: Hello
        text: Hello!
        """,
    "calendars.yaml": """\
        support: {time_zone: America/New_York, week: {mon-fri: ["09:00-17:00"]}}
        """,
    "slas.yaml": """\
        - {sla: first-response, start: assigned, met_when: {status: closed}, target: [{within: 4h}], native: true}
        - {sla: unseen, start: assigned, met_when: {status: closed}, target: [{within: 4h}]}
        - {sla: odd-seconds, start: assigned, met_when: {status: closed}, target: [{within: 90s}], native: true}
        - {sla: a-boolean, start: assigned, met_when: {vip: true}, target: [{within: 4h}], native: true}
        - sla: rich
          start: assigned
          met_when: {status: closed}
          pause_while: {status: waiting}
          reset: {status: {changed: {from: closed}}}
          cancel: {case_reason: Duplicate}
          target: [{if: {priority: high}, within: 1h}, {within: 4h}]
          milestones: [{name: half, at: 50%}]
          calendar: support
          native: true
        - {sla: resolution, start: case_created, met_when: {status: closed}, target: [{within: 2d}], native: true}
        """,
}


def write(directory: Path, files: Mapping[str, str]) -> Path:
    """Write the directory with these files added or replaced."""
    for name, text in (FILES | dict(files)).items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return directory


@cache
def compiled() -> Compiled:
    """The directory, without rules."""
    with TemporaryDirectory() as folder:
        return compile_directory(write(Path(folder), {}))


@cache
def compiled_with(rules: str) -> Compiled:
    """The directory with a file of rules."""
    with TemporaryDirectory() as folder:
        return compile_directory(write(Path(folder), {"rules/a.yaml": rules}))
