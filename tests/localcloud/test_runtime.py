"""Functions run as Lambda runs them, through time that is skipped or ticks."""

import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright_workbench.localcloud.clock import SkippableClock
from casewright_workbench.localcloud.cloud import LocalCloud
from casewright_workbench.localcloud.functions.batches import failed_ids
from casewright_workbench.localcloud.runtime import FunctionRuntime

Client = Callable[[str], Any]
ARN = "arn:aws:sqs:us-east-1:111122223333:"


class Work:
    """A queue with a function on it; `fails` chooses how each batch ends."""

    def __init__(self, client: Client, runtime: FunctionRuntime, *, fifo: bool = False, **mapping: Any) -> None:
        self.sqs = client("sqs")
        suffix = ".fifo" if fifo else ""
        kind = {"FifoQueue": "true", "ContentBasedDeduplication": "true"} if fifo else {}
        self.dead = self.sqs.create_queue(QueueName=f"dead{suffix}", Attributes=kind)["QueueUrl"]
        policy = json.dumps({"deadLetterTargetArn": f"{ARN}dead{suffix}", "maxReceiveCount": 3})
        self.url = self.sqs.create_queue(QueueName=f"work{suffix}", Attributes={**kind, "RedrivePolicy": policy})["QueueUrl"]
        self.batches: list[list[str]] = []
        self.events: list[dict[str, Any]] = []
        self.contexts: list[Any] = []
        self.fails: Callable[[dict[str, Any]], Any] = lambda _event: None
        self.function = runtime.register("decide", self.handle, timeout=timedelta(seconds=20), memory_mb=512)
        self.mapping = runtime.map_queue(f"{ARN}work{suffix}", self.function, **mapping)

    def handle(self, event: dict[str, Any], context: Any) -> Any:
        self.events.append(event)
        self.contexts.append(context)
        self.batches.append([record["body"] for record in event["Records"]])
        return self.fails(event)

    def send(self, *bodies: str, **options: Any) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body, **options)

    def left(self, url: str | None = None) -> int:
        attributes = self.sqs.get_queue_attributes(QueueUrl=url or self.url, AttributeNames=["All"])["Attributes"]
        return sum(int(text) for name, text in attributes.items() if name.startswith("ApproximateNumberOfMessages"))


@pytest.fixture
def work(client: Client, runtime: FunctionRuntime) -> Work:
    return Work(client, runtime)


def failing(*bodies: str) -> Callable[[dict[str, Any]], Any]:
    """Reports the records of these bodies as failed."""
    return lambda event: {
        "batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in event["Records"] if record["body"] in bodies]
    }


def test_a_message_is_handled_and_deleted(work: Work, runtime: FunctionRuntime) -> None:
    work.send("a", "b")
    assert runtime.pump() == 1
    assert (work.batches, work.left()) == ([["a", "b"]], 0)
    assert runtime.pump() == 0


def test_a_record_looks_as_on_lambda(work: Work, runtime: FunctionRuntime) -> None:
    work.send("a", MessageAttributes={"n": {"DataType": "Number", "StringValue": "1"}, "b": {"DataType": "Binary", "BinaryValue": b"\x00"}})
    runtime.pump()
    (record,) = work.events[0]["Records"]
    assert (record["eventSource"], record["eventSourceARN"], record["awsRegion"]) == ("aws:sqs", f"{ARN}work", "us-east-1")
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["attributes"]["SenderId"].endswith("role/tester")
    assert record["messageAttributes"]["n"] == {"stringValue": "1", "stringListValues": [], "binaryListValues": [], "dataType": "Number"}
    assert record["messageAttributes"]["b"]["binaryValue"] == "AA=="
    assert set(record) == {
        "messageId",
        "receiptHandle",
        "body",
        "attributes",
        "messageAttributes",
        "md5OfBody",
        "eventSource",
        "eventSourceARN",
        "awsRegion",
    }


def test_a_context_looks_as_on_lambda(cloud: LocalCloud, work: Work, runtime: FunctionRuntime) -> None:
    work.send("a")
    runtime.pump()
    (context,) = work.contexts
    assert (context.function_name, context.memory_limit_in_mb, context.function_version) == ("decide", "512", "$LATEST")
    assert context.invoked_function_arn == "arn:aws:lambda:us-east-1:111122223333:function:decide"
    assert context.get_remaining_time_in_millis() == 20_000
    cloud.clock.skip_to(cloud.clock.now() + timedelta(seconds=21))
    assert context.get_remaining_time_in_millis() == 0


def test_batches_are_as_large_as_asked(client: Client, runtime: FunctionRuntime) -> None:
    work = Work(client, runtime, batch_size=25, window=timedelta(seconds=5))
    work.send(*map(str, range(60)))
    runtime.pump()
    assert [len(batch) for batch in work.batches] == [25, 25]
    runtime.run_until(runtime._cloud.clock.now() + timedelta(seconds=5))
    assert [len(batch) for batch in work.batches] == [25, 25, 10]


def test_a_window_is_waited_for(cloud: LocalCloud, client: Client, runtime: FunctionRuntime) -> None:
    work = Work(client, runtime, window=timedelta(seconds=10))
    work.send("a")
    runtime.run_until(cloud.clock.now() + timedelta(seconds=9))
    work.send("b")
    assert work.batches == []
    runtime.run_until(cloud.clock.now() + timedelta(seconds=1))
    assert work.batches == [["a", "b"]]


def test_only_failed_records_come_back(cloud: LocalCloud, work: Work, runtime: FunctionRuntime) -> None:
    work.fails = failing("b")
    work.send("a", "b", "c")
    runtime.pump()
    assert work.left() == 1
    work.fails = failing()
    runtime.run_until(cloud.clock.now() + timedelta(seconds=30))
    assert work.batches == [["a", "b", "c"], ["b"]]
    assert runtime.failed_invocations == []


def test_an_exception_fails_the_whole_batch(cloud: LocalCloud, work: Work, runtime: FunctionRuntime) -> None:
    def broken(_event: dict[str, Any]) -> Any:
        raise ValueError("no")

    work.fails = broken
    work.send("a", "b")
    runtime.run_until(cloud.clock.now() + timedelta(seconds=89))
    assert work.batches == [["a", "b"]] * 3
    runtime.run_until(cloud.clock.now() + timedelta(seconds=1))
    assert (work.left(), work.left(work.dead)) == (0, 2)
    assert [str(failed.error) for failed in runtime.failed_invocations] == ["no"] * 3


def test_an_answer_that_is_no_json_is_a_failure(work: Work, runtime: FunctionRuntime) -> None:
    work.fails = lambda _event: {"batchItemFailures": {1, 2}}
    work.send("a")
    runtime.pump()
    assert work.left() == 1
    assert isinstance(runtime.failed_invocations[0].error, TypeError)


def test_without_reports_an_answer_is_success(client: Client, runtime: FunctionRuntime) -> None:
    work = Work(client, runtime, reports_failures=False)
    work.fails = failing("a")
    work.send("a")
    runtime.pump()
    assert work.left() == 0


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}, "anything", []])
def test_complete_success(answer: Any) -> None:
    assert failed_ids(answer, ["1", "2"]) == frozenset()


@pytest.mark.parametrize(
    "answer",
    [
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"itemIdentifier": None}]},
        {"batchItemFailures": [{"id": "1"}]},
        {"batchItemFailures": [{"itemIdentifier": "1"}, {"itemIdentifier": "nobody"}]},
        {"batchItemFailures": "1"},
        {"batchItemFailure": []},
    ],
)
def test_complete_failure(answer: Any) -> None:
    assert failed_ids(answer, ["1", "2"]) == {"1", "2"}


@given(sent=st.sets(st.text(min_size=1)), failed=st.sets(st.text(min_size=1)))
def test_what_is_named_fails_if_all_of_it_was_sent(sent: set[str], failed: set[str]) -> None:
    answer = {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}
    assert failed_ids(answer, sorted(sent)) == (failed if failed.issubset(sent) else sent)


def test_groups_are_handled_in_order_also_after_a_failure(cloud: LocalCloud, client: Client, runtime: FunctionRuntime) -> None:
    work = Work(client, runtime, fifo=True)
    work.fails = failing("a1", "a2")
    work.send("a0", "a1", "a2", MessageGroupId="a")
    runtime.pump()
    work.fails = failing()
    work.send("a3", MessageGroupId="a")
    work.send("b0", MessageGroupId="b")
    runtime.pump()
    assert work.batches == [["a0", "a1", "a2"], ["b0"]]
    runtime.run_until(cloud.clock.now() + timedelta(seconds=30))
    assert work.batches[2:] == [["a1", "a2", "a3"]]


def test_the_poller_works_under_the_role_of_its_function(cloud: LocalCloud, work: Work, runtime: FunctionRuntime) -> None:
    work.send("a")
    runtime.pump()
    principals = {call.operation: call.principal_arn for call in cloud.calls}
    assert principals["ReceiveMessage"] == principals["DeleteMessageBatch"] == "arn:aws:iam::111122223333:role/decide"
    assert runtime.session("decide").client("sts").get_caller_identity()["Arn"] == "arn:aws:iam::111122223333:role/decide"


def test_delayed_messages_wake_the_simulation(cloud: LocalCloud, work: Work, runtime: FunctionRuntime) -> None:
    work.send("later", DelaySeconds=900)
    assert runtime.next_wake() == cloud.clock.now() + timedelta(seconds=900)
    moments: list[Any] = []
    work.fails = lambda _event: moments.append(cloud.clock.now())
    start = cloud.clock.now()
    assert runtime.run_until(start + timedelta(hours=1)) == 1
    assert moments == [start + timedelta(seconds=900)]
    assert cloud.clock.now() == start + timedelta(hours=1)
    assert runtime.next_wake() is None


def test_what_a_handler_sends_is_handled_in_the_same_pump(work: Work, runtime: FunctionRuntime) -> None:
    work.fails = lambda event: work.send("again") if event["Records"][0]["body"] == "first" else None
    work.send("first")
    assert runtime.pump() == 2
    assert work.batches == [["first"], ["again"]]


def test_schedules_run_by_the_clock(cloud: LocalCloud, runtime: FunctionRuntime) -> None:
    moments: list[str] = []
    sweep = runtime.register("sweep", lambda event, _context: moments.append(f"{cloud.clock.now():%H:%M} {event['from']}"))
    runtime.schedule(sweep, "rate(1 minute)", {"from": "rate"})
    runtime.schedule(sweep, "cron(2 9 * * ? *)", {"from": "cron"})
    runtime.run_until(cloud.clock.now() + timedelta(minutes=2))
    assert sorted(moments) == ["09:01 rate", "09:02 cron", "09:02 rate"]


def test_asynchronous_invocations_are_tried_three_times(cloud: LocalCloud, runtime: FunctionRuntime) -> None:
    moments: list[Any] = []

    def broken(_event: dict[str, Any], _context: Any) -> None:
        moments.append(cloud.clock.now())
        raise OSError("no")

    start = cloud.clock.now()
    runtime.register("broken", broken)
    runtime.invoke_later("broken", {})
    runtime.run_until(start + timedelta(hours=1))
    assert [moment - start for moment in moments] == [timedelta(minutes=minutes) for minutes in (0, 1, 3)]
    assert len(runtime.given_up) == 1


def test_a_function_that_is_not_registered_is_named(runtime: FunctionRuntime) -> None:
    runtime.register("known", lambda _event, _context: None)
    with pytest.raises(LookupError, match="no function other is registered; registered are known"):
        runtime.invoke("other", {})


def test_an_invocation_gives_the_result_through_json(runtime: FunctionRuntime) -> None:
    runtime.register("echo", lambda event, _context: {"got": event, "pair": (1, 2)})
    assert runtime.invoke("echo", {"a": 1}) == {"got": {"a": 1}, "pair": [1, 2]}


def test_a_loop_without_end_is_reported(work: Work, runtime: FunctionRuntime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casewright_workbench.localcloud.runtime._MOST_PER_PUMP", 50)
    work.fails = lambda _event: work.send("again")
    work.send("first")
    with pytest.raises(RuntimeError, match="triggers itself for ever"):
        runtime.pump()


def test_served_events_are_handled_well_under_a_second(cloud: LocalCloud, work: Work, runtime: FunctionRuntime) -> None:
    cloud.clock.tick()
    done = threading.Event()
    work.fails = lambda _event: done.set()
    runtime.start()
    try:
        time.sleep(0.1)
        began = time.monotonic()
        work.send("a")
        assert done.wait(100)
        assert time.monotonic() - began < 0.5
        done.clear()
        work.send("b", DelaySeconds=1)
        assert done.wait(100)
        done.clear()
        work.send("c", DelaySeconds=600)
        cloud.clock.skip_to(cloud.clock.now() + timedelta(seconds=600))
        assert done.wait(100)
    finally:
        runtime.stop()
    assert work.batches == [["a"], ["b"], ["c"]]


def test_serving_goes_on_after_an_error(cloud: LocalCloud, work: Work, runtime: FunctionRuntime) -> None:
    cloud.clock.tick()
    done = threading.Event()

    def first_broken(event: dict[str, Any]) -> None:
        if event["Records"][0]["body"] == "bad":
            raise ValueError("bad")
        done.set()

    work.fails = first_broken
    runtime.start()
    try:
        work.send("bad")
        time.sleep(0.1)
        work.send("good")
        assert done.wait(100)
    finally:
        runtime.stop()


def test_time_of_a_paused_clock_only_goes_forward(cloud: LocalCloud) -> None:
    start = cloud.clock.now()
    cloud.clock.sleep(60)
    assert cloud.clock.now() == start + timedelta(seconds=60)
    cloud.clock.skip_to(start)
    assert cloud.clock.now() == start + timedelta(seconds=60)


def test_a_ticking_clock_runs_from_where_it_stood(cloud: LocalCloud) -> None:
    start = cloud.clock.now()
    cloud.clock.tick()
    cloud.clock.sleep(0.05)
    cloud.clock.pause()
    passed = cloud.clock.now() - start
    assert timedelta(seconds=0.05) <= passed < timedelta(seconds=5)
    assert cloud.clock.now() == cloud.clock.now()


def test_a_clock_needs_a_time_zone() -> None:
    from datetime import datetime

    with pytest.raises(ValueError, match="give an aware datetime"):
        SkippableClock(datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake this is about
