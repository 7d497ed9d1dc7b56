"""The pages of the language list what the code accepts, no more and no less, and their examples compile."""

import re
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest
from small_directory import SMALL, Complain

from casewright.conditions.subjects import FACT_NAMES
from casewright.conditions.triggers import TRIGGERS
from casewright_authoring import (
    catalog_file,
    conditions,
    emails,
    field_conditions,
    fields,
    instructions,
    milestones,
    operators,
    rollout,
    rules,
    schedules,
    slas,
    templates,
    webhooks,
)
from casewright_authoring.checking import findings
from casewright_authoring.schemas import words
from casewright_authoring.sources import FILES, FOLDERS
from casewright_authoring.then import assigning, cases, tasks

ROOT = Path(__file__).parents[2]
RULES = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
TASKS = (ROOT / "docs" / "tasks.md").read_text(encoding="utf-8")
WEBHOOKS = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
CENTER = (ROOT / "docs" / "contact-center.md").read_text(encoding="utf-8")


def listed(page: str, head: str) -> set[str]:
    """The names in the first column of the table whose head begins so."""
    table = page.split(f"\n| {head} |", maxsplit=1)[1].split("\n\n", maxsplit=1)[0]
    return set(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE))


@pytest.mark.parametrize(
    ("page", "head", "accepted"),
    [
        (RULES, "Key of a rule", {*rules.REQUIRED_KEYS, *rules.OPTIONAL_KEYS}),
        (RULES, "Trigger", set(TRIGGERS)),
        (RULES, "Key of a schedule", set(schedules.SCHEDULE_KEYS)),
        (RULES, "Value of `mode`", set(rollout.MODES)),
        (RULES, "Key of a budget", set(rollout.BUDGET_KEYS)),
        (RULES, "Group", set(conditions.GROUPS)),
        (RULES, "Subject", set(FACT_NAMES)),
        (RULES, "Operator", set(operators.OPERATORS)),
        (RULES, "Action", set(instructions.ACTIONS)),
        (RULES, "Key of an email", set(emails.EMAIL_KEYS)),
        (RULES, "Key of `assign`", set(assigning.ASSIGN)),
        (RULES, "Key of `create_case`", set(cases.CREATE_CASE)),
        (TASKS, "Key of `create_task`", set(tasks.CREATE_TASK)),
        (TASKS, "Type of reference", set(tasks.REFERENCE_TYPES)),
        (TASKS, "Key of the schedule of a task", set(tasks.SCHEDULE)),
        (RULES, "Key of an SLA", {*slas.REQUIRED_KEYS, *slas.OPTIONAL_KEYS}),
        (RULES, "Value of `start`", {*slas.STARTING_TRIGGERS, slas.ASSIGNED, slas.BECOMES}),
        (RULES, "Key of what happens", set(slas.HAPPENING_KEYS)),
        (RULES, "Milestone", set(milestones.MILESTONE_KEYS)),
        (WEBHOOKS, "Key of a webhook", {*webhooks.WEBHOOK_REQUIRED_KEYS, *webhooks.WEBHOOK_OPTIONAL_KEYS}),
        (WEBHOOKS, "Authentication", set(webhooks.AUTHENTICATIONS)),
        (CENTER, "File", {*FILES, *(f"{folder}/" for folder in FOLDERS)}),
        (CENTER, "Key of the catalog", {*catalog_file.DIRECTORY_KEYS, *catalog_file.DOMAIN_KEYS}),
        (CENTER, "Key of a field", set(fields.FIELD_KEYS)),
        (CENTER, "Key of a template", set(templates.TEMPLATE_KEYS)),
        (CENTER, "Key of a field condition", {*field_conditions.REQUIRED_KEYS, *field_conditions.EFFECT_KEYS}),
    ],
)
def test_a_page_lists_exactly_what_is_accepted(page: str, head: str, accepted: set[str]) -> None:
    assert listed(page, head) == accepted


def sentences(head: str) -> dict[str, str]:
    """The names in the first column, each with what the last column says of it, without sentences that only link to another page."""
    table = RULES.split(f"\n| {head} |", maxsplit=1)[1].split("\n\n", maxsplit=1)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    return {row[0].strip("`"): re.sub(r" \[[^]]+\]\([^)]+\)\.", "", row[-1]) for row in rows}


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("Key of a rule", words.RULE_KEYS),
        ("Trigger", words.TRIGGERS),
        ("Group", words.GROUPS),
        ("Operator", words.OPERATORS),
        ("Action", words.ACTIONS),
    ],
)
def test_an_editor_says_what_the_page_says(head: str, told: Mapping[str, str]) -> None:
    assert told == sentences(head)


def yaml_blocks(page: str) -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)


def test_the_examples_of_the_language_compile(complaints: Complain) -> None:
    rule, scheduled, email, sla = yaml_blocks(RULES)
    world = {
        "fields.yaml": """\
            title: {system_id: title}
            summary: {system_id: summary}
            status: {system_id: status, options: [waiting-on-customer, waiting-on-carrier]}
            case_reason: {system_id: case_reason, options: [Duplicate]}
            assigned_queue: {system_id: assigned_queue}
            priority: {type: SingleSelect, options: [urgent]}
            refund_amount: {type: Number}
            last_asked: {type: DateTime}
            customer_email: {type: Text}
            """,
        "templates.yaml": "Billing: {}",
        "emails/still-there.yaml": "email: still-there\nsubject: Well?\ntext: Are you?\n",
    }
    assert complaints({**world, "rules/a.yaml": rule, "rules/b.yaml": scheduled, "emails/hello.yaml": email, "slas.yaml": sla}) == []


def test_the_example_of_tasks_compiles(complaints: Complain) -> None:
    [rules_written] = yaml_blocks(TASKS)
    more = "refund_amount: {type: Number}\norder_number: {type: Text}\ncallback_at: {type: DateTime}\n"
    assert complaints({"fields.yaml": dedent(SMALL["fields.yaml"]) + more, "rules/a.yaml": rules_written}) == []


def test_the_examples_of_the_other_files_compile(complaints: Complain, tmp_path: Path) -> None:
    catalog, existing, defined, field_conditions_example = yaml_blocks(CENTER)
    more = """\
case_reason: {system_id: case_reason, options: [Refund]}
refund_amount: {type: Number}
carrier: {type: SingleSelect, options: [Store pickup]}
tracking_page: {type: Url}
"""
    files = {
        "catalog.yaml": catalog,
        "fields.yaml": defined + more,
        "conditions.yaml": field_conditions_example,
        "templates.yaml": "",
        "slas.yaml": "",
        "emails/hello.yaml": "",
    }
    assert complaints(files) == []
    (tmp_path / "existing").mkdir()
    (tmp_path / "existing" / "catalog.yaml").write_text(existing, encoding="utf-8")
    assert findings(tmp_path / "existing") == ()
