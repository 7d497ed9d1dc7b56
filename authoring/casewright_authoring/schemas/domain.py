"""The catalog, fields, templates, field conditions and emails."""

from casewright_authoring.catalog_file import ARNS, BUS_ARN, DIRECTORY_KEYS, DOMAIN_KEYS, FIELD_OPTIONAL_KEYS, FIELD_REQUIRED_KEYS
from casewright_authoring.emails import EMAIL_KEYS
from casewright_authoring.field_conditions import EFFECT_KEYS, REQUIRED_KEYS
from casewright_authoring.fields import FIELD_KEYS, FIELD_NAME, FIELD_TYPES
from casewright_authoring.known import Known, Names
from casewright_authoring.schemas.conditions import operand
from casewright_authoring.schemas.pieces import (
    BOOLEAN,
    NAME,
    TEXT,
    Schema,
    either,
    keyed,
    named,
    one_of,
    one_or_more,
    only,
    short,
    some,
    table,
)
from casewright_authoring.subjects import field_kind
from casewright_authoring.system_fields import NOT_IN_LAYOUTS, READ_ONLY, SYSTEM_FIELDS
from casewright_authoring.templates import TEMPLATE_KEYS

_LABEL = short(100)
_RETIRED = keyed({"value": _LABEL, "active": BOOLEAN}, ("value",))
OPTIONS = either(some(_LABEL), {**table(either(_LABEL, _RETIRED)), "minProperties": 1})


def catalog() -> Schema:
    """catalog.yaml."""
    field = only(
        (*FIELD_REQUIRED_KEYS, *FIELD_OPTIONAL_KEYS), {"id": TEXT, "type": one_of(FIELD_TYPES), "options": OPTIONS, "in_events": BOOLEAN}
    )
    pieces = {
        **{kind: table({"type": "string", "pattern": f"^{pattern.pattern}$"}) for kind, (_, pattern) in ARNS.items()},
        "mailboxes": table(one_or_more({"type": "string", "pattern": "@"})),
        "importers": some(TEXT),
        "buses": table({"type": "string", "pattern": f"^{BUS_ARN.pattern}$"}),
        "domain_id": TEXT,
        "fields": table(keyed(field, FIELD_REQUIRED_KEYS), f"^{FIELD_NAME.pattern}$"),
        "templates": table(TEXT),
    }
    return keyed(only((*DIRECTORY_KEYS, *DOMAIN_KEYS), pieces))


def fields() -> Schema:
    """fields.yaml."""
    pieces = {
        "type": one_of(FIELD_TYPES),
        "label": short(100),
        "system_id": one_of(SYSTEM_FIELDS),
        "options": OPTIONS,
        "multiline": BOOLEAN,
        "description": short(255),
        "in_events": BOOLEAN,
    }
    field = {**keyed(only(FIELD_KEYS, pieces)), "anyOf": [{"required": ["type"]}, {"required": ["system_id"]}]}
    return table(field, f"^{FIELD_NAME.pattern}$")


def templates(names: Names, conditions: Known[str]) -> Schema:
    """templates.yaml."""
    panel = _fields(names, frozenset(NOT_IN_LAYOUTS))
    pieces: dict[str, Schema] = {
        "description": short(255),
        "required": _fields(names, READ_ONLY),
        "top_panel": panel,
        "more_info": panel,
        "conditions": {"type": "array", "items": named(conditions)},
    }
    return table(keyed(only(TEMPLATE_KEYS, pieces)))


def field_conditions(names: Names) -> Schema:
    """conditions.yaml."""
    values = {name: operand(field_kind(field, names)) for name, field in names.fields.entries.items() if field is not None}
    effect: Schema = {**keyed(values, least=1), "maxProperties": 1} if names.fields.whole else {"type": "object"}
    pieces: dict[str, Schema] = {"condition": short(100), "field": named(names.fields), **dict.fromkeys(EFFECT_KEYS, effect)}
    exactly_one: list[Schema] = [{"required": [key]} for key in EFFECT_KEYS]
    return some({**keyed(only((*REQUIRED_KEYS, *EFFECT_KEYS), pieces), REQUIRED_KEYS), "oneOf": exactly_one})


def emails() -> Schema:
    """A file of emails/."""
    pieces: dict[str, Schema] = {
        "email": NAME,
        "subject": TEXT,
        "text": TEXT,
        "reply_to": one_or_more(TEXT),
        "time_zone": {**TEXT, "examples": ["America/New_York"]},
    }
    return keyed(only(EMAIL_KEYS, pieces), EMAIL_KEYS[:3])


def _fields(names: Names, without: frozenset[str]) -> Schema:
    accepted = (name for name, field in names.fields.entries.items() if field is None or field.id not in without)
    return {"type": "array", "items": one_of(accepted) if names.fields.whole else TEXT}
