"""A customer is planted in every place of a case; then it is looked where she must not be."""

import io
import json
from typing import Any, Final

import pyarrow.parquet as pq
from security.planted import MAIL, MARKS
from security.town import REFUSALS, Town

from casewright_workbench.house_handlers import HANDLERS
from casewright_workbench.provisioning import CASE_TABLE, LAKE

BODIES: Final = {"body", "detail"}
"""Attributes of the table in the partition of a case: events, decisions and effects as they are, and how effects ended."""


def found_in(text: str) -> list[str]:
    """Which marks stand in it, however it is spelt."""
    return [mark for mark in MARKS if mark in text.casefold()]


def test_no_line_of_any_function_tells_of_the_customer(town: Town) -> None:
    assert [line for line in town.lines if found_in(line)] == []


def test_the_log_that_was_looked_at_is_that_of_every_function_and_of_what_failed(town: Town) -> None:
    messages = [str(each.get("message")) for each in town.told]
    for part in (
        "domain configured",
        "event taken",
        "event buried",
        "effect ended",
        "mail event noted",
        "mail event buried",
        "record malformed",
        "record failed",
        "reconciled",
        "reconcile stopped",
        "mail paused",
        "clocks swept",
    ):
        assert part in messages
    others = [line for line in town.lines if not line.startswith("{")]
    assert {line.split()[1] for line in others} == {"decide", "sweep", "reconcile"} < HANDLERS.keys()
    assert "function sweep failed: InvocationFailed: Refused: Query ValidationException" in others
    assert {each["code"] for each in _told_codes(town)} >= {code for role, *_, code in REFUSALS if role == "decide"}


def _told_codes(town: Town) -> list[dict[str, str]]:
    return [{"code": line.split()[-1]} for line in town.lines if "InvocationFailed" in line] + [
        {"code": str(each["error"]).split()[-1]} for each in town.told if "error" in each
    ]


def test_metrics_count_and_name_nobody(town: Town) -> None:
    metrics = [each for each in town.told if "_aws" in each]
    for each in metrics:
        [told] = each["_aws"]["CloudWatchMetrics"]
        assert (told["Namespace"], told["Dimensions"]) == ("Casewright", [["service"]])
        assert {name: type(value) for name, value in each.items() if name not in ("_aws", "service")} == {
            metric["Name"]: list for metric in told["Metrics"]
        }
    assert len(metrics) > 10


def test_the_lake_holds_nothing_of_her_without_listed_fields(town: Town) -> None:
    s3 = town.house.session("reader").client("s3")
    objects = [each["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=LAKE) for each in page.get("Contents", ())]
    rows: list[dict[str, Any]] = []
    for key in objects:
        assert found_in(key) == []
        if key.startswith("facts/"):
            rows += pq.read_table(io.BytesIO(s3.get_object(Bucket=LAKE, Key=key)["Body"].read())).to_pylist()
    assert {"case_event", "related_item_event", "decision", "effect", "clock", "mail_reported"} <= {row["kind"] for row in rows}
    assert [row for row in rows if found_in(repr(row))] == []
    raw = {
        key.partition("/")[0] for key in objects if found_in(s3.get_object(Bucket=LAKE, Key=key)["Body"].read().decode(errors="replace"))
    }
    assert raw <= {"errors", "backup"}, "what could not be shaped lies there as it came, for a month"


def test_dead_letters_are_whole_and_their_reasons_quote_nobody(town: Town) -> None:
    for queue in ("case-events-dead-letters", "mail-events-dead-letters"):
        letters = town.queue(queue)
        reasons = [each["MessageAttributes"]["reason"]["StringValue"] for each in letters if "MessageAttributes" in each]
        assert len(reasons) > 15
        assert [reason for reason in reasons if found_in(reason)] == []
        assert all(reason.startswith("$") for reason in reasons)
        assert [letter for letter in letters if found_in(letter["Body"])]


def test_other_systems_are_told_what_the_rule_says_and_no_more(town: Town) -> None:
    entries = [entry for call in town.house.cloud.calls if call.operation == "PutEvents" for entry in call.request["Entries"]]
    details = [json.loads(entry["Detail"]) for entry in entries]
    partners = [each for each, entry in zip(details, entries, strict=True) if entry["DetailType"] == "Told"]
    webhooks = [each for each, entry in zip(details, entries, strict=True) if entry["DetailType"] != "Told"]
    assert len(partners) >= len(town.case_ids) <= len(webhooks)
    assert {tuple(each) for each in partners} == {("number", "casewright")}
    assert {tuple(each) for each in webhooks} == {("webhook", "body", "casewright")}
    assert {tuple(each["body"]) for each in webhooks} == {("title",)}
    assert {tuple(each["casewright"]) for each in details} == {("domainId", "caseId", "effect")}
    assert [each for each in partners if found_in(repr(each))] == []
    assert MAIL not in repr([{**each, "body": ""} for each in webhooks])


def test_bells_name_a_bucket_and_nothing_else(town: Town) -> None:
    sent = [call.request for call in town.house.cloud.calls if call.operation == "SendMessage" and "MessageGroupId" in call.request]
    assert sent
    assert {tuple(json.loads(each["MessageBody"])) for each in sent} == {("bucket",)}
    assert [each for each in sent if found_in(repr(each))] == []


def test_keys_and_indexes_of_the_table_hold_nothing_of_her_and_bodies_lie_with_their_case(town: Town) -> None:
    dynamodb = town.house.session("reader").client("dynamodb")
    items = [item for page in dynamodb.get_paginator("scan").paginate(TableName=CASE_TABLE) for item in page["Items"]]
    plain = [{name: value for name, value in item.items() if name not in BODIES} for item in items]
    assert [each for each in plain if found_in(repr(each))] == []
    outside = [item for item in items if not item["pk"]["S"].startswith("case#")]
    assert {item["pk"]["S"].partition("#")[0] for item in outside} >= {"recipient", "tokens", "control", "reconcile"}
    assert [item for item in outside if BODIES & item.keys()] == []
