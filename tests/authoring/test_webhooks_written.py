# ruff: noqa: E501  # tables of what is refused, one row a line
"""webhooks.yaml, call_webhook and the bus of put_event: what they compile to, and what is refused where."""

import re
from datetime import timedelta
from textwrap import dedent

import pytest
from msgspec.structs import replace
from small_directory import SMALL, Compile, Complain

from casewright.bundle import read
from casewright.conditions.subjects import Fact, Field
from casewright.conditions.texts import Variable, Verbatim
from casewright.errors import UnlinkedName
from casewright.linking.instructions import linked
from casewright.linking.names import Names
from casewright.rules import instructions as do
from casewright_authoring.native.catalogs import placeholders
from casewright_authoring.webhooks import ApiKey, Basic, ClientCredentials, Webhook

KEY = "authentication: {api_key: {header: X-Api-Key, secret: shop/orders}}"
ONE = f"- webhook: orders\n  url: https://orders.example.com/in\n  {KEY}\n"
BUSES = {"catalog.yaml": dedent(SMALL["catalog.yaml"]) + 'buses: {partners: "arn:aws:events:us-east-1:111122223333:event-bus/partners"}\n'}
RULE = "- {{rule: a, when: {when}, then: [{{{then}}}]}}"


def test_a_webhook_compiles_to_what_the_stacks_provision(compiled: Compile) -> None:
    files = """\
        - webhook: full
          url: "https://orders.example.com:8443/in/%20x?v=1&mode=test"
          method: PATCH
          authentication: {api_key: {header: Authorization, secret: shop/bearer}}
          headers: {X-Source: casewright, X-Two: "a b"}
          rate_per_second: 5
          retry: {for: 90m, attempts: 0}
        - webhook: basic
          url: https://orders.example.com
          authentication: {basic: {user: us, secret: "arn:aws:secretsmanager:us-east-1:111122223333:secret:shop/orders-AbCdEf"}}
        - webhook: oauth
          url: https://orders.example.com
          authentication: {oauth: {token_url: "https://id.example.com/t", client_id: us, secret: s, scope: "a b"}}
        """
    made = compiled({"webhooks.yaml": files})
    assert made.webhooks == (
        Webhook(
            name="full",
            url="https://orders.example.com:8443/in/%20x?v=1&mode=test",
            method="PATCH",
            authentication=ApiKey("Authorization", "shop/bearer"),
            headers={"X-Source": "casewright", "X-Two": "a b"},
            rate_per_second=5,
            retry_for=timedelta(minutes=90),
            retry_attempts=0,
        ),
        Webhook(
            name="basic",
            url="https://orders.example.com",
            authentication=Basic("us", "arn:aws:secretsmanager:us-east-1:111122223333:secret:shop/orders-AbCdEf"),
            headers={},
        ),
        Webhook(
            name="oauth",
            url="https://orders.example.com",
            authentication=ClientCredentials("https://id.example.com/t", "us", "s", "a b"),
            headers={},
        ),
    )
    assert (made.webhooks[1].method, made.webhooks[1].rate_per_second) == ("POST", 300)
    assert (made.webhooks[1].retry_for, made.webhooks[1].retry_attempts) == (timedelta(hours=24), 185)
    assert made.directory.webhooks == ("full", "basic", "oauth")
    assert b"shop/" not in made.written, "the bundle knows no secret, not even by name"


def test_an_action_names_its_webhook_and_its_bus_and_linking_finds_them(compiled: Compile) -> None:
    then = 'call_webhook: {webhook: orders, body: {n: 1, t: "{{ case.title }}", l: ["{{ case.id }}!"]}}'
    put = "put_event: {detail_type: Seen, detail: {of: {casewright: 1}}, bus: partners}"
    rules = RULE.format(when="case_updated", then=then) + "\n" + RULE.format(when="case_deleted", then=put).replace("rule: a", "rule: b")
    made = compiled({**BUSES, "webhooks.yaml": ONE, "rules/a.yaml": rules})
    first, second = read(made.written).rules
    items = do.Items(((Variable(Fact("case.id")), Verbatim("!")),))
    call, event = do.CallWebhook("orders", do.Members({"n": 1, "t": (Variable(Field("title")),), "l": items})), second.then[0]
    assert first.then == (call,)
    assert event == do.PutEvent("Seen", do.Members({"of": do.Members({"casewright": 1})}), bus="partners")
    catalog = placeholders(made.definition, made.directory)
    put_there = linked(event, Names(catalog, {}, frozenset()), "rule b")
    assert isinstance(put_there, do.PutEvent)
    assert put_there.bus_arn == "arn:aws:events:us-east-1:111122223333:event-bus/partners"
    bare = placeholders(made.definition, replace(made.directory, buses={}, webhooks=()))
    for step in (call, event):
        with pytest.raises(UnlinkedName):
            linked(step, Names(bare, {}, frozenset()), "rule")


@pytest.mark.parametrize(
    ("then", "column", "message"),
    [
        ("call_webhook: {webhook: orderz, body: {}}", 65, "unknown webhook 'orderz' (did you mean 'orders'?); accepted is orders"),
        ("call_webhook: {webhook: orders}", 55, "call_webhook needs the key 'body'; it has webhook"),
        ("call_webhook: {webhook: orders, body: [1]}", 79, "a list is given for 'body'; accepted is a mapping"),
        ('call_webhook: {webhook: orders, body: {a: [{b: "{{ sla.name }}"}]}}', 89, "'sla.name' has no value in a rule set off by case_updated; it comes with sla_milestone or sla_breached or sla_met"),
        ('call_webhook: {webhook: "{{ case.title }}", body: {}}', 65, "unknown webhook '{{ case.title }}'; accepted is orders"),
        ("put_event: {detail_type: Seen, detail: {}, bus: partner}", 89, "unknown bus 'partner' (did you mean 'partners'?); accepted is partners"),
        ("put_event: {detail_type: Seen, detail: {a: 1, casewright: {a: 1}}}", 87, "the member 'casewright' of 'detail' is Casewright's own: it tells domain, case and effect; accepted is any other name"),
        ("put_event: {detail_type: Casewright Webhook, detail: {}}", 66, "the detail type 'Casewright Webhook' is Casewright's own; accepted is any other"),
    ],
)  # fmt: skip
def test_an_action_that_cannot_be_is_refused(complaints: Complain, then: str, column: int, message: str) -> None:
    told = complaints({**BUSES, "webhooks.yaml": ONE, "rules/a.yaml": RULE.format(when="case_updated", then=then)})
    assert told == [f"rules/a.yaml:1:{column}: {message}"]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (ONE.replace("https://orders", "http://orders"), ["2:8: url does not begin with https://; EventBridge calls nothing else"]),
        (ONE.replace("/in", "/*/in"), ["2:8: url has a character that EventBridge does not take; accepted are those of a URL, without * and {{ }}"]),
        (ONE.replace("/in", "/{{ case.id }}"), ["2:8: url has a character that EventBridge does not take; accepted are those of a URL, without * and {{ }}"]),
        (ONE.replace("orders.example.com", "10.0.0.1"), ["2:8: url has the host '10.0.0.1'; accepted is a public name such as hooks.example.com"]),
        (ONE.replace("orders.example.com", "localhost"), ["2:8: url has the host 'localhost'; accepted is a public name such as hooks.example.com"]),
        (ONE.replace("https://", "https://me:pw@"), ["2:8: url holds a user; accepted is one without, the key 'authentication' says who calls"]),
        (ONE.replace("/in", "/in?token=abc"), ["2:8: 'token' in url looks like a credential, and this file is no place for one; keep it in Secrets Manager, and give its name under 'authentication'"]),
        (ONE.replace("- webhook: orders", "- webhook: Orders"), ["1:12: 'Orders' is given for the name of a webhook; accepted are 1 to 64 of a-z, 0-9 and -"]),
        (ONE + ONE, ["4:12: the webhook 'orders' is given twice; it stands at DIR/webhooks.yaml:1:12 already"]),
        (ONE.replace(KEY, "method: POST"), ["1:3: a webhook needs the key 'authentication'; it has webhook, url, method"]),
        (ONE.replace("api_key", "signature"), ["3:20: unknown authentication 'signature'; accepted are api_key, basic, oauth"]),
        (ONE.replace("header: X-Api-Key, ", ""), ["3:29: api_key needs the key 'header'; it has secret"]),
        (ONE.replace("X-Api-Key", '"X Key"'), ["3:38: 'X Key' is no name of a header; accepted is one such as X-Source"]),
        (ONE + "  method: GET\n", ["4:11: unknown method 'GET'; accepted are POST, PUT, PATCH"]),
        (ONE + "  headers: {x-api-key: other}\n", ["4:13: the header 'x-api-key' looks like one for a credential; keep it in Secrets Manager, and give its name under 'authentication'"]),
        (ONE + "  headers: {Idempotency-Key: mine}\n", ["4:13: the header 'Idempotency-Key' cannot be set: EventBridge or Casewright does"]),
        (ONE + "  headers: {X-A: $.detail.body}\n", ["4:18: the header 'X-A' has another value; accepted are up to 512 printable ASCII characters that begin with no $, and no variables"]),
        (ONE + "  headers: {X-A: a, x-a: b}\n", ["4:21: the header 'x-a' is given twice; it stands at DIR/webhooks.yaml:4:13 already"]),
        (ONE + "  rate_per_second: 301\n", ["4:20: 301 is given for rate_per_second; accepted are 1 to 300"]),
        (ONE + "  retry: {for: 25h, attempts: 186}\n", ["4:16: the text '25h' is given for 'for' of retry; accepted are 1m to 24h", "4:31: 186 is given for attempts; accepted are 0 to 185"]),
        (ONE + "  retries: 3\n", ["4:3: unknown key of a webhook 'retries'; accepted are webhook, url, authentication, method, headers, rate_per_second, retry"]),
    ],
)  # fmt: skip
def test_a_webhook_that_cannot_be_is_refused_where_it_stands(complaints: Complain, written: str, told: list[str]) -> None:
    found = [each.removeprefix("webhooks.yaml:") for each in complaints({"webhooks.yaml": written})]
    assert [re.sub(r"(it stands at ).*(/webhooks)", r"\1DIR\2", each) for each in found] == told


@pytest.mark.parametrize(
    "value",
    [
        "sk_" + "live_51H8xYzAbCdEf",
        "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a",
        "AKIA" + "IOSFODNN7EXAMPLE",
        "eyJ" + "hbGciOiJIUzI1NiJ9.e30.abc",
        "9f86d081884c7d659a2feaa0c55ad015",
        "correct horse battery staple",
        "pa$$word!",
        "arn:aws:s3:::a-bucket/key",
    ],
)
def test_a_value_in_the_place_of_a_name_is_refused_and_not_shown(value: str, complaints: Complain) -> None:
    [told] = complaints({"webhooks.yaml": ONE.replace("shop/orders", f'"{value}"')})
    assert told.startswith("webhooks.yaml:3:57: what is given for secret ")
    assert "Secrets Manager" in told
    assert value not in told


@pytest.mark.parametrize("name", ["shop/orders", "casewright-main-order-system-2", "Webhooks.Orders_2026", "disk-key", "crm/eu@prod+1"])
def test_names_of_secrets_are_names(name: str, compiled: Compile) -> None:
    [webhook] = compiled({"webhooks.yaml": ONE.replace("shop/orders", name)}).webhooks
    assert webhook.authentication.secret == name


@pytest.mark.parametrize(
    ("buses", "told"),
    [
        ("default: arn:aws:events:us-east-1:111122223333:event-bus/default", "'default' cannot name a bus: put_event takes the default bus where it names none"),
        ("a: partners", "'partners' is given for 'a' of buses; accepted is arn:aws:events:REGION:ACCOUNT:event-bus/NAME"),
        ("a: arn:aws:events:us-east-1:111122223333:rule/x", "'arn:aws:events:us-east-1:111122223333:rule/x' is given for 'a' of buses; accepted is arn:aws:events:REGION:ACCOUNT:event-bus/NAME"),
    ],
)  # fmt: skip
def test_a_bus_is_an_arn_of_a_bus(buses: str, told: str, complaints: Complain) -> None:
    catalog = dedent(SMALL["catalog.yaml"]) + f"buses:\n  {buses}\n"
    assert [each.partition(": ")[2] for each in complaints({"catalog.yaml": catalog})] == [told]
