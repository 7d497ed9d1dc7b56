"""docs/checks.md lists every check, and its examples are found and put right as it says."""

import re
from pathlib import Path
from textwrap import dedent

import pytest
from small_directory import SMALL, Write

from casewright_authoring.analysis.checks import CHECKS
from casewright_authoring.checking import findings
from casewright_authoring.findings import REFUSED

PAGE = (Path(__file__).parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## `([a-z-]+)`\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
REFUSALS = re.findall(r"^\| ([^|]+) \| `(\{.+?\})` \| (.+) \|$", SECTIONS[REFUSED], re.MULTILINE)
WORLD = {
    "fields.yaml": dedent(SMALL["fields.yaml"]) + "secret: {type: Text, in_events: false}\n",
    "conditions.yaml": "- {condition: no-page-for-low, field: page, hidden_when: {priority: low}}\n",
    "templates.yaml": dedent(SMALL["templates.yaml"]).replace("Shipping: {}", "Shipping: {conditions: [no-page-for-low]}"),
}


def codes(write: Write, example: str) -> list[str]:
    name = "slas.yaml" if example.startswith("- sla:") else "rules/a.yaml" if example.startswith("- rule:") else "calendars.yaml"
    return [each.code for each in findings(write({**WORLD, name: example}))]


def test_the_page_lists_every_check_with_its_severity() -> None:
    listed = re.findall(r"^\| `([a-z-]+)` \| (error|warning) \|", PAGE, re.MULTILINE)
    assert listed == [(REFUSED, "error"), *((check.code, check.severity) for check in CHECKS)]
    assert list(SECTIONS) == [code for code, _ in listed]


@pytest.mark.parametrize("code", [check.code for check in CHECKS])
def test_an_example_is_found_and_its_remedy_is_not(code: str, write: Write) -> None:
    wrong, right = re.findall(r"```yaml\n(.*?)```", SECTIONS[code], re.DOTALL)
    assert codes(write, wrong) == [code]
    assert codes(write, right) == []


@pytest.mark.parametrize(("what", "rule", "because"), REFUSALS)
def test_what_the_page_calls_refused_is_refused_for_that_reason(what: str, rule: str, because: str, write: Write) -> None:
    [finding] = findings(write({**WORLD, "rules/a.yaml": f"- {{rule: a, {rule[1:]}\n"}))
    assert (finding.severity, finding.code) == ("error", REFUSED)
    assert because in finding.message


def test_the_page_has_examples_of_refusals() -> None:
    assert len(REFUSALS) == 10
