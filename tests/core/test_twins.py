"""When two events tell one change."""

from typing import Any

import pytest
from building import case_event, comment, parsed
from msgspec.structs import replace

from casewright.cases.events import Event, Repair
from casewright.cases.twins import LONGEST_TEXT, same_change

INCLUDED = frozenset({"status", "f-priority"})
SECOND = 1 / 60


def update(minutes: float, changed: tuple[str, ...] = ("status",), **fields: Any) -> Event:
    return parsed(case_event(f"e{minutes}", minutes, changed=changed, **fields))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (update(10, status="closed"), True),
        (update(10 + 2 * SECOND, status="closed"), True),
        (update(10 - 2 * SECOND, status="closed"), True),
        (update(10 + 2.1 * SECOND, status="closed"), False),
        (update(10, status="open"), False),
        (update(10), False),
        (update(10, ("status", "last_updated_datetime"), status="closed"), True),
        (update(10, ("status", "priority"), status="closed"), False),
        (update(10, status="closed", priority="high"), True),
        (update(10, status="closed", case_id="c2"), False),
        (parsed(comment("e", 10)), False),
    ],
)
def test_an_update_is_known_by_what_it_changed_and_when(other: Event, same: bool) -> None:
    one = replace(update(10, status="closed"), repair=Repair("a"))
    assert same_change(one, other, INCLUDED) is same
    assert same_change(other, one, INCLUDED) is same


def test_a_field_that_events_do_not_carry_is_not_compared() -> None:
    one, other = update(10, ("title",), title="One"), update(10, ("title",))
    assert same_change(one, other, INCLUDED)
    assert not same_change(one, other, INCLUDED | {"title"})


@pytest.mark.parametrize("verb", ["CREATED", "DELETED"])
def test_a_case_is_created_and_deleted_once(verb: str) -> None:
    assert same_change(parsed(case_event("a", 1, verb)), parsed(case_event("b", 500, verb)), INCLUDED)


def test_an_item_is_added_once_and_may_change_often() -> None:
    added, again = parsed(comment("a", 1)), parsed(comment("a", 90))
    assert same_change(added, again, INCLUDED)
    assert not same_change(added, parsed(comment("b", 1)), INCLUDED)
    changed = parsed(comment("a", 1, verb="UPDATED"))
    assert same_change(changed, parsed(comment("a", 1 + SECOND, verb="UPDATED")), INCLUDED)
    assert not same_change(changed, parsed(comment("a", 1 + SECOND, "other", verb="UPDATED")), INCLUDED)
    assert not same_change(changed, parsed(comment("a", 2, verb="UPDATED")), INCLUDED)


def test_a_long_comment_is_known_by_what_the_history_keeps_of_it() -> None:
    whole, cut = "x" * (LONGEST_TEXT + 5), "x" * LONGEST_TEXT
    assert same_change(parsed(comment("a", 1, whole, verb="UPDATED")), parsed(comment("a", 1, cut, verb="UPDATED")), INCLUDED)
