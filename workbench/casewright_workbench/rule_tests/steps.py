"""The events of a test."""

from collections.abc import Callable
from functools import partial
from typing import Final, cast, get_args

from casewright.cases.events import RelatedItem, RelatedItemType
from casewright.cases.performers import Performer
from casewright_authoring.durations import duration
from casewright_authoring.findings import Fault, fault
from casewright_authoring.kinds import closed_choice, moment
from casewright_authoring.nodes import Entry, Mapping, Node, Scalar
from casewright_authoring.shapes import record, short_text, single_entry, text
from casewright_authoring.subjects import CHANNELS
from casewright_authoring.suggestions import unknown
from casewright_workbench.rule_tests.names import Vocabulary
from casewright_workbench.rule_tests.values import field_values
from casewright_workbench.rule_tests.written import Creates, Deletes, Did, Relates, Sets, Stands, Step, Waits

ITEM_STEPS: Final = ("related_item_added", "related_item_updated", "related_item_removed")
TIME_STEPS: Final = ("wait", "at")
STEPS: Final = ("case_created", "case_updated", "case_deleted", *ITEM_STEPS, *TIME_STEPS)
PERFORMERS: Final = ("user", "custom_entity", "iam")

_ITEM_TYPES: Final = tuple(name for name in get_args(RelatedItemType) if name != "unknown")
_ITEM_KEYS: Final = {"comment": "body", "contact": "channel"}
_NAMED_ITEM: Final = "an event of a related item"


def read_step(node: Node, known: Vocabulary) -> Step:
    """One event, or time that passes."""
    entry = single_entry(node, "an event of a test")
    match entry.name:
        case "case_created":
            return _created(entry.value, known)
        case "case_updated":
            return _updated(entry.value, known)
        case "case_deleted":
            return Deletes(_deleted_by(entry.value, known))
        case "wait":
            return Waits(duration(entry.value, "wait"))
        case "at":
            return Waits(moment(entry.value))
        case name if name in ITEM_STEPS:
            return _related(entry, known)
        case name:
            raise fault(entry.key.place, unknown("event", name, STEPS))


def read_standing(node: Node, known: Vocabulary) -> Stands:
    """`case`: what is known of it before the first event."""
    given = record(node, "a case", known.report, required=("template",), optional=("fields",))
    template = given.read("template", known.names.templates.named, None)
    fields = given.read("fields", partial(field_values, known=known), {})
    if template is None:
        raise Fault(None)
    return Stands(known.catalog.templates[template], fields)


def _created(node: Node, known: Vocabulary) -> Creates:
    given = record(node, "'case_created'", known.report, required=("template",), optional=("fields", "by"))
    template = given.read("template", known.names.templates.named, None)
    fields = given.read("fields", partial(field_values, known=known), {})
    by = given.read("by", partial(_performer, known=known), SOMEBODY)
    if template is None:
        raise Fault(None)
    return Creates(known.catalog.templates[template], fields, by)


def _updated(node: Node, known: Vocabulary) -> Sets:
    given = record(node, "'case_updated'", known.report, required=("set",), optional=("by",))
    fields = given.read("set", partial(field_values, known=known), {})
    return Sets(fields, given.read("by", partial(_performer, known=known), SOMEBODY))


def _deleted_by(node: Node, known: Vocabulary) -> Performer:
    if isinstance(node, Scalar) and node.value is True:
        return SOMEBODY
    given = record(node, "'case_deleted'", known.report, optional=("by",))
    return given.read("by", partial(_performer, known=known), SOMEBODY)


def _related(entry: Entry, known: Vocabulary) -> Relates:
    given = record(entry.value, _NAMED_ITEM, known.report, required=("type",), optional=("by", *_ITEM_KEYS.values()))
    kind = given.read("type", _one_of("type of related item", _ITEM_TYPES), None)
    if kind is None:
        raise Fault(None)
    for each in given.node.entries:
        if each.name in _ITEM_KEYS.values() and _ITEM_KEYS.get(kind) != each.name:
            known.report.tell(each.key.place, f"an item of type {kind} has no {each.name!r}")
    body = given.read("body", lambda one: short_text(one, "the body of a comment", 15_000), "")
    channel = given.read("channel", _one_of("contact channel", CHANNELS), "")
    by = given.read("by", partial(_performer, known=known), SOMEBODY)
    item = RelatedItem("item", cast(RelatedItemType, kind), comment_body=body, contact_channel=channel)
    return Relates(cast(Did, entry.name.removeprefix("related_item_")), item, by)


def _one_of(kind: str, names: tuple[str, ...]) -> Callable[[Node], str]:
    return lambda node: str(closed_choice(kind, names, ()).operand(node))


def _performer(node: Node, known: Vocabulary) -> Performer:
    """`user`, `custom_entity` or `iam`: somebody of that kind. A user by name or ARN, and `{custom_entity: NAME}`, say who."""
    if isinstance(node, Mapping):
        entry = single_entry(node, "'by'")
        if entry.name not in PERFORMERS:
            raise fault(entry.key.place, unknown("kind of performer", entry.name, PERFORMERS))
        return _somebody(entry.name, text(entry.value, "who did it"))
    given = text(node, "who did it")
    if given in PERFORMERS:
        return _somebody(given, "")
    if given.startswith("arn:"):
        return _somebody("user", given)
    if given not in known.names.users.entries:
        raise fault(node.place, unknown("performer", given, (*PERFORMERS, *known.names.users.entries)))
    return _somebody("user", known.catalog.users[given])


def _somebody(kind: str, name: str) -> Performer:
    role = "arn:aws:iam::111122223333:role/somebody"
    match kind:
        case "user":
            return Performer(role, user_arn=name or "arn:aws:connect:us-east-1:111122223333:instance/test/agent/somebody")
        case "custom_entity":
            return Performer(role, custom_entity=name or "something")
        case _:
            return Performer(name or role)


SOMEBODY: Final = _somebody("user", "")
