"""SLA policies and calendars."""

from casewright_authoring.calendars import CALENDAR_KEYS, CHANGE_KEYS, COUNTRY_KEYS, DATE_KEYS
from casewright_authoring.known import Names
from casewright_authoring.milestones import MILESTONE_KEYS
from casewright_authoring.occasions import POLICY
from casewright_authoring.schemas.conditions import CONDITION, definitions
from casewright_authoring.schemas.pieces import (
    BOOLEAN,
    DURATION,
    NAME,
    TEXT,
    Schema,
    either,
    keyed,
    named,
    one_of,
    one_or_more,
    only,
    some,
    table,
)
from casewright_authoring.shapes import RULE_NAME
from casewright_authoring.slas import (
    ASSIGNED,
    BECOMES,
    HAPPENING_KEYS,
    HAPPENING_TRIGGERS,
    OPTIONAL_KEYS,
    REQUIRED_KEYS,
    STARTING_TRIGGERS,
    WHEN,
)


def slas(names: Names) -> Schema:
    """slas.yaml."""
    pieces: dict[str, Schema] = {
        "sla": NAME,
        "start": either(one_of((*STARTING_TRIGGERS, ASSIGNED)), keyed({BECOMES: CONDITION}, (BECOMES,))),
        "target": some(keyed({"if": CONDITION, "within": DURATION}, ("within",))),
        **dict.fromkeys(("if", "pause_while"), CONDITION),
        **dict.fromkeys(("met_when", "reset", "cancel"), either(CONDITION, _happening())),
        "milestones": some(_milestone()),
        "calendar": named(names.calendars),
        "native": BOOLEAN,
    }
    policy = keyed(only((*REQUIRED_KEYS, *OPTIONAL_KEYS), pieces), REQUIRED_KEYS)
    return {**some(policy), "definitions": definitions(names, POLICY)}


def calendars() -> Schema:
    """calendars.yaml."""
    openings: Schema = {"type": "array", "items": {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}$"}}
    week = table(openings, "^(mon|tue|wed|thu|fri|sat|sun)")
    date: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
    country = keyed(only(COUNTRY_KEYS, {"country": {"type": "string", "pattern": "^[A-Z]{2}$"}, "region": TEXT}), COUNTRY_KEYS[:1])
    day = keyed(only(DATE_KEYS, {"date": one_or_more(date), "open": openings}), DATE_KEYS[:1])
    pieces: dict[str, Schema] = {
        "time_zone": {**TEXT, "examples": ["America/New_York"]},
        "week": week,
        "holidays": some(either(country, day)),
        "changes": some(keyed(only(CHANGE_KEYS, {"from": date, "week": week}), CHANGE_KEYS)),
    }
    return table(keyed(only(CALENDAR_KEYS, pieces), CALENDAR_KEYS[:2]), f"^{RULE_NAME.pattern}$")


def _happening() -> Schema:
    pieces: dict[str, Schema] = {WHEN: one_or_more(one_of(HAPPENING_TRIGGERS)), "if": CONDITION}
    return keyed(only(HAPPENING_KEYS, pieces), (WHEN,))


def _milestone() -> Schema:
    pieces: dict[str, Schema] = {
        "at": {"type": "string", "pattern": "^[0-9.]+%$", "examples": ["50%"]},
        "before": DURATION,
        "after": DURATION,
    }
    exactly_one: list[Schema] = [{"required": [key]} for key in MILESTONE_KEYS]
    return {**keyed({"name": NAME, **only(MILESTONE_KEYS, pieces)}, ("name",)), "oneOf": exactly_one}
