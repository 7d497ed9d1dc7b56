"""`check` looks into what clocks wait for, also where that is something that happens."""

from collections.abc import Callable
from pathlib import Path

import pytest
from small_directory import SMALL

from casewright_authoring import findings

Check = Callable[[str], list[tuple[str, int, int]]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Code and place of what is found in a policy."""

    def found(policy: str) -> list[tuple[str, int, int]]:
        for name, text in (SMALL | {"slas.yaml": policy}).items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text.replace("\n        ", "\n").lstrip(), encoding="utf-8")
        return [(each.code, each.line, each.column) for each in findings(tmp_path)]

    return found


@pytest.mark.parametrize("key", ["met_when", "reset", "cancel"])
def test_what_can_never_happen_is_an_error(check: Check, key: str) -> None:
    keys = {"met_when": "{status: closed}"} | {key: "{when: case_updated, if: {priority: high, not: {priority: high}}}"}
    lines = "".join(f"\n  {name}: {value}" for name, value in keys.items())
    found = check(f"- sla: a\n  start: case_created\n  target: [{{within: 1h}}]{lines}\n")
    assert [code for code, _, _ in found] == ["never-true"]


@pytest.mark.parametrize("key", ["met_when", "reset", "cancel"])
def test_what_can_happen_is_none(check: Check, key: str) -> None:
    keys = {"met_when": "{status: closed}"} | {key: "{when: [related_item_added, case_updated], if: {related_item.type: comment}}"}
    lines = "".join(f"\n  {name}: {value}" for name, value in keys.items())
    assert check(f"- sla: a\n  start: case_created\n  target: [{{within: 1h}}]{lines}\n") == []


@pytest.mark.parametrize(
    ("met_when", "found"),
    [
        ("{when: related_item_added}", [("no-clock", 1, 8)]),
        ("{when: related_item_added, if: {related_item.type: {in: [comment, contact]}}}", [("no-clock", 1, 8)]),
        ("{when: related_item_added, if: {related_item.type: contact}}", []),
        ("{when: related_item_removed}", []),
    ],
)
def test_a_policy_that_is_met_by_what_starts_it_has_no_clock(check: Check, met_when: str, found: list[tuple[str, int, int]]) -> None:
    policy = (
        f"- sla: a\n  start: related_item_added\n  if: {{related_item.type: comment}}\n  met_when: {met_when}\n  target: [{{within: 1h}}]\n"
    )
    assert check(policy) == found
