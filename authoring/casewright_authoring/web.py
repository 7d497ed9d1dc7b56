"""Addresses, headers and names of secrets in webhooks.yaml. What looks like a credential is refused, and never shown again."""

import re
from functools import partial
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from casewright_authoring.findings import Place, Report, fault
from casewright_authoring.nodes import Entry, Node
from casewright_authoring.shapes import mapping, refuse_twice, short_text, text

_URL: Final = re.compile(r"(?:%[0-9A-Fa-f]{2}|[-()_.!~';/?:@&=+$,A-Za-z0-9])+")
"""HttpsEndpoint of EventBridge's API, less the star that stands for a part of the path."""

_HOST: Final = re.compile(r"(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*", re.IGNORECASE)
_HEADER: Final = re.compile(r"[!#$%&'*+.^_`|~0-9a-zA-Z-]{1,512}")
_HEADER_VALUE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,510}[\x21-\x7e])?")
_CREDENTIAL: Final = re.compile(r"auth|token|secret|passw|cookie|signature|credential|^sig$|api[-_]?key|^key$|^code$", re.IGNORECASE)
_NOT_OURS: Final = frozenset({
    "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect", "host", "idempotency-key", "range",
    "te", "transfer-encoding", "upgrade", "user-agent", "via", "x-forwarded-for",
})  # fmt: skip
"""Headers that EventBridge sets or takes away, and the one that holds the key of the effect."""

_SECRET_NAME: Final = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")
_SECRET_ARN: Final = re.compile(r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d+:secret:[A-Za-z0-9/_+=.@-]{1,519}")
_LIKE_A_VALUE: Final = re.compile(
    r"(?:[sr]k_(?:live|test)|whsec|gh[opsu]|github_pat|glpat|xox[a-z])[-_]|sk-[A-Za-z0-9]{16}|AKIA|eyJ"
    r"|(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{24}"
)
"""How keys of well-known services begin, and two dozen letters and digits in a row: names of secrets have words with marks between."""

_WHERE: Final = "keep it in Secrets Manager, and give its name under 'authentication'"


def https_url(node: Node, what: str) -> str:
    """An address that EventBridge calls."""
    given = short_text(node, what, 2048)
    if not given.startswith("https://"):
        raise fault(node.place, f"{what} does not begin with https://; EventBridge calls nothing else")
    if not _URL.fullmatch(given):
        raise fault(
            node.place, f"{what} has a character that EventBridge does not take; accepted are those of a URL, without * and {{{{ }}}}"
        )
    parts = urlsplit(given)
    if parts.username is not None:
        raise fault(node.place, f"{what} holds a user; accepted is one without, the key 'authentication' says who calls")
    if not _HOST.fullmatch(parts.hostname or ""):
        raise fault(node.place, f"{what} has the host {parts.hostname!r}; accepted is a public name such as hooks.example.com")
    for name, _ in parse_qsl(parts.query, keep_blank_values=True):
        if _CREDENTIAL.search(name):
            raise fault(node.place, f"{name!r} in {what} looks like a credential, and this file is no place for one; {_WHERE}")
    return given


def secret_name(node: Node) -> str:
    """The name or ARN of a secret. What may be the secret itself is refused without being shown."""
    given = text(node, "secret")
    if _SECRET_ARN.fullmatch(given):
        return given
    if not _SECRET_NAME.fullmatch(given):
        raise fault(node.place, "what is given for secret is no name of a secret; accepted is the name or the ARN that Secrets Manager has")
    if _LIKE_A_VALUE.search(given):
        raise fault(node.place, f"what is given for secret looks like the secret itself; {_WHERE}; if it went to a repository, replace it")
    return given


def header_name(node: Node) -> str:
    """The name of a header."""
    given = text(node, "the name of a header")
    _check_header(given, node.place)
    return given


def headers_of(node: Node, authentication: str, report: Report) -> dict[str, str]:
    """Headers with values that are no secret; `authentication` is the one that holds the key."""
    seen: dict[str, Place] = {authentication.lower(): node.place} if authentication else {}
    return dict(report.each(partial(_header, seen=seen), mapping(node, "'headers'").entries))


def _header(entry: Entry, *, seen: dict[str, Place]) -> tuple[str, str]:
    _check_header(entry.name, entry.key.place)
    if _CREDENTIAL.search(entry.name):
        raise fault(entry.key.place, f"the header {entry.name!r} looks like one for a credential; {_WHERE}")
    refuse_twice(seen, entry.name.lower(), entry.key.place, "the header")
    value = text(entry.value, f"the header {entry.name!r}")
    if not _HEADER_VALUE.fullmatch(value) or value.startswith("$") or "{{" in value:
        accepted = "accepted are up to 512 printable ASCII characters that begin with no $, and no variables"
        raise fault(entry.value.place, f"the header {entry.name!r} has another value; {accepted}")
    return entry.name, value


def _check_header(name: str, place: Place) -> None:
    if not _HEADER.fullmatch(name):
        raise fault(place, f"{name!r} is no name of a header; accepted is one such as X-Source")
    if name.lower() in _NOT_OURS:
        raise fault(place, f"the header {name!r} cannot be set: EventBridge or Casewright does")
