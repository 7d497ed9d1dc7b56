"""A small directory that compiles, as files and their texts."""

from collections.abc import Callable, Mapping
from pathlib import Path

from casewright_authoring import Compiled

Write = Callable[[Mapping[str, str]], Path]
Compile = Callable[[Mapping[str, str]], Compiled]
Complain = Callable[[Mapping[str, str]], list[str]]

QUEUE = "arn:aws:connect:us-east-1:111122223333:instance/i/queue/q-1"
USER = "arn:aws:connect:us-east-1:111122223333:instance/i/agent/u-1"
FLOW = "arn:aws:connect:us-east-1:111122223333:instance/i/contact-flow/f-1"
QUICK_CONNECT = "arn:aws:connect:us-east-1:111122223333:instance/i/transfer-destination/c-1"
TASK_TEMPLATE = "arn:aws:connect:us-east-1:111122223333:instance/i/task-template/t-1"

SMALL = {
    "catalog.yaml": f"""\
        queues: {{Escalations: "{QUEUE}"}}
        users: {{maya: "{USER}"}}
        flows: {{Escalations: "{FLOW}"}}
        quick_connects: {{Leads: "{QUICK_CONNECT}"}}
        task_templates: {{Refund: "{TASK_TEMPLATE}"}}
        mailboxes: {{team-leads: [leads@example.com]}}
        """,
    "fields.yaml": """\
        title: {system_id: title}
        summary: {system_id: summary}
        status: {system_id: status, options: {Waiting: waiting-on-customer}}
        assigned_queue: {system_id: assigned_queue}
        assigned_user: {system_id: assigned_user}
        opened: {system_id: created_datetime}
        opened_by: {system_id: created_by}
        priority: {type: SingleSelect, options: {Low: low, High: high}}
        amount: {type: Number}
        vip: {type: Boolean}
        due: {type: DateTime}
        page: {type: Url}
        reviewer: {type: User}
        customer_email: {type: Text}
        """,
    "templates.yaml": """\
        Billing: {required: [amount], top_panel: [priority]}
        Shipping: {}
        """,
    "emails/hello.yaml": """\
        email: hello
        subject: "Hello {{ case.title }}"
        text: |
          Hello!
        """,
    "slas.yaml": """\
        - {sla: by-hand, start: assigned, met_when: {status: closed}, target: [{within: 1h}], milestones: [{name: soon, before: 10m}]}
        - {sla: automatic, start: case_created, met_when: {status: closed}, target: [{within: 1h}]}
        """,
}
