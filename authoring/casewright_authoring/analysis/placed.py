"""Where rules, conditions and actions stand in their files."""

from dataclasses import dataclass

from casewright.conditions.tree import All, Any, Condition, Not
from casewright_authoring.findings import Place
from casewright_authoring.nodes import Entry, Mapping, Node, Scalar, Sequence
from casewright_authoring.operators import IGNORE_CASE


@dataclass(frozen=True, slots=True)
class Placed:
    """A condition and its parts, with their places."""

    condition: Condition
    place: Place
    parts: tuple["Placed", ...] = ()


def placed(condition: Condition, node: Node) -> Placed:
    """The condition that was read from the node, with places."""
    assert isinstance(node, Mapping), "a condition was read from it"
    parts = _joined(condition, len(node.entries))
    inner = tuple(_entry(part, entry) for part, entry in zip(parts, node.entries, strict=True))
    return inner[0] if len(inner) == 1 else Placed(condition, node.place, inner)


def _entry(condition: Condition, entry: Entry) -> Placed:
    match condition, entry:
        case All(parts=parts) | Any(parts=parts), Entry(key=Scalar(written="all" | "any"), value=Sequence(items=items)):
            inner = (placed(part, item) for part, item in zip(parts, items, strict=True))
            return Placed(condition, entry.key.place, tuple(inner))
        case Not(part=part), Entry(key=Scalar(written="not")):
            return Placed(condition, entry.key.place, (placed(part, entry.value),))
        case _, Entry(value=Mapping(entries=entries)):
            tests = [each for each in entries if each.name != IGNORE_CASE]
            inner = (Placed(part, test.key.place) for part, test in zip(_joined(condition, len(tests)), tests, strict=True))
            return Placed(condition, entry.key.place, tuple(inner) if len(tests) > 1 else ())
        case _:
            return Placed(condition, entry.key.place)


def _joined(condition: Condition, count: int) -> tuple[Condition, ...]:
    """What stands under several keys is joined by All; under one it stands alone."""
    if count == 1:
        return (condition,)
    assert isinstance(condition, All), "several keys are joined by All"
    return condition.parts
