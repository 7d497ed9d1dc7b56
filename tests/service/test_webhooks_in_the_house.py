"""Webhooks and events on other buses with the real handlers: what the receiver gets, once or told to be the same, and what fails."""

import json
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from faults import Faults, Lost, Throttled
from small_center import SmallCenter
from small_directory import SMALL

from casewright.actions import CallWebhook, PutEvent
from casewright.cases.subscriptions import webhook_called
from casewright.decision import Effect
from casewright.rules.bus_events import MOST_BYTES
from casewright.service.emitting import called
from casewright_workbench.console.desk import Desk
from casewright_workbench.console.live import Changed
from casewright_workbench.console.site import Site
from casewright_workbench.deployment.records import Standing
from casewright_workbench.localcloud.events.transport import HttpAnswer, HttpCall
from casewright_workbench.localcloud.wire.messages import HttpRequest

WIDE = "{{ case.summary }}" * 200
RULES = f"""\
    - rule: book
      when: case_updated
      if: {{summary: {{changed: true, equals: book}}}}
      then:
        - call_webhook:
            webhook: orders
            body: {{title: "{{{{ case.title }}}}", sum: 3, paid: true, deep: [{{at: "{{{{ now }}}}"}}], empty: "{{{{ case.page }}}}"}}
    - rule: partners
      when: case_updated
      if: {{summary: {{changed: true, equals: partners}}}}
      then: [{{put_event: {{bus: partners, detail_type: Told, detail: {{title: "{{{{ case.title }}}}"}}}}}}]
    - rule: too-wide
      when: case_updated
      if: {{summary: {{starts_with: wide}}}}
      then:
        - call_webhook: {{webhook: orders, body: {{text: "{WIDE}"}}}}
        - put_event: {{detail_type: Wide, detail: {{text: "{WIDE}"}}}}
    - rule: gone
      when: case_deleted
      then: [{{call_webhook: {{webhook: orders, body: {{gone: "{{{{ case.id }}}}"}}}}}}]
    """
FILES = SMALL | {
    "catalog.yaml": dedent(SMALL["catalog.yaml"]) + 'buses: {partners: "arn:aws:events:us-east-1:111122223333:event-bus/partners"}\n',
    "webhooks.yaml": """\
        - webhook: orders
          url: https://orders.example.com/in
          authentication: {api_key: {header: X-Api-Key, secret: shop/orders}}
          retry: {for: 2m}
        """,
    "rules/emitting.yaml": RULES,
}


class Center(SmallCenter):
    """A house with a receiver that answers as told, and 200 when nothing is left to tell."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, FILES)
        admin = self.house.session("admin")
        self.sqs, self.events = admin.client("sqs"), admin.client("events")
        self.answers: list[int] = []
        self.received: list[HttpCall] = []
        self.house.cloud.events.delivery.api_calls.transport = self._receive

    def _receive(self, call: HttpCall) -> HttpAnswer:
        self.received.append(call)
        return HttpAnswer(self.answers.pop(0) if self.answers else 200)

    def opens(self, template: str = "Shipping", **fields: Any) -> str:
        case_id = super().opens(template, **{"title": "Tent", **fields})
        self.after(minutes=1)
        self.received.clear()
        return case_id

    def asks(self, case_id: str, summary: str, minutes: float = 2) -> None:
        self.changes(case_id, summary=summary)
        self.after(minutes=minutes)

    def effects(self, case_id: str, rule: str) -> list[Standing]:
        return sorted((each for each in self.file(case_id).effects if each.effect.rule == rule), key=lambda each: each.effect.index)

    def dead(self, queue: str = "orders-undelivered") -> list[Any]:
        url = self.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        found: list[Any] = self.sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages", [])
        return found


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Center]:
    center = Center(tmp_path_factory.mktemp("center"))
    yield center
    assert center.house.runtime.failed_invocations == []
    center.house.close()


def test_a_receiver_gets_the_filled_body_the_credentials_and_the_key_of_the_effect(center: Center) -> None:
    case_id = center.opens(title='Tent "Nord" ☂')
    center.asks(case_id, "book")
    [call], [standing] = center.received, center.effects(case_id, "book")
    assert (call.method, call.url) == ("POST", "https://orders.example.com/in")
    body = json.loads(call.body)
    [deep] = body.pop("deep")
    assert body == {"title": 'Tent "Nord" ☂', "sum": 3, "paid": True, "empty": ""}
    assert deep["at"].startswith("2026-11-16T14:")
    assert call.headers["X-Api-Key"] == "value-of-shop/orders"
    assert call.headers["Idempotency-Key"] == standing.effect.key
    assert (standing.status, standing.detail.endswith(", to be delivered to orders")) == ("done", True)


def test_a_repetition_comes_with_the_same_key(center: Center) -> None:
    case_id = center.opens()
    center.answers = [503, 429]
    with Faults(center.house.cloud) as faults:
        faults.at("events", "PutEvents", Throttled())
        faults.at("events", "PutEvents", Lost.ANSWER, calls={2})
        center.asks(case_id, "book", minutes=2)
        assert faults.happened["events", "PutEvents", "Lost.ANSWER"] == 1
    [standing] = center.effects(case_id, "book")
    assert standing.status == "done"
    assert len(center.received) == 4, "twice on the bus, and each tried twice"
    assert {call.headers["Idempotency-Key"] for call in center.received} == {standing.effect.key}


def test_what_the_receiver_never_takes_says_which_case_and_why(center: Center) -> None:
    case_id = center.opens()
    center.answers = [500] * 100
    center.asks(case_id, "book", minutes=3)
    center.answers = []
    [standing] = center.effects(case_id, "book")
    [message] = center.dead()
    told = {name: each["StringValue"] for name, each in message["MessageAttributes"].items()}
    assert told["RULE_ARN"].endswith(":rule/webhook-orders")
    assert ":api-destination/orders/" in told["TARGET_ARN"]
    assert (told["ERROR_CODE"], told["ERROR_MESSAGE"]) == ("ERROR_FROM_TARGET", "the endpoint answered 500")
    assert told["EXHAUSTED_RETRY_CONDITION"] == "MaximumEventAgeInSeconds"
    detail = json.loads(message["Body"])["detail"]
    assert (detail["webhook"], detail["body"]["title"]) == ("orders", "Tent")
    assert detail["casewright"] == {"domainId": center.house.domain_id, "caseId": case_id, "effect": standing.effect.key}


def test_another_stage_of_the_account_with_the_same_webhook_is_not_called(center: Center) -> None:
    for name, domain_id in (("our-stage", center.house.domain_id), ("their-stage", "another-domain")):
        center.sqs.create_queue(QueueName=name)
        center.events.put_rule(Name=name, EventPattern=json.dumps(webhook_called("orders", domain_id=domain_id)))
        center.events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": f"arn:aws:sqs:us-east-1:111122223333:{name}"}])
    center.asks(center.opens(), "book")
    assert (len(center.received), len(center.dead("our-stage")), len(center.dead("their-stage"))) == (1, 1, 0)
    for name in ("our-stage", "their-stage"):
        center.events.remove_targets(Rule=name, Ids=["1"])
        center.events.delete_rule(Name=name)


def test_an_event_on_a_bus_of_the_catalog_is_there_and_nowhere_else(center: Center) -> None:
    for name, bus in (("there", "partners"), ("here", "default")):
        center.sqs.create_queue(QueueName=name)
        center.events.put_rule(Name=name, EventBusName=bus, EventPattern='{"detail-type": ["Told"]}')
        target: Any = {"Id": "1", "Arn": f"arn:aws:sqs:us-east-1:111122223333:{name}"}
        center.events.put_targets(Rule=name, EventBusName=bus, Targets=[target])
    case_id = center.opens()
    center.asks(case_id, "partners")
    [standing] = center.effects(case_id, "partners")
    [event] = [json.loads(message["Body"]) for message in center.dead("there")]
    assert (event["source"], event["detail"]) == (
        "casewright",
        {"title": "Tent", "casewright": {"domainId": center.house.domain_id, "caseId": case_id, "effect": standing.effect.key}},
    )
    assert center.dead("here") == []


def test_what_is_too_large_fails_with_its_size_and_lets_the_rest_be_decided(center: Center) -> None:
    case_id = center.opens()
    center.asks(case_id, "wide" + "x" * 2000)
    webhook, event = center.effects(case_id, "too-wide")
    size = 200 * 2004 + len('{"text":""}')
    told = f"has {size} bytes as JSON; at most {MOST_BYTES} are accepted"
    assert (webhook.status, webhook.detail) == ("failed", f"the body for the webhook {told}")
    assert (event.status, event.detail) == ("failed", f"the detail of the event {told}")
    assert center.received == []


def test_a_webhook_can_be_called_for_a_case_that_is_gone(center: Center) -> None:
    case_id = center.opens()
    center.cases.delete_case(domainId=center.house.domain_id, caseId=case_id)
    center.after(minutes=1)
    assert [json.loads(call.body) for call in center.received] == [{"gone": case_id}]


def test_the_inbox_shows_what_was_called_and_how_it_ended(center: Center) -> None:
    desk = Desk.of(center.house, Changed(), ZoneInfo("America/New_York"))
    case_id = center.opens(title="<b>Tent</b>")
    center.answers = [503]
    center.asks(case_id, "book")
    shown = Site(desk).answer(HttpRequest("GET", "/inbox", "", {}, b"")).body.decode()
    first, second = shown.split("Calls of webhooks")[1].split("<div>")[1:3]
    assert "<b>orders</b> 200, attempt 2" in first
    assert "<b>orders</b> 503</span>" in second
    assert "POST https://orders.example.com/in" in first
    assert "&lt;b&gt;Tent" in first
    assert "value-of-shop/orders" not in shown


class Silent:
    """A bus that must not be asked."""

    def put(self, event: PutEvent, *, case_id: str, effect_key: str) -> str:
        raise AssertionError(f"{event.detail_type} was put for {case_id}, {effect_key}")


def test_a_webhook_that_is_not_deployed_fails_instead_of_being_lost(center: Center) -> None:
    case_id = center.opens()
    center.asks(case_id, "book")
    [standing] = center.effects(case_id, "book")
    effect: Effect = standing.effect
    assert isinstance(effect.action, CallWebhook)
    outcome = called(effect, effect.action, Silent(), frozenset({"returns", "billing"}))
    assert (outcome.status, outcome.detail) == ("failed", "the webhook 'orders' is not deployed; deployed: billing, returns")
