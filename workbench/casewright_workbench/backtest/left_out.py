"""What rules ask about that rows of the lake may not tell."""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from casewright.bundle import LinkedBundle
from casewright.conditions.operators import Absent, Empty
from casewright.conditions.subjects import Fact, Field
from casewright.conditions.tree import Leaf
from casewright.measures.event_rows import SYSTEM_FIELDS
from casewright.measures.privacy import LISTED_ONLY
from casewright.rules.instructions import Assignment
from casewright.sla.policies import Mirror

_FACTS: Final = frozenset({"comment.body", "performed_by.kind", "performed_by.id"})
"""Never in a row, or only for some performers."""
_ALWAYS_IN: Final = frozenset({"Number", "Boolean", "User"})


class LeftOut(msgspec.Struct, frozen=True):
    """What a rule or a policy reads that rows may leave out: in its conditions, and in the texts and values of what it does."""

    asks: tuple[str, ...]
    writes: tuple[str, ...] = ()


def left_out(bundle: LinkedBundle, carried: set[str]) -> Mapping[str, LeftOut]:
    """By rule and policy; `carried` are fields of which some row had a value.

    A field that a row does not carry may be empty, absent or left out, and is unknown: tests for emptiness are named too.
    """
    found = {
        rule.name: LeftOut(_read(rule.condition, carried), _read(rule.then, carried))
        for rule in bundle.rules
        if rule.mode != "off" and rule.runs_on == "casewright"
    }
    found |= {f"sla:{policy.name}": LeftOut(_read(policy, carried)) for policy in bundle.policies}
    return {name: each for name, each in found.items() if each.asks or each.writes}


def _read(part: object, carried: set[str]) -> tuple[str, ...]:
    found = dict[str, None]()
    for each in _within(part):
        match each:
            case Field() if _may_be_left_out(each) and each.id not in carried:
                found[each.name] = None
            case Fact(name=name) if name in _FACTS:
                found[name] = None
            case Leaf(subject=Field(name=name), test=Empty() | Absent()):
                found[name] = None
    return tuple(found)


def _may_be_left_out(field: Field) -> bool:
    if field.id in SYSTEM_FIELDS:
        return field.id in LISTED_ONLY
    return field.field_type not in _ALWAYS_IN


def _within(part: object) -> Iterator[object]:
    """The part and everything in it that is read: of what is set, only the value."""
    yield part
    match part:
        case Assignment(field=Field()):
            inner: tuple[object, ...] = (part.value,)
        case Mirror():
            return
        case msgspec.Struct():
            inner = msgspec.structs.astuple(part)
        case tuple():
            inner = part
        case Mapping():
            inner = tuple(part.values())
        case _:
            return
    for each in inner:
        yield from _within(each)
