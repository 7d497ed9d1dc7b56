"""Rules bring events to queues, streams, functions and other buses, and failures to dead-letter queues."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from casewright_workbench.localcloud.cloud import LocalCloud
from casewright_workbench.localcloud.events.schedules import InvalidScheduleError, compile_schedule
from casewright_workbench.localcloud.runtime import FunctionRuntime

Client = Callable[[str], Any]
QUEUE = "arn:aws:sqs:us-east-1:111122223333:"
ENTRY = {"Source": "shop", "DetailType": "Order", "Detail": '{"id": "o-1", "lines": [{"sku": "a", "count": 2}]}', "Resources": ["r-1"]}


def queue(client: Client, name: str = "work", **attributes: str) -> str:
    return str(client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])


def bodies(client: Client, url: str, **wanted: Any) -> list[Any]:
    messages = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, **wanted).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def route(client: Client, target: dict[str, Any], pattern: str = '{"source": ["shop"]}', **rule: Any) -> None:
    client("events").put_rule(Name="orders", EventPattern=pattern, **rule)
    client("events").put_targets(Rule="orders", Targets=[{"Id": "1", **target}])


def put(client: Client, **changes: Any) -> dict[str, Any]:
    return dict(client("events").put_events(Entries=[{**ENTRY, **changes}]))


def refused(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    return raised.value.response["Error"]["Code"], raised.value.response["Error"]["Message"]


def test_a_queue_receives_the_whole_event(client: Client) -> None:
    url = queue(client)
    route(client, {"Arn": f"{QUEUE}work"})
    result = put(client)
    (event,) = bodies(client, url)
    assert event == {
        "version": "0",
        "id": result["Entries"][0]["EventId"],
        "detail-type": "Order",
        "source": "shop",
        "account": "111122223333",
        "time": "2026-01-05T09:00:00Z",
        "region": "us-east-1",
        "resources": ["r-1"],
        "detail": {"id": "o-1", "lines": [{"sku": "a", "count": 2}]},
    }


def test_an_event_that_fits_no_rule_goes_nowhere(client: Client) -> None:
    url = queue(client)
    route(client, {"Arn": f"{QUEUE}work"})
    assert put(client, Source="other")["FailedEntryCount"] == 0
    assert bodies(client, url) == []


def test_a_disabled_rule_matches_nothing_until_enabled(client: Client) -> None:
    url = queue(client)
    route(client, {"Arn": f"{QUEUE}work"}, State="DISABLED")
    put(client)
    assert bodies(client, url) == []
    client("events").enable_rule(Name="orders")
    put(client)
    assert len(bodies(client, url)) == 1


def test_putting_a_rule_again_keeps_its_targets(client: Client) -> None:
    url = queue(client)
    route(client, {"Arn": f"{QUEUE}work"})
    client("events").put_rule(Name="orders", EventPattern='{"source": ["other"]}')
    put(client, Source="other")
    assert len(bodies(client, url)) == 1


def test_a_fifo_queue_gets_the_constant_group(client: Client) -> None:
    url = queue(client, "work.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    route(client, {"Arn": f"{QUEUE}work.fifo", "SqsParameters": {"MessageGroupId": "orders"}})
    put(client)
    (message,) = client("sqs").receive_message(QueueUrl=url, MessageSystemAttributeNames=["All"])["Messages"]
    assert message["Attributes"]["MessageGroupId"] == "orders"


@pytest.mark.parametrize(
    ("target", "received"),
    [
        ({"InputPath": "$.detail"}, {"id": "o-1", "lines": [{"sku": "a", "count": 2}]}),
        ({"InputPath": "$.detail.lines[0]['sku']"}, "a"),
        ({"InputPath": "$.detail.nothing"}, None),
        ({"Input": '{"constant": true}'}, {"constant": True}),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"id": "$.detail.id", "l": "$.detail.lines"},
                    "InputTemplate": '{"order": <id>, "text": "no <id>", "lines": <l>}',
                }
            },
            {"order": "o-1", "text": "no o-1", "lines": [{"sku": "a", "count": 2}]},
        ),
        (
            {"InputTransformer": {"InputPathsMap": {"l": "$.detail.lines"}, "InputTemplate": '"<l> by <aws.events.rule-name>"'}},
            '[{"sku":"a","count":2}] by orders',
        ),
        (
            {"InputTransformer": {"InputTemplate": '{"rule": <aws.events.rule-arn>, "at": <aws.events.event.ingestion-time>}'}},
            {"rule": "arn:aws:events:us-east-1:111122223333:rule/orders", "at": "2026-01-05T09:00:00Z"},
        ),
    ],
)
def test_a_target_receives_its_input(client: Client, target: dict[str, Any], received: Any) -> None:
    url = queue(client)
    route(client, {"Arn": f"{QUEUE}work", **target})
    put(client)
    assert bodies(client, url) == [received]


def test_the_whole_event_fits_into_a_template(client: Client) -> None:
    url = queue(client)
    route(
        client,
        {"Arn": f"{QUEUE}work", "InputTransformer": {"InputTemplate": '{"all": <aws.events.event.json>, "head": <aws.events.event>}'}},
    )
    put(client)
    (received,) = bodies(client, url)
    assert received["all"]["detail"]["id"] == "o-1"
    assert "detail" not in received["head"]
    assert received["head"]["source"] == "shop"


def test_what_cannot_be_delivered_goes_to_the_dead_letter_queue(cloud: LocalCloud, client: Client) -> None:
    url = queue(client, "dead")
    route(client, {"Arn": f"{QUEUE}gone", "DeadLetterConfig": {"Arn": f"{QUEUE}dead"}, "InputPath": "$.detail"})
    put(client)
    (message,) = client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert json.loads(message["Body"])["detail"]["id"] == "o-1"
    assert attributes["RULE_ARN"] == "arn:aws:events:us-east-1:111122223333:rule/orders"
    assert attributes["TARGET_ARN"] == f"{QUEUE}gone"
    assert attributes["ERROR_CODE"] == "NO_RESOURCE"
    assert "there is no queue" in attributes["ERROR_MESSAGE"]
    assert cloud.events.delivery.undelivered == []


def test_what_is_lost_altogether_is_noted(cloud: LocalCloud, client: Client) -> None:
    route(client, {"Arn": f"{QUEUE}gone", "DeadLetterConfig": {"Arn": f"{QUEUE}gone-too"}})
    put(client)
    (lost,) = cloud.events.delivery.undelivered
    assert "gone" in lost.reason
    assert "gone-too" in lost.reason


def test_an_event_travels_to_another_bus_but_no_further(client: Client) -> None:
    url, events = queue(client), client("events")
    bus = {name: events.create_event_bus(Name=name)["EventBusArn"] for name in ("second", "third")}
    route(client, {"Arn": bus["second"]})
    for name, arn in (("second", bus["third"]), ("third", f"{QUEUE}work")):
        events.put_rule(Name="on", EventBusName=name, EventPattern='{"source": ["shop"]}')
        events.put_targets(Rule="on", EventBusName=name, Targets=[{"Id": "1", "Arn": arn}])
    put(client)
    assert bodies(client, url) == []
    put(client, EventBusName="third")
    assert len(bodies(client, url)) == 1


def test_a_function_target_is_invoked_with_the_event(client: Client, runtime: FunctionRuntime) -> None:
    seen: list[dict[str, Any]] = []
    function = runtime.register("watch", lambda event, _context: seen.append(event))
    route(client, {"Arn": function.arn})
    put(client)
    assert seen == []
    assert runtime.pump() == 1
    assert seen[0]["detail"]["id"] == "o-1"


def test_events_of_aws_services_reach_the_default_bus(cloud: LocalCloud, client: Client) -> None:
    url = queue(client)
    route(client, {"Arn": f"{QUEUE}work"}, pattern='{"source": ["aws.cases"], "resources": [{"prefix": "arn:aws:cases:"}]}')
    cloud.events.deliver({"source": "aws.cases", "resources": ["arn:aws:cases:us-east-1:1:domain/d"], "detail": {}})
    assert len(bodies(client, url)) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Source": "aws.cases"}, "NotAuthorizedForSourceException"),
        ({"Detail": "[]"}, "MalformedDetail"),
        ({"Detail": "{"}, "MalformedDetail"),
        ({"Detail": ""}, "InvalidArgument"),
        ({"Source": ""}, "InvalidArgument"),
        ({"DetailType": ""}, "InvalidArgument"),
    ],
)
def test_entries_fail_one_by_one(client: Client, changes: dict[str, str], code: str) -> None:
    answer = client("events").put_events(Entries=[{**ENTRY, **changes}, ENTRY])
    assert answer["FailedEntryCount"] == 1
    assert answer["Entries"][0]["ErrorCode"] == code
    assert "EventId" in answer["Entries"][1]


def test_a_request_of_a_megabyte_is_refused(client: Client) -> None:
    code, message = refused(client("events").put_events, Entries=[{**ENTRY, "Detail": json.dumps({"x": "y" * (1 << 20)})}])
    assert code == "ValidationException"
    assert "below 1048576" in message


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ({"Arn": "arn:aws:sns:us-east-1:1:topic"}, "the local cloud delivers to"),
        ({"Arn": f"{QUEUE}work.fifo"}, "SqsParameters must be specified"),
        ({"Arn": f"{QUEUE}work", "Input": "{"}, "an Input that is not JSON"),
        ({"Arn": f"{QUEUE}work", "InputPath": "detail"}, "accepted is $"),
        ({"Arn": f"{QUEUE}work", "InputPath": "$.a", "Input": "{}"}, "takes only one of"),
        ({"Arn": f"{QUEUE}work", "InputTransformer": {"InputTemplate": '"<who>"'}}, "uses <who>"),
        ({"Arn": f"{QUEUE}work", "DeadLetterConfig": {"Arn": f"{QUEUE}dead.fifo"}}, "a standard SQS queue"),
    ],
)
def test_a_target_that_could_never_work_is_refused(client: Client, target: dict[str, Any], reason: str) -> None:
    client("events").put_rule(Name="orders", EventPattern='{"source": ["shop"]}')
    code, message = refused(client("events").put_targets, Rule="orders", Targets=[{"Id": "1", **target}])
    assert code == "ValidationException"
    assert reason in message


def test_a_rule_has_at_most_five_targets(client: Client) -> None:
    client("events").put_rule(Name="orders", EventPattern='{"source": ["shop"]}')
    targets = [{"Id": str(number), "Arn": f"{QUEUE}work"} for number in range(6)]
    assert refused(client("events").put_targets, Rule="orders", Targets=targets)[0] == "LimitExceededException"


def test_a_rule_with_targets_is_not_deleted(client: Client) -> None:
    route(client, {"Arn": f"{QUEUE}work"})
    events = client("events")
    assert refused(events.delete_rule, Name="orders")[0] == "ValidationException"
    assert events.remove_targets(Rule="orders", Ids=["1", "2"])["FailedEntries"][0]["TargetId"] == "2"
    events.delete_rule(Name="orders")
    assert refused(events.describe_rule, Name="orders")[0] == "ResourceNotFoundException"


def test_rules_are_listed_by_page(client: Client) -> None:
    events = client("events")
    for name in ("b", "a", "c"):
        events.put_rule(Name=name, EventPattern='{"source": ["shop"]}')
    first = events.list_rules(Limit=2)
    rest = events.list_rules(NextToken=first["NextToken"])
    assert [rule["Name"] for rule in first["Rules"] + rest["Rules"]] == ["a", "b", "c"]


def test_a_pattern_is_tested_without_a_rule(client: Client) -> None:
    event = {"id": "1", "source": "shop", "account": "1", "time": "t", "region": "r", "resources": [], "detail-type": "d"}
    test = client("events").test_event_pattern
    assert test(EventPattern='{"source": ["shop"]}', Event=json.dumps(event))["Result"] is True
    assert test(EventPattern='{"source": ["x"]}', Event=json.dumps(event))["Result"] is False
    assert refused(test, EventPattern='{"source": "shop"}', Event=json.dumps(event))[0] == "InvalidEventPatternException"


def test_a_schedule_fires_every_minute_and_once_after_a_long_skip(cloud: LocalCloud, client: Client, runtime: FunctionRuntime) -> None:
    seen: list[str] = []
    function = runtime.register("tick", lambda event, _context: seen.append(event["time"]))
    client("events").put_rule(Name="minutely", ScheduleExpression="rate(1 minute)")
    client("events").put_targets(Rule="minutely", Targets=[{"Id": "1", "Arn": function.arn}])
    runtime.run_until(cloud.clock.now() + timedelta(minutes=3))
    assert seen == ["2026-01-05T09:01:00Z", "2026-01-05T09:02:00Z", "2026-01-05T09:03:00Z"]
    cloud.clock.skip_to(cloud.clock.now() + timedelta(days=1, seconds=30))
    runtime.pump()
    assert seen[3:] == ["2026-01-06T09:03:00Z"]


@pytest.mark.parametrize(
    ("expression", "after"),
    [
        ("rate(5 minutes)", "2026-01-05T09:05"),
        ("rate(1 hour)", "2026-01-05T10:00"),
        ("rate(2 days)", "2026-01-07T09:00"),
        ("cron(30 3 * * ? *)", "2026-01-06T03:30"),
        ("cron(0/15 * * * ? *)", "2026-01-05T09:15"),
        ("cron(0 9 L * ? *)", "2026-01-31T09:00"),
        ("cron(0 9 ? * MON-FRI *)", "2026-01-06T09:00"),
        ("cron(0 9 ? * 6L *)", "2026-01-30T09:00"),
        ("cron(0 9 ? * TUE#2 *)", "2026-01-13T09:00"),
        ("cron(0 0 1 FEB ? 2027)", "2027-02-01T00:00"),
        ("cron(0 0 29 2 ? *)", "2028-02-29T00:00"),
    ],
)
def test_schedules_know_their_next_time(expression: str, after: str) -> None:
    start = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    assert compile_schedule(expression)(start) == datetime.fromisoformat(after).replace(tzinfo=UTC)


def test_a_schedule_of_the_past_never_fires() -> None:
    assert compile_schedule("cron(0 0 1 1 ? 2020)")(datetime(2026, 1, 5, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    "expression",
    [
        "every minute",
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(0 minutes)",
        "cron(0 9 * * *)",
        "cron(0 9 * * * *)",
        "cron(60 9 * * ? *)",
        "cron(0 9 ? * FUN *)",
    ],
)
def test_a_schedule_that_eventbridge_refuses_is_refused(expression: str) -> None:
    with pytest.raises(InvalidScheduleError, match="accepted is"):
        compile_schedule(expression)
