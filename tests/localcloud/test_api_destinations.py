"""API destinations call receivers on this machine, with credentials; repeat what fails, and give up into dead-letter queues."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError

from casewright_workbench.localcloud.cloud import LocalCloud
from casewright_workbench.localcloud.events.transport import Loopback
from casewright_workbench.localcloud.runtime import FunctionRuntime

Client = Callable[[str], Any]
HOST, TOKENS = "hooks.example.com", "tokens.example.com"
API_KEY = {"AuthorizationType": "API_KEY", "AuthParameters": {"ApiKeyAuthParameters": {"ApiKeyName": "X-Api-Key", "ApiKeyValue": "s3cret"}}}
BASIC = {"AuthorizationType": "BASIC", "AuthParameters": {"BasicAuthParameters": {"Username": "cases", "Password": "s3cret"}}}
OAUTH = {
    "AuthorizationType": "OAUTH_CLIENT_CREDENTIALS",
    "AuthParameters": {
        "OAuthParameters": {
            "AuthorizationEndpoint": f"https://{TOKENS}/token",
            "HttpMethod": "POST",
            "ClientParameters": {"ClientID": "us", "ClientSecret": "s3cret"},
            "OAuthHttpParameters": {"BodyParameters": [{"Key": "grant_type", "Value": "client_credentials"}]},
        }
    },
}


@dataclass
class Receiver:
    """A server on 127.0.0.1 that answers as told, 200 when nothing is left to tell."""

    answers: list[tuple[int, dict[str, str]] | float] = field(default_factory=list)
    """Statuses with headers, or seconds of silence before hanging up."""
    seen: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)
    token: int = 0

    def handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def _take(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.seen.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                if self.path == "/token":
                    receiver.token += 1
                    self._say(200, {}, json.dumps({"access_token": f"t{receiver.token}", "expires_in": 3600}).encode())
                    return
                answer = receiver.answers.pop(0) if receiver.answers else (200, {})
                if isinstance(answer, float):
                    time.sleep(answer)
                    return
                self._say(*answer)

            do_POST = do_PUT = _take  # noqa: N815 - http.server's names

            def _say(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@pytest.fixture
def receiver(cloud: LocalCloud) -> Iterator[Receiver]:
    receiver = Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), receiver.handler())
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    port = server.server_address[1]
    cloud.events.delivery.api_calls.transport = Loopback({HOST: port, TOKENS: port}, seconds=0.2)
    yield receiver
    server.shutdown()
    server.server_close()


@dataclass
class Hook:
    """A rule with an API destination, and time to pass."""

    cloud: LocalCloud
    client: Client
    dead_url: str

    def put(self, detail: str = '{"body": {"n": 1}, "key": "k-1"}') -> None:
        self.client("events").put_events(Entries=[{"Source": "shop", "DetailType": "Order", "Detail": detail}])

    def after(self, **passed: float) -> None:
        FunctionRuntime(self.cloud).run_until(self.cloud.clock.now() + timedelta(**passed))

    def dead(self) -> list[tuple[dict[str, str], dict[str, Any]]]:
        messages = self.client("sqs").receive_message(QueueUrl=self.dead_url, MessageAttributeNames=["All"]).get("Messages", [])
        told = [{name: each["StringValue"] for name, each in message["MessageAttributes"].items()} for message in messages]
        return list(zip(told, [json.loads(message["Body"]) for message in messages], strict=True))

    @property
    def waits(self) -> list[float]:
        """Seconds between the calls."""
        moments = [call.made_at for call in self.cloud.events.delivery.api_calls.made]
        return [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]


@pytest.fixture
def hook(cloud: LocalCloud, client: Client) -> Callable[..., Hook]:
    def made(connection: Any = API_KEY, *, retry: dict[str, int] | None = None, per_second: int = 300, method: str = "POST") -> Hook:
        events = client("events")
        connected = events.create_connection(Name="hook", **connection)
        assert "s3cret" not in json.dumps(events.describe_connection(Name="hook"), default=str)
        destination = events.create_api_destination(
            Name="hook",
            ConnectionArn=connected["ConnectionArn"],
            InvocationEndpoint=f"https://{HOST}/in?v=1",
            HttpMethod=method,
            InvocationRateLimitPerSecond=per_second,
        )
        url = client("sqs").create_queue(QueueName="dead")["QueueUrl"]
        events.put_rule(Name="orders", EventPattern='{"source": ["shop"]}')
        target = {
            "Id": "1",
            "Arn": destination["ApiDestinationArn"],
            "RoleArn": "arn:aws:iam::111122223333:role/r",
            "InputPath": "$.detail.body",
            "HttpParameters": {"HeaderParameters": {"X-Source": "us", "Idempotency-Key": "$.detail.key", "X-None": "$.detail.none"}},
            "RetryPolicy": retry or {},
            "DeadLetterConfig": {"Arn": "arn:aws:sqs:us-east-1:111122223333:dead"},
        }
        assert events.put_targets(Rule="orders", Targets=[target])["FailedEntryCount"] == 0
        return Hook(cloud, client, url)

    return made


def test_a_receiver_gets_the_body_the_headers_and_the_key(hook: Callable[..., Hook], receiver: Receiver) -> None:
    one = hook(method="PUT")
    one.put()
    assert receiver.seen == [], "PutEvents does not wait for the receiver"
    one.after(seconds=0)
    [(method, path, headers, body)] = receiver.seen
    assert (method, path, json.loads(body)) == ("PUT", "/in?v=1", {"n": 1})
    assert {**headers, "x-api-key": "s3cret", "x-source": "us", "idempotency-key": "k-1", "host": HOST} == headers
    assert headers["user-agent"] == "Amazon/EventBridge/ApiDestinations"
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert "x-none" not in headers
    [call] = one.cloud.events.delivery.api_calls.made
    assert (call.destination, call.status, call.problem, call.attempt) == ("hook", 200, "", 1)
    assert one.dead() == []


def test_basic_credentials_are_sent(hook: Callable[..., Hook], receiver: Receiver) -> None:
    one = hook(BASIC)
    one.put()
    one.after(seconds=0)
    assert receiver.seen[0][2]["authorization"] == "Basic Y2FzZXM6czNjcmV0"


def test_a_token_is_got_once_and_again_when_it_is_turned_down_or_old(hook: Callable[..., Hook], receiver: Receiver) -> None:
    one = hook(OAUTH)
    receiver.answers = [(200, {}), (401, {}), (200, {})]
    for _ in range(2):
        one.put()
        one.after(seconds=10)
    one.after(hours=1)
    one.put()
    one.after(seconds=0)
    used = [headers.get("authorization", body) for _, _, headers, body in receiver.seen]
    asked = "grant_type=client_credentials&client_id=us&client_secret=s3cret"
    assert used == [asked, "Bearer t1", "Bearer t1", asked, "Bearer t2", asked, "Bearer t3"]


@pytest.mark.parametrize("status", [401, 407, 409, 429, 500, 503])
def test_what_may_pass_is_tried_again_until_it_does(status: int, hook: Callable[..., Hook], receiver: Receiver) -> None:
    one = hook()
    receiver.answers = [(status, {}), (status, {}), (200, {})]
    one.put()
    one.after(minutes=1)
    assert one.waits == [1.0, 2.0]
    assert {headers["idempotency-key"] for _, _, headers, _ in receiver.seen} == {"k-1"}
    assert one.dead() == []


@pytest.mark.parametrize("status", [301, 400, 403, 404, 410])
def test_what_stays_wrong_goes_to_the_dead_letters_at_once(status: int, hook: Callable[..., Hook], receiver: Receiver) -> None:
    one = hook()
    receiver.answers = [(status, {})]
    one.put()
    one.after(days=2)
    assert len(receiver.seen) == 1
    [(told, event)] = one.dead()
    assert (told["ERROR_CODE"], told["ERROR_MESSAGE"]) == ("ERROR_FROM_TARGET", f"the endpoint answered {status}")
    assert told["RETRY_ATTEMPTS"] == "0"
    assert "EXHAUSTED_RETRY_CONDITION" not in told
    assert told["RULE_ARN"].endswith(":rule/orders")
    assert ":api-destination/hook/" in told["TARGET_ARN"]
    assert event["detail"] == {"body": {"n": 1}, "key": "k-1"}, "a dead letter is the whole event"


def test_a_receiver_says_when_to_come_back_or_never(hook: Callable[..., Hook], receiver: Receiver) -> None:
    one = hook()
    given = ("90", "Mon, 05 Jan 2026 10:00:00 GMT", "soon", "-1")
    receiver.answers = [(503, {"Retry-After": each}) for each in given]
    one.put()
    one.after(hours=2)
    assert one.waits == [90.0, 3600.0 - 90.0, 4.0]
    assert [told["RETRY_ATTEMPTS"] for told, _ in one.dead()] == ["3"]


def test_silence_is_a_timeout_and_is_tried_again(hook: Callable[..., Hook], receiver: Receiver) -> None:
    one = hook(retry={"MaximumRetryAttempts": 1})
    receiver.answers = [0.5, 0.5]
    one.put()
    one.after(minutes=1)
    [(told, _)] = one.dead()
    assert (told["ERROR_CODE"], told["EXHAUSTED_RETRY_CONDITION"], told["RETRY_ATTEMPTS"]) == ("TIMEOUT", "MaximumRetryAttempts", "1")


def test_a_receiver_that_is_not_there_is_given_up_when_the_event_is_too_old(hook: Callable[..., Hook]) -> None:
    one = hook(retry={"MaximumEventAgeInSeconds": 60})
    one.cloud.events.delivery.api_calls.transport = Loopback({})
    one.put()
    one.after(minutes=2)
    [(told, _)] = one.dead()
    assert (told["ERROR_CODE"], told["EXHAUSTED_RETRY_CONDITION"]) == ("CONNECTION_FAILURE", "MaximumEventAgeInSeconds")
    assert one.waits == [1.0, 2.0, 4.0, 8.0, 16.0]


def test_without_a_word_it_is_tried_185_times_within_a_day(hook: Callable[..., Hook], receiver: Receiver) -> None:
    one = hook()
    one.cloud.events.delivery.api_calls.transport = Loopback({})
    one.put()
    one.after(hours=23)
    assert one.dead() == []
    one.after(hours=1)
    assert [told["RETRY_ATTEMPTS"] for told, _ in one.dead()] == ["185"]
    assert receiver.seen == []


def test_calls_keep_to_the_rate_of_their_destination(hook: Callable[..., Hook], receiver: Receiver) -> None:
    one = hook(per_second=2)
    for _ in range(4):
        one.put()
    one.after(minutes=1)
    assert one.waits == [0.5, 0.5, 0.5]
    assert len(receiver.seen) == 4


def test_a_destination_that_was_deleted_leaves_its_events_in_the_dead_letters(hook: Callable[..., Hook]) -> None:
    one = hook()
    one.client("events").delete_api_destination(Name="hook")
    one.put()
    one.after(seconds=0)
    assert [told["ERROR_CODE"] for told, _ in one.dead()] == ["NO_RESOURCE"]


def test_what_could_not_work_is_refused(client: Client) -> None:
    events = client("events")
    arn = events.create_connection(Name="hook", **API_KEY)["ConnectionArn"]
    with pytest.raises(ClientError, match="not an HTTPS endpoint"):
        events.create_api_destination(Name="h", ConnectionArn=arn, InvocationEndpoint="http://x.example.com", HttpMethod="POST")
    with pytest.raises(ClientError, match="does not exist"):
        events.create_api_destination(Name="h", ConnectionArn=f"{arn}x", InvocationEndpoint="https://x.example.com", HttpMethod="POST")
    with pytest.raises(ClientError, match="already exists"):
        events.create_connection(Name="hook", **API_KEY)
    with pytest.raises(ClientError, match="nothing beside"):
        events.create_connection(Name="other", AuthorizationType="BASIC", AuthParameters=API_KEY["AuthParameters"])
    made = events.create_api_destination(Name="h", ConnectionArn=arn, InvocationEndpoint="https://x.example.com", HttpMethod="POST")
    events.put_rule(Name="r", EventPattern='{"source": ["shop"]}')
    with pytest.raises(ClientError, match="RoleArn is required"):
        events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": made["ApiDestinationArn"]}])
    assert [each["Name"] for each in events.list_connections()["Connections"]] == ["hook"]
    assert [each["Name"] for each in events.list_api_destinations(NamePrefix="h")["ApiDestinations"]] == ["h"]
    events.delete_connection(Name="hook")
    with pytest.raises(ClientError, match="does not exist"):
        events.describe_connection(Name="hook")
    assert events.describe_api_destination(Name="h")["InvocationEndpoint"] == "https://x.example.com"
