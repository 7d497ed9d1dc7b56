"""The schema of each file of a directory, as editors find it in `.schemas`."""

from pathlib import Path, PurePath
from typing import Final, get_args

from casewright.cases.events import RelatedItemType
from casewright_authoring.compile import names_of
from casewright_authoring.findings import Report
from casewright_authoring.known import Known, Names, themselves
from casewright_authoring.nodes import Mapping, Scalar, Sequence
from casewright_authoring.schemas.conditions import operand
from casewright_authoring.schemas.files import SCHEMA_FOLDER, as_file, written
from casewright_authoring.schemas.pieces import (
    BOOLEAN,
    DURATION,
    MOMENT,
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
from casewright_authoring.sources import read_sources
from casewright_authoring.subjects import CHANNELS, field_kind
from casewright_workbench.rule_tests.expecting import MEMBERS, STATUSES
from casewright_workbench.rule_tests.reading import OPTIONAL_KEYS, REQUIRED_KEYS
from casewright_workbench.rule_tests.steps import ITEM_STEPS, STEPS

TESTS: Final = "tests"
_ANYTHING: Final[Schema] = {}


def schema_files(directory: Path) -> dict[str, str]:
    """The content of `.schemas` by file name."""
    names, rules = names_of(directory), _rules(directory)
    return {**written(directory), f"{TESTS}.json": as_file(TESTS, tests(names, rules))}


def modeline(inside: PurePath) -> str:
    """The first line of a file, given by its path inside the directory: it tells editors which schema is meant."""
    kind = inside.stem if len(inside.parts) == 1 else inside.parts[0]
    return f"# yaml-language-server: $schema={'../' * (len(inside.parts) - 1)}{SCHEMA_FOLDER}/{kind}.json"


def tests(names: Names, rules: Known[str]) -> Schema:
    """A file of tests/."""
    values = _values(names)
    standing = keyed({"template": named(names.templates), "fields": values}, ("template",))
    pieces: dict[str, Schema] = {
        "test": short(200),
        "case": standing,
        "events": some(_step(names, values)),
        "expect": {"type": "array", "items": _effect(names, rules, values)},
        **dict.fromkeys(("fired", "not_fired"), one_or_more(named(rules))),
        "clocks": _clocks(names),
        "only": BOOLEAN,
    }
    return some(keyed(only((*REQUIRED_KEYS, *OPTIONAL_KEYS), pieces), REQUIRED_KEYS))


def _step(names: Names, values: Schema) -> Schema:
    by = either(TEXT, keyed({"user": TEXT, "custom_entity": TEXT, "iam": TEXT}, least=1))
    item = keyed({"type": one_of(get_args(RelatedItemType)), "body": TEXT, "channel": one_of(CHANNELS), "by": by}, ("type",))
    pieces: dict[str, Schema] = {
        "case_created": keyed({"template": named(names.templates), "fields": values, "by": by}, ("template",)),
        "case_updated": keyed({"set": values, "by": by}, ("set",)),
        "case_deleted": either({"const": True}, keyed({"by": by})),
        **dict.fromkeys(ITEM_STEPS, item),
        "wait": DURATION,
        "at": MOMENT,
    }
    return {**keyed(only(STEPS, pieces), least=1), "maxProperties": 1}


def _effect(names: Names, rules: Known[str], values: Schema) -> Schema:
    members = dict.fromkeys(member for each in MEMBERS.values() for member in each)
    pieces: dict[str, Schema] = {
        "to": one_or_more(TEXT),
        "template": either(named(names.emails), named(names.templates)),
        "flow": named(names.flows),
        "quick_connect": named(names.quick_connects),
        "task_template": named(names.task_templates),
        "references": table(TEXT),
        "starts_at": MOMENT,
        "only": one_of(["ours"]),
        "policy": named(names.slas),
        "set": values,
        "detail": {"type": "object"},
        **dict.fromkeys(("subject", "text", "name", "description", "detail_type"), TEXT),
        "body": either(TEXT, {"type": "object"}),
        "bus": named(names.buses),
        "webhook": named(names.webhooks),
        "queue": named(names.queues),
        "user": named(names.users),
        "round_robin": either(some(named(names.users)), keyed({"queues": some(named(names.queues))}, ("queues",))),
        "link": BOOLEAN,
        "contact": TEXT,
        "tags": table(TEXT),
    }
    return keyed({"rule": named(rules), "action": one_of(MEMBERS), **only(members, pieces)}, ("rule", "action"))


def _clocks(names: Names) -> Schema:
    clock = keyed({"status": one_of(STATUSES), "due": MOMENT}, least=1)
    return keyed(dict.fromkeys(names.slas.entries, clock)) if names.slas.whole else table(clock)


def _values(names: Names) -> Schema:
    """Values of fields; a time may also be told as one field's text."""
    if not names.fields.whole:
        return table(_ANYTHING)
    kinds = {name: field_kind(field, names) for name, field in names.fields.entries.items() if field is not None}
    return keyed({name: {"type": "string"} if kind.type == "moment" else operand(kind) for name, kind in kinds.items()})


def _rules(directory: Path) -> Known[str]:
    sources = read_sources(directory, Report())
    items = (item for node in sources.folders.get("rules", ()) if isinstance(node, Sequence) for item in node.items)
    given = (item.get("rule") for item in items if isinstance(item, Mapping))
    return Known("rule", themselves(name.written for name in given if isinstance(name, Scalar)), sources.whole("rules"))
