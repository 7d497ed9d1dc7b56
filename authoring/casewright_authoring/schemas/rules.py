"""Rules and their actions."""

from casewright.conditions.triggers import TRIGGERS
from casewright_authoring.instructions import ACTION_KEYS, ACTIONS
from casewright_authoring.known import Names
from casewright_authoring.occasions import ANYWHERE
from casewright_authoring.rollout import BUDGET_KEYS, MODES, RUNS_ON
from casewright_authoring.rules import OPTIONAL_KEYS, REACTS_TO, REQUIRED_KEYS
from casewright_authoring.schedules import SCHEDULE_KEYS
from casewright_authoring.schemas import words
from casewright_authoring.schemas.cases import of_cases
from casewright_authoring.schemas.conditions import CONDITION, definitions, operand
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
    short,
    some,
    table,
    told,
)
from casewright_authoring.schemas.tasks import END as END_TASKS
from casewright_authoring.schemas.tasks import create_task
from casewright_authoring.subjects import field_kind
from casewright_authoring.system_fields import READ_ONLY
from casewright_authoring.then.events import PUT_EVENT
from casewright_authoring.then.recipients import MOST_TAGS, OF_THE_CASE, PEOPLE


def rules(names: Names) -> Schema:
    """A file of rules/."""
    return {**some(_rule(names)), "definitions": definitions(names, ANYWHERE)}


def _rule(names: Names) -> Schema:
    whole_number: Schema = {"type": "integer"}
    pieces: dict[str, Schema] = {
        "rule": NAME,
        "when": one_or_more({"enum": list(TRIGGERS), "enumDescriptions": [words.TRIGGERS[each] for each in TRIGGERS]}),
        "if": CONDITION,
        "then": some(_action(names)),
        "order": whole_number,
        "stop": BOOLEAN,
        "reacts_to": one_of([REACTS_TO]),
        "mode": either(one_of(mode for mode in MODES if mode != "canary"), {"type": "string", "pattern": "^canary [0-9.]+%$"}),
        "budget": keyed(only(BUDGET_KEYS, {"effects": {**whole_number, "minimum": 1}, "per": DURATION}), BUDGET_KEYS),
        "expires_after": DURATION,
        "schedule": _schedule(),
        "runs_on": one_of(RUNS_ON),
    }
    described = {key: told(words.RULE_KEYS[key], piece) for key, piece in only((*REQUIRED_KEYS, *OPTIONAL_KEYS), pieces).items()}
    set_off: Schema = {"properties": {"when": either({"const": "schedule"}, {"type": "array", "contains": {"const": "schedule"}})}}
    without: Schema = {"properties": {"schedule": {"not": {}}}}
    return {**keyed(described, REQUIRED_KEYS), "if": set_off, "then": {"required": ["schedule"]}, "else": without}


def _schedule() -> Schema:
    pieces: dict[str, Schema] = {
        "cron": {"type": "string", "pattern": r"^\s*\S+(\s+\S+){4}\s*$", "examples": ["0 9 * * mon-fri"]},
        "rate": DURATION,
        "time_zone": {**TEXT, "examples": ["America/New_York"]},
    }
    return {**keyed(only(SCHEDULE_KEYS, pieces)), "oneOf": [{"required": ["cron"]}, {"required": ["rate"]}]}


def _action(names: Names) -> Schema:
    pieces: dict[str, dict[str, Schema]] = {
        "send_email": {"to": one_or_more(_recipient(names)), "template": named(names.emails)},
        "update_case": {"set": _assignments(names)},
        "call_webhook": {"webhook": named(names.webhooks), "body": {"type": "object"}},
    }
    event: dict[str, Schema] = {"detail_type": short(128), "detail": {"type": "object"}, "bus": named(names.buses)}
    actions: dict[str, Schema] = {
        "create_task": create_task(names),
        "end_tasks": END_TASKS,
        "assign_sla": named(names.slas),
        "add_comment": TEXT,
        **of_cases(names, _assignments(names)),
        "put_event": keyed(only(PUT_EVENT, event), PUT_EVENT[:2]),
        **{name: keyed(only(keys, pieces[name]), keys) for name, keys in ACTION_KEYS.items()},
    }
    described = {name: told(words.ACTIONS[name], action) for name, action in only(ACTIONS, actions).items()}
    return {**keyed(described, least=1), "maxProperties": 1}


def _recipient(names: Names) -> Schema:
    tags: Schema = {**table(short(256)), "minProperties": 1, "maxProperties": MOST_TAGS}
    people: dict[str, Schema] = {"user": either(named(names.users), short(100)), "users_tagged": tags}
    person: Schema = {**keyed(only(PEOPLE, people), least=1), "maxProperties": 1}
    return either(named(names.mailboxes), one_of(OF_THE_CASE), {"type": "string", "pattern": r"@|\{\{"}, person)


def _assignments(names: Names) -> Schema:
    settable = {name: field for name, field in names.fields.entries.items() if field is not None and field.id not in READ_ONLY}
    values = {name: operand(field_kind(field, names)) for name, field in settable.items()}
    moments = {name for name, field in settable.items() if field.type == "DateTime"}
    made = keyed({name: {"type": "string"} if name in moments else value for name, value in values.items()}, least=1)
    return made if names.fields.whole else {"type": "object", "minProperties": 1}
