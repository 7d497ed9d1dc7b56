"""webhooks.yaml."""

from casewright_authoring.schemas.pieces import DURATION, NAME, TEXT, Schema, keyed, one_of, only, short, some, table
from casewright_authoring.webhooks import (
    API_KEY_KEYS,
    AUTHENTICATIONS,
    BASIC_KEYS,
    METHODS,
    MOST_ATTEMPTS,
    MOST_PER_SECOND,
    OAUTH_OPTIONAL_KEYS,
    OAUTH_REQUIRED_KEYS,
    RETRY_KEYS,
    WEBHOOK_OPTIONAL_KEYS,
    WEBHOOK_REQUIRED_KEYS,
)

_URL: Schema = {"type": "string", "pattern": "^https://", "maxLength": 2048}
_SECRET: Schema = {**TEXT, "pattern": r"^[A-Za-z0-9/_+=.@:-]+$", "description": "The name or the ARN of a secret in Secrets Manager"}


def webhooks() -> Schema:
    """The file."""
    pieces: dict[str, Schema] = {
        "webhook": NAME,
        "url": _URL,
        "authentication": _authentication(),
        "method": one_of(METHODS),
        "headers": table(short(512), "^[!#$%&'*+.^_`|~0-9a-zA-Z-]+$"),
        "rate_per_second": {"type": "integer", "minimum": 1, "maximum": MOST_PER_SECOND},
        "retry": keyed(only(RETRY_KEYS, {"for": DURATION, "attempts": {"type": "integer", "minimum": 0, "maximum": MOST_ATTEMPTS}})),
    }
    return some(keyed(only((*WEBHOOK_REQUIRED_KEYS, *WEBHOOK_OPTIONAL_KEYS), pieces), WEBHOOK_REQUIRED_KEYS))


def _authentication() -> Schema:
    oauth = {"token_url": _URL, "client_id": short(512), "secret": _SECRET, "scope": short(512)}
    ways = {
        "api_key": keyed(only(API_KEY_KEYS, {"header": short(512), "secret": _SECRET}), API_KEY_KEYS),
        "basic": keyed(only(BASIC_KEYS, {"user": short(512), "secret": _SECRET}), BASIC_KEYS),
        "oauth": keyed(only((*OAUTH_REQUIRED_KEYS, *OAUTH_OPTIONAL_KEYS), oauth), OAUTH_REQUIRED_KEYS),
    }
    return {**keyed(only(AUTHENTICATIONS, ways), least=1), "maxProperties": 1}
