"""webhooks.yaml: what `call_webhook` can call. Secrets stand there by the name that Secrets Manager has for them, never as they are."""

from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final, TypeAlias

from casewright_authoring.durations import duration
from casewright_authoring.findings import Fault, Place, Report, fault
from casewright_authoring.nodes import Mapping, Node, Scalar, Sequence, shown
from casewright_authoring.shapes import Record, record, refuse_twice, rule_name, sequence, short_text, single_entry, text, whole_number
from casewright_authoring.suggestions import unknown
from casewright_authoring.web import header_name, headers_of, https_url, secret_name

WEBHOOK_REQUIRED_KEYS: Final = ("webhook", "url", "authentication")
WEBHOOK_OPTIONAL_KEYS: Final = ("method", "headers", "rate_per_second", "retry")
API_KEY_KEYS: Final = ("header", "secret")
BASIC_KEYS: Final = ("user", "secret")
OAUTH_REQUIRED_KEYS: Final = ("token_url", "client_id", "secret")
OAUTH_OPTIONAL_KEYS: Final = ("scope",)
AUTHENTICATIONS: Final = ("api_key", "basic", "oauth")
RETRY_KEYS: Final = ("for", "attempts")
METHODS: Final = ("POST", "PUT", "PATCH")
MOST_PER_SECOND: Final = 300
"""EventBridge's quota of invocations of one API destination, unless it is raised."""

LONGEST_RETRY: Final = timedelta(hours=24)
SHORTEST_RETRY: Final = timedelta(minutes=1)
MOST_ATTEMPTS: Final = 185
"""What EventBridge does where nothing is said, and the most it does (API reference, RetryPolicy)."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A header that holds the secret."""

    header: str
    secret: str


@dataclass(frozen=True, slots=True)
class Basic:
    """A user and a password, which is the secret."""

    user: str
    secret: str


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """OAuth: a token, got for a client and its secret."""

    token_url: str
    client_id: str
    secret: str
    scope: str = ""


Authentication: TypeAlias = ApiKey | Basic | ClientCredentials


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One receiver, and how it is called."""

    name: str
    url: str
    authentication: Authentication
    method: str = "POST"
    headers: Table[str, str]
    rate_per_second: int = MOST_PER_SECOND
    retry_for: timedelta = LONGEST_RETRY
    retry_attempts: int = MOST_ATTEMPTS


def read_webhooks(node: Node, report: Report) -> tuple[Webhook, ...]:
    """The file."""
    seen: dict[str, Place] = {}
    return report.each(lambda item: _webhook(item, seen, report), sequence(node, "webhooks.yaml").items)


def names_in(node: Node | None) -> dict[str, str | None]:
    """The names that the file gives, whether or not the rest of it can be read."""
    items = node.items if isinstance(node, Sequence) else ()
    given = (item.get("webhook") for item in items if isinstance(item, Mapping))
    return {name.written: name.written for name in given if isinstance(name, Scalar)}


def _webhook(node: Node, seen: dict[str, Place], report: Report) -> Webhook:
    given = record(node, "a webhook", report, required=WEBHOOK_REQUIRED_KEYS, optional=WEBHOOK_OPTIONAL_KEYS)
    name = given.read("webhook", partial(_name, seen=seen), None)
    url = given.read("url", partial(https_url, what="url"), None)
    authentication = given.read("authentication", partial(_authentication, report=report), None)
    own = authentication.header if isinstance(authentication, ApiKey) else ""
    headers = given.read("headers", lambda table: headers_of(table, own, report), {})
    method = given.read("method", _method, "POST")
    rate = given.read("rate_per_second", lambda one: _between(one, "rate_per_second", 1, MOST_PER_SECOND), MOST_PER_SECOND)
    retry_for, retry_attempts = given.read("retry", partial(_retry, report=report), (LONGEST_RETRY, MOST_ATTEMPTS))
    if name is None or url is None or authentication is None:
        raise Fault(None)
    return Webhook(
        name=name,
        url=url,
        authentication=authentication,
        method=method,
        headers=headers,
        rate_per_second=rate,
        retry_for=retry_for,
        retry_attempts=retry_attempts,
    )


def _name(node: Node, *, seen: dict[str, Place]) -> str:
    name = rule_name(node, "the name of a webhook")
    refuse_twice(seen, name, node.place, "the webhook")
    return name


def _method(node: Node) -> str:
    given = text(node, "method")
    if given not in METHODS:
        raise fault(node.place, unknown("method", given, METHODS))
    return given


def _authentication(node: Node, *, report: Report) -> Authentication:
    entry = single_entry(node, "'authentication'")
    match entry.name:
        case "api_key":
            given = record(entry.value, "api_key", report, required=API_KEY_KEYS)
            return ApiKey(given.read("header", header_name, ""), _secret(given))
        case "basic":
            given = record(entry.value, "basic", report, required=BASIC_KEYS)
            return Basic(given.read("user", lambda one: short_text(one, "user", 512), ""), _secret(given))
        case "oauth":
            given = record(entry.value, "oauth", report, required=OAUTH_REQUIRED_KEYS, optional=OAUTH_OPTIONAL_KEYS)
            return ClientCredentials(
                given.read("token_url", partial(https_url, what="token_url"), ""),
                given.read("client_id", lambda one: short_text(one, "client_id", 512), ""),
                _secret(given),
                given.read("scope", lambda one: short_text(one, "scope", 512), ""),
            )
        case other:
            raise fault(entry.key.place, unknown("authentication", other, AUTHENTICATIONS))


def _secret(given: Record) -> str:
    return given.read("secret", secret_name, "")


def _retry(node: Node, *, report: Report) -> tuple[timedelta, int]:
    given = record(node, "retry", report, optional=RETRY_KEYS)
    attempts = given.read("attempts", lambda one: _between(one, "attempts", 0, MOST_ATTEMPTS), MOST_ATTEMPTS)
    return given.read("for", _retry_for, LONGEST_RETRY), attempts


def _retry_for(node: Node) -> timedelta:
    given = duration(node, "'for' of retry")
    if not SHORTEST_RETRY <= given <= LONGEST_RETRY:
        raise fault(node.place, f"{shown(node)} is given for 'for' of retry; accepted are 1m to 24h")
    return given


def _between(node: Node, what: str, least: int, most: int) -> int:
    given = whole_number(node, what)
    if not least <= given <= most:
        raise fault(node.place, f"{given} is given for {what}; accepted are {least} to {most}")
    return given
