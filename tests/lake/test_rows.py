"""Rows: every event, decision, clock and effect in the columns of `facts`, and no personal data that nobody listed."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from building import OWN_PRINCIPAL, OWN_ROLE, at, case_event, changed, comment, linked, parsed, rule
from core_case import CREATED, policy, updated
from hypothesis import given
from hypothesis import strategies as st
from lake.logs import NOON, case_message, iso
from msgspec.structs import replace

from casewright.bundle import LinkedBundle
from casewright.cases.catalog import Catalog, FieldEntry
from casewright.cases.events import CaseRead, ClockDue
from casewright.cases.parsing import parse
from casewright.cases.performers import entity_for
from casewright.cases.values import FieldValue, User
from casewright.decide import Decided, blank, decide
from casewright.decision import Outcome
from casewright.measures import rows
from casewright.measures.columns import FACTS, KINDS, PARTITION
from casewright.measures.privacy import CUSTOM_ENTITY, listed_fields
from casewright.measures.rows import Row
from casewright.redecide import Logged, redecide

SAMPLES = Path(__file__).parent.parent / "events" / "samples"
NONE: frozenset[str] = frozenset()
COLUMNS = {column.name for column in FACTS} | {PARTITION.name}


def row(body: str, *listed: str) -> Row:
    return rows.of_event(parse(body), listed=frozenset(listed))


def sample(name: str, *listed: str) -> Row:
    return row((SAMPLES / f"{name}.json").read_text(), *listed)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_sample_of_the_stream_becomes_a_row_of_known_columns(path: Path) -> None:
    made = row(path.read_text())
    assert made.keys() <= COLUMNS
    assert made["kind"] in KINDS
    assert made["dt"] == str(made["event_timestamp"])[:10]
    assert None not in made.values()


def test_a_case_event_fills_the_columns_of_aws() -> None:
    fields: dict[str, FieldValue] = {
        "status": "open",
        "case_reason": "refund",
        "assigned_queue": "arn:queue",
        "assigned_user": User("arn:user"),
        "reference_number": "100",
        "last_closed_datetime": "2026-11-15T23:00:00.5+01:00",
        "last_updated_datetime": "someday",
        "f-amount": 12.5,
        "f-vip": False,
        "f-owner": User("arn:owner"),
    }
    made = row(case_message("e", NOON + timedelta(microseconds=1500), "UPDATED", changed=["status"], fields=fields))
    assert made == {
        "kind": "case_event",
        "event_id": "e",
        "event_timestamp": "2026-11-16T12:00:00.001Z",
        "case_id": "c1",
        "cases_domain_arn": "arn:aws:cases:us-east-1:111122223333:domain/d",
        "aws_account_id": "111122223333",
        "event_type": "CASE.UPDATED",
        "created_timestamp": "2026-11-16T12:00:00.000Z",
        "template_id": "t-billing",
        "changed_field_ids": ["status"],
        "has_fields": True,
        "reference_number": "100",
        "status": "open",
        "case_reason": "refund",
        "assigned_queue": "arn:queue",
        "assigned_user": "arn:user",
        "last_closed_timestamp": "2026-11-15T22:00:00.500Z",
        "custom_fields": {
            "f-amount": {"double_value": 12.5},
            "f-vip": {"boolean_value": False},
            "f-owner": {"user_arn_value": "arn:owner"},
        },
        "dt": "2026-11-16",
    }


def test_items_bear_the_names_of_aws_whichever_prefix_the_stream_used() -> None:
    made = sample("contact_added")
    assert (made["event_type"], made["related_item_type"]) == ("CASE.RELATED_ITEM.CREATED", "contact")
    assert "/" not in str(made["contact_id"])
    assert sample("connect_case_added")["related_item_type"] == "connect"
    assert sample("sla_overdue_flat")["sla_status"] == "overdue"
    assert sample("comment_removed")["event_type"] == "CASE.RELATED_ITEM.DELETED"
    assert sample("unrecognised_type")["kind"] == "unrecognised_event"


PRIVATE = {"title": "Jane's refund", "summary": "Jane Doe called", "customer_id": "arn:aws:profile:jane", "f-note": "Jane is ill"}


def test_texts_stay_out_unless_their_field_is_listed() -> None:
    body = case_message("e", NOON, "CREATED", fields={**PRIVATE, "status": "open"})
    assert "jane" not in json.dumps(row(body)).lower()
    assert row(body, "title")["case_title"] == "Jane's refund"
    assert row(body, "summary")["case_summary"] == "Jane Doe called"
    assert row(body, "customer_id")["customer_profile_arn"] == "arn:aws:profile:jane"
    assert row(body, "f-note")["custom_fields"] == {"f-note": {"string_value": "Jane is ill"}}


@given(st.dictionaries(st.text(min_size=1), st.text(alphabet="xyz", min_size=3), max_size=4), st.sets(st.text(min_size=1)))
def test_a_custom_text_comes_in_if_and_only_if_it_is_listed(fields: dict[str, str], listed: set[str]) -> None:
    custom = {f"f-{name}": value for name, value in fields.items()}
    made = row(case_message("e", NOON, "CREATED", fields=custom), *(f"f-{name}" for name in listed))
    found = made.get("custom_fields", {})
    assert isinstance(found, dict)
    assert found.keys() == {f"f-{name}" for name in fields.keys() & listed}


def test_the_body_of_a_comment_never_comes_in() -> None:
    everything = [column.name for column in FACTS]
    assert "secret" not in json.dumps(row(comment("e", 0, "a secret"), *everything, "comment", "body", "comment_body"))


def test_who_made_a_change_is_told_without_the_names_people_sign_in_with() -> None:
    def performer(principal: str, entity: str = "", *listed: str) -> Row:
        by = {"user": {"customEntity": entity}, "iamPrincipalArn": principal}
        return row(case_event("e", 0, performed_by=by), *listed)

    def principal(arn: str) -> object:
        return performer(arn)["performed_by_iam_principal"]

    assert principal("arn:aws:sts::1:assumed-role/agent/jane@example.com") == "arn:aws:sts::1:assumed-role/agent"
    assert principal("arn:aws:iam::1:user/jane") == "arn:aws:iam::1:user"
    assert principal("arn:aws:iam::1:role/path/agent") == "arn:aws:iam::1:role/path/agent"
    assert principal("connect.amazonaws.com") == "connect.amazonaws.com"
    assert CUSTOM_ENTITY not in performer("p", "jane@example.com")
    assert performer("p", "jane@example.com", CUSTOM_ENTITY)[CUSTOM_ENTITY] == "jane@example.com"
    assert performer("p", entity_for("ab" * 16, 1))[CUSTOM_ENTITY] == entity_for("ab" * 16, 1)
    assert CUSTOM_ENTITY not in performer("p", "casewright/jane@example.com")


def test_options_of_single_selects_are_listed_without_being_named() -> None:
    fields = {"priority": FieldEntry("f-1", "SingleSelect"), "note": FieldEntry("f-2", "Text"), "page": FieldEntry("f-3", "Url")}
    catalog = Catalog(domain_id="d", fields=fields)
    assert listed_fields(catalog) == {"f-1"}
    assert listed_fields(catalog, ["note", "f-9"]) == {"f-1", "f-2", "f-9"}


def decided(bundle: LinkedBundle, *bodies: str) -> tuple[Decided, tuple[Row, ...]]:
    head = blank("c1")
    for body in bodies:
        result = decide(head, parsed(body), bundle)
        head = result.head
    return result, rows.of_decision(result, parsed(bodies[-1]))


BUNDLE = linked(policy(), rule("note", "case_updated", "case_created"))


def test_a_decision_and_each_clock_it_changed_are_rows() -> None:
    result, (decision, clock) = decided(BUNDLE, CREATED)
    assert decision == {
        "kind": "decision",
        "event_id": "a",
        "event_timestamp": "2026-11-16T14:00:00.000Z",
        "case_id": "c1",
        "cases_domain_arn": "arn:aws:cases:us-east-1:111122223333:domain/d",
        "aws_account_id": "111122223333",
        "decision_bundle_hash": BUNDLE.hash,
        "decision_rules": ["note"],
        "decision_shadow_rules": [],
        "decision_looped_rules": [],
        "decision_imported": False,
        "decision_effect_keys": [result.decision.effects[0].key],
        "decision_effect_rules": ["note"],
        "decision_overruled_rules": [],
        "decision_corrections": 0,
        "decision_late": False,
        "decision_broken": False,
        "dt": "2026-11-16",
    }
    assert {name: value for name, value in clock.items() if name.startswith("clock_")} == {
        "clock_policy": "resolve",
        "clock_cycle": 1,
        "clock_status": "Active",
        "clock_breached": False,
        "clock_started_timestamp": "2026-11-16T14:00:00.000Z",
        "clock_due_timestamp": "2026-11-16T18:00:00.000Z",
        "clock_target_seconds": 14400.0,
        "clock_paused_seconds": 0.0,
        "clock_counted_timestamp": "2026-11-16T14:00:00.000Z",
        "clock_revision": 1,
    }
    assert clock["template_id"] == "t-billing"


def test_a_clock_tells_who_has_it_and_whose_time_it_was() -> None:
    first, second = "arn:q1", "arn:q2"
    to_first, to_second = (updated(name, at, assigned_queue=queue) for name, at, queue in (("b", 30, first), ("c", 300, second)))
    _, (_, held) = decided(BUNDLE, CREATED, to_first)
    assert (held["clock_queue"], held["clock_team_seconds"], held["clock_counted_timestamp"]) == (first, {"": 1800.0}, iso(at(30)))
    assert "clock_missed_queue" not in held
    _, (_, missed) = decided(BUNDLE, CREATED, to_first, to_second)
    assert (missed["clock_queue"], missed["clock_missed_queue"]) == (second, first)
    assert missed["clock_team_seconds"] == {"": 1800.0, first: 270 * 60.0}
    _, (_, waiting) = decided(BUNDLE, CREATED, updated("b", 10, status="waiting"), updated("c", 20, status="waiting", assigned_queue=first))
    assert (waiting["clock_queue"], waiting["clock_team_seconds"], waiting["clock_counted_timestamp"]) == (first, {"": 600.0}, iso(at(10)))


def test_a_cycle_that_gives_way_to_a_new_one_tells_how_it_ended() -> None:
    again = linked(policy(reset=changed("status", "waiting", "open")))
    _, (_, before, now) = decided(again, CREATED, updated("b", 60, status="waiting"), updated("c", 90, status="open"))
    cycles = [(row["clock_cycle"], row["clock_status"], row.get("clock_ended_timestamp")) for row in (before, now)]
    assert cycles == [(1, "Cancelled", iso(at(90))), (2, "Active", None)]
    assert (before["clock_team_seconds"], before["clock_paused_seconds"]) == ({"": 3600.0}, 1800.0)
    assert (before["clock_revision"], now["clock_revision"]) == (3, 3)


def test_a_decision_tells_what_was_held_back() -> None:
    bundle = linked(rule("watch", mode="shadow"), rule("echo", reacts_to_casewright=True))
    ours = {"user": {"customEntity": entity_for("ab" * 16, 4)}, "iamPrincipalArn": OWN_PRINCIPAL}
    _, (told,) = decided(bundle, CREATED, case_event("b", 1, changed=("status",), status="open"))
    assert (told["decision_rules"], told["decision_shadow_rules"], told["decision_imported"]) == (["echo"], ["watch"], False)
    _, (told,) = decided(bundle, CREATED, case_event("b", 1, changed=("status",), status="open", performed_by=ours))
    assert (told["decision_rules"], told["decision_looped_rules"]) == ([], ["echo"])
    _, (told,) = decided(replace(bundle, importers=frozenset({"agent"})), CREATED)
    assert told["decision_imported"] is True


def test_an_event_that_moves_no_clock_gives_no_clock_row() -> None:
    _, made = decided(BUNDLE, CREATED, comment("b", 1))
    assert [each["kind"] for each in made] == ["decision"]


def test_an_ended_and_a_breached_clock_say_so() -> None:
    _, (_, overdue) = decided(BUNDLE, CREATED, comment("b", 300))
    assert (overdue["clock_status"], overdue["clock_breached"]) == ("Overdue", True)
    _, (_, met) = decided(BUNDLE, CREATED, updated("b", 10, status="closed"))
    assert (met["clock_status"], met["clock_ended_timestamp"]) == ("Met", "2026-11-16T14:10:00.000Z")


def test_a_late_decision_tells_every_clock_again_and_sorts_after_what_it_corrects() -> None:
    early, last = decide(blank("c1"), parsed(CREATED), BUNDLE), updated("z", 60, status="open")
    then = decide(early.head, parsed(last), BUNDLE)
    late = parsed(updated("m", 30, status="waiting"))
    again = redecide([Logged(parsed(CREATED), early.decision), Logged(parsed(last), then.decision)], late, BUNDLE, clocks=then.head.clocks)
    _, clock = rows.of_decision(again, late)
    assert (clock["clock_revision"], clock["dt"]) == (3, "2026-11-16")
    assert then.head.revision == then.decision.revision == 2


def test_what_is_told_again_of_a_closed_cycle_does_not_pass_for_newer_than_it_is() -> None:
    """A duplicate is delivered with the head of now and the decision of then."""
    closed, reopened = updated("b", 10, status="closed"), updated("c", 20, status="open")
    heads = [decided(BUNDLE, CREATED, closed, reopened)[0], decided(BUNDLE, CREATED, closed, reopened, comment("d", 500))[0]]
    _, before, now = rows.of_decision(Decided(heads[0].decision, heads[1].head), parsed(reopened))
    assert [(row["clock_cycle"], row["clock_revision"]) for row in (before, now)] == [(1, 3), (2, 4)]


def test_events_of_our_own_bring_their_row_with_the_decision() -> None:
    import msgspec

    event = parsed(CREATED)
    reading = msgspec.structs.replace(event, id="!a", event_type="CASE.READ", change=CaseRead("t-billing", at(0), {"title": "Jane"}))
    told = rows.of_decision(decide(blank("c1"), reading, BUNDLE), reading)[0]
    assert (told["kind"], told["event_type"], told["created_timestamp"]) == ("case_event", "CASE.READ", "2026-11-16T14:00:00.000Z")
    assert "case_title" not in told
    due = msgspec.structs.replace(event, id="due", event_type="CLOCK.DUE", change=ClockDue("resolve", 1, "half"))
    told = rows.of_decision(decide(blank("c1"), due, BUNDLE), due)[0]
    assert (told["kind"], told["clock_policy"], told["clock_cycle"], told["clock_milestone"]) == ("clock_due", "resolve", 1, "half")


def test_an_effect_belongs_to_the_day_of_the_event_it_was_decided_on_and_keeps_no_words() -> None:
    result, _ = decided(BUNDLE, CREATED)
    [effect] = result.decision.effects
    made = rows.of_outcome(effect, Outcome(status="failed", detail="jane@example.com was refused"), at(24 * 60))
    assert made == {
        "kind": "effect",
        "event_id": "a",
        "event_timestamp": "2026-11-16T14:00:00.000Z",
        "case_id": "c1",
        "effect_key": effect.key,
        "effect_rule": "note",
        "effect_action": "put_event",
        "effect_bucket": "events",
        "effect_priority": 2,
        "effect_status": "failed",
        "effect_ended_timestamp": "2026-11-17T14:00:00.000Z",
        "dt": "2026-11-16",
    }


def test_our_own_role_is_what_proves_an_own_write_in_the_lake() -> None:
    by = {"user": {"customEntity": f"casewright/{'0' * 32}/1"}, "iamPrincipalArn": f"arn:aws:sts::1:assumed-role/{OWN_ROLE}/x"}
    made = row(case_event("e", 0, performed_by=by))
    assert made["performed_by_iam_principal"] == f"arn:aws:sts::1:assumed-role/{OWN_ROLE}"
