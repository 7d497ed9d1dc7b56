"""The tables of docs/rules.md that say when an operator holds, and a small world in which they can be asked."""

import re
from pathlib import Path

from small_directory import FLOW, QUEUE

PAGE = (Path(__file__).parents[1] / "docs" / "rules.md").read_text(encoding="utf-8")

WORLD = {
    "catalog.yaml": f'queues: {{Escalations: "{QUEUE}"}}\nflows: {{Escalations: "{FLOW}"}}\n',
    "calendars.yaml": 'support: {time_zone: America/New_York, week: {mon-fri: ["09:00-17:00"]}}\n',
    "fields.yaml": """\
        summary: {system_id: summary}
        assigned_queue: {system_id: assigned_queue}
        priority: {type: SingleSelect, options: {Low: low, Normal: normal, High: high, Urgent: urgent}}
        refund_amount: {type: Number}
        loyalty_member: {type: Boolean}
        order_number: {type: Text}
        customer_email: {type: Text}
        promised_by: {type: DateTime}
        """,
    "templates.yaml": "",
    "slas.yaml": "",
    "emails/hello.yaml": "",
}


def tables(head: str) -> list[tuple[str, list[list[str]]]]:
    """What the first group of the head says, and the rows, for every table of the page with such a head."""
    found = re.finditer(rf"^\| {head} \|\n\|---\|---\|---\|\n((?:\|.*\|\n)+)", PAGE, re.MULTILINE)
    return [(table[1], [cells(line) for line in table[table.re.groups].splitlines()]) for table in found]


def cells(line: str) -> list[str]:
    return [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip("|"))]


EXAMPLES = tables(r"Test with `([a-z_]+)` \| Value \| Holds")
GROUPED = tables(r"(Group of tests) \| Values \| Holds")
