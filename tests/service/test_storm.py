"""A small storm of updates through the real performer and adapters: few calls, the right order, every value right in the end."""

from typing import Any

from benchmarks.storm import EFFECTS, storm
from casewright.actions import UpdateCase


def test_a_storm_is_written_in_few_calls_and_every_field_ends_as_it_was_decided_last() -> None:
    seen = storm(200, 40)
    assert seen.statuses["done"] + seen.statuses["superseded"] == 200 < EFFECTS
    assert seen.calls * 5 <= 200
    expected: dict[str, dict[str, Any]] = {}
    for effect in sorted(seen.effects, key=lambda each: each.position):
        assert isinstance(effect.action, UpdateCase)
        expected.setdefault(effect.case_id, {}).update(effect.action.fields)
    for case_id, fields in expected.items():
        assert {field_id: seen.fields[case_id][field_id] for field_id in fields} == fields
    assert max(seen.waits[1]) < 2 < max(seen.waits[3]), "a deadline waits for the call under way, housekeeping for all others"
