"""`assign` as operators write it: `{queue: NAME}`, `{user: NAME}`, or `{round_robin: [NAME, NAME]}`."""

from functools import partial
from typing import Final

from casewright.conditions.subjects import Field
from casewright.rules.instructions import Assign
from casewright_authoring.findings import Place, fault
from casewright_authoring.known import Known
from casewright_authoring.nodes import Mapping, Node
from casewright_authoring.shapes import refuse_twice, sequence, single_entry, text
from casewright_authoring.suggestions import unknown
from casewright_authoring.texts import Texts

ASSIGN: Final = ("queue", "user", "round_robin")
QUEUES: Final = "queues"
"""The key under which queues take turns; users do without one."""

_QUEUE: Final = Field("assigned_queue", "assigned_queue")
_USER: Final = Field("assigned_user", "assigned_user")


def read_assign(node: Node, texts: Texts) -> Assign:
    """To whom, or among whom."""
    entry, names = single_entry(node, "assign"), texts.names
    match entry.name:
        case "queue":
            return Assign(_QUEUE, (_name(entry.value, names.queues),))
        case "user":
            return Assign(_USER, (_name(entry.value, names.users),))
        case "round_robin" if isinstance(entry.value, Mapping):
            queues = single_entry(entry.value, "round_robin")
            if queues.name != QUEUES:
                raise fault(queues.key.place, unknown("key of round_robin", queues.name, (QUEUES,)))
            return Assign(_QUEUE, _in_turn(queues.value, names.queues, texts))
        case "round_robin":
            return Assign(_USER, _in_turn(entry.value, names.users, texts))
        case _:
            raise fault(entry.key.place, unknown("key of assign", entry.name, ASSIGN))


def _in_turn(node: Node, known: Known[str], texts: Texts) -> tuple[str, ...]:
    items = sequence(node, "round_robin").items
    if len(items) < 2:
        raise fault(node.place, f"one {known.kind} takes no turns; accepted are two or more, or assign: {{{known.kind}: NAME}}")
    return texts.report.each(partial(_another, known=known, seen={}), items)


def _another(node: Node, *, known: Known[str], seen: dict[str, Place]) -> str:
    name = _name(node, known)
    refuse_twice(seen, name, node.place, f"the {known.kind}")
    return name


def _name(node: Node, known: Known[str]) -> str:
    """A name of the catalog, or an ARN."""
    given = text(node, f"the name of a {known.kind}")
    if not given.startswith("arn:"):
        known.find(given, node.place)
    return given
