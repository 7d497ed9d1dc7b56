"""JSON schemas for editors: they accept what the compiler accepts, refuse what is plainly wrong, and lie beside the example."""

from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from language_page import EXAMPLES, GROUPED, WORLD
from plain_yaml import plain
from small_directory import Write

from casewright_authoring.findings import Report
from casewright_authoring.reading import read
from casewright_authoring.schemas import schemas_of
from casewright_authoring.sources import FILES, FOLDERS

EXAMPLE = Path(__file__).parents[2] / "contact_center"
EXAMPLE_FILES = sorted(path for path in EXAMPLE.rglob("*.yaml") if path.parent.name != "tests")


def problems(directory: Path, kind: str, text: str) -> list[str]:
    validator = Draft7Validator(schemas_of(directory)[kind])
    return [error.message for error in validator.iter_errors(plain(read(text, "a.yaml", Report())))]


def kind_of(path: Path) -> str:
    inside = path.relative_to(EXAMPLE)
    return inside.stem if len(inside.parts) == 1 else inside.parts[0]


def test_there_is_a_schema_for_each_kind_of_file() -> None:
    assert set(schemas_of(EXAMPLE)) == {*(name.removesuffix(".yaml") for name in FILES), *FOLDERS} - {"tests"}


@pytest.mark.parametrize("kind", schemas_of(EXAMPLE))
def test_every_schema_is_one(kind: str) -> None:
    Draft7Validator.check_schema(schemas_of(EXAMPLE)[kind])


@pytest.mark.parametrize("path", EXAMPLE_FILES, ids=str)
def test_a_file_of_the_example_fits_its_schema(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert problems(EXAMPLE, kind_of(path), text) == []


ACCEPTED = [row[0].strip("`") for _, rows in (*EXAMPLES, *GROUPED) for row in rows]


def test_every_condition_of_the_page_fits_the_schema_of_rules(write: Write) -> None:
    directory = write(WORLD)
    rules = [
        f"- rule: r{place}\n  when: case_updated\n  if: {{{condition}}}\n  then: [{{end_tasks: true}}]\n"
        for place, condition in enumerate(dict.fromkeys(ACCEPTED))
    ]
    assert problems(directory, "rules", "".join(rules)) == []


RULE = "- {{rule: a, when: {when}, if: {condition}, then: [{then}]{more}}}"


def rule(*, when: str = "case_updated", condition: str = "{vip: true}", then: str = "{end_tasks: true}", more: str = "") -> str:
    return RULE.format(when=when, condition=condition, then=then, more=more)


@pytest.mark.parametrize(
    "text",
    [
        rule(when="[case_created, schedule]", more=', schedule: {cron: "0 9 * * mon-fri"}'),
        rule(more=", mode: canary 10%, budget: {effects: 5, per: 1h}, order: -3, stop: true, reacts_to: casewright, runs_on: connect"),
        rule(more=", mode: off"),
        rule(condition='{reviewer: maya, assigned_queue: "arn:aws:connect:x", priority: ""}'),
        rule(then='{send_email: {to: [team-leads, a@b.example, "{{ case.customer_email }}"], template: hello}}'),
        rule(then='{update_case: {set: {amount: "", due: "{{ now }}", priority: high}}}'),
        rule(then="{assign_sla: by-hand}"),
        rule(then="{put_event: {detail_type: x, detail: {a: [1, {b: null}]}}}"),
    ],
)
def test_a_rule_fits(write: Write, text: str) -> None:
    assert problems(write({}), "rules", text) == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("rules", rule(when="case_create")),
        ("rules", rule(condition="{prioritty: high}")),
        ("rules", rule(condition="{priority: hihg}")),
        ("rules", rule(condition="{amount: {contains: x}}")),
        ("rules", rule(condition="{amount: {between: [1]}}")),
        ("rules", rule(condition="{due: {older_than: 4}}")),
        ("rules", rule(condition="{now: {within_hours: office}}")),
        ("rules", rule(condition="{all: []}")),
        ("rules", rule(condition="{}")),
        ("rules", rule(condition="{priority: {equals: high, ignore_case: true}}")),
        ("rules", rule(then="{send_mail: {}}")),
        ("rules", rule(then="{end_tasks: true, assign_sla: by-hand}")),
        ("rules", rule(then="{assign_sla: unheard-of}")),
        ("rules", rule(then="{update_case: {set: {opened: x}}}")),
        ("rules", rule(then="{create_task: {flow: Nowhere, name: x}}")),
        ("rules", rule(more=", mode: canary")),
        ("rules", rule(more=", budget: {effects: 0, per: 1h}")),
        ("rules", rule(more=", expires_after: soon")),
        ("rules", rule(when="schedule")),
        ("rules", rule(more=", schedule: {rate: 1h}")),
        ("rules", rule(when="schedule", more=', schedule: {cron: "0 9 * * *", rate: 1h}')),
        ("rules", rule(more=", stopp: true")),
        ("slas", "- {sla: a, start: sla_met, met_when: {vip: true}, target: [{within: 1h}]}"),
        ("slas", "- {sla: a, start: case_created, met_when: {sla.name: a}, target: [{within: 1h}]}"),
        ("slas", "- {sla: a, start: case_created, met_when: {vip: true}, target: []}"),
        (
            "slas",
            "- {sla: a, start: case_created, met_when: {vip: true}, target: [{within: 1h}], milestones: [{name: x, at: 50%, after: 1h}]}",
        ),
        ("calendars", "support: {time_zone: Europe/Paris}"),
        ("calendars", "support: {time_zone: Europe/Paris, week: {funday: []}}"),
        ("catalog", "queues: {A: q-1}"),
        ("catalog", "queue: {}"),
        ("fields", "a: {type: text}"),
        ("fields", "a: {label: x}"),
        ("fields", "Order number: {type: Text}"),
        ("templates", "A: {required: [amuont]}"),
        ("templates", "A: {top_panel: [title]}"),
        ("conditions", "- {condition: a, field: vip, required_when: {amount: x}}"),
        ("conditions", "- {condition: a, field: vip}"),
        ("emails", "{email: Hello, subject: x, text: y}"),
        ("emails", "{email: hello, subject: x}"),
    ],
)
def test_what_is_plainly_wrong_does_not_fit(write: Write, kind: str, text: str) -> None:
    calendar = 'support: {time_zone: America/New_York, week: {mon-fri: ["09:00-17:00"]}}'
    assert problems(write({"calendars.yaml": calendar}), kind, text) != []


def test_names_are_left_open_where_their_file_cannot_be_read(write: Write) -> None:
    directory = write({"fields.yaml": "title: {"})
    assert problems(directory, "rules", rule(condition="{anything: {at: all}}")) == []
    assert problems(directory, "rules", rule(when="never")) != []
