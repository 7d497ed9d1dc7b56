"""conditions.yaml: while another field has a value, a field is required or hidden."""

from dataclasses import dataclass, field
from functools import partial
from typing import Final, Literal

from casewright.cases.definition import ConditionDefinition
from casewright_authoring.findings import Fault, Place, Report, fault
from casewright_authoring.known import Known, KnownField
from casewright_authoring.nodes import Entry, Mapping, Node, Scalar, Sequence, shown
from casewright_authoring.shapes import record, refuse_twice, sequence, short_text, single_entry, text

REQUIRED_KEYS: Final = ("condition", "field")
EFFECT_KEYS: Final = ("required_when", "hidden_when")

_EFFECTS: Final[dict[str, Literal["required", "hidden"]]] = {"required_when": "required", "hidden_when": "hidden"}


@dataclass(frozen=True, slots=True)
class FieldConditions:
    """Reads field conditions."""

    fields: Known[KnownField]
    report: Report
    _seen: dict[str, Place] = field(default_factory=dict)

    def read_file(self, node: Node) -> tuple[ConditionDefinition, ...]:
        """The conditions of the file."""
        return self.report.each(self._read, sequence(node, "the field conditions").items)

    def _read(self, node: Node) -> ConditionDefinition:
        given = record(node, "a field condition", self.report, required=REQUIRED_KEYS, optional=EFFECT_KEYS)
        name = given.read("condition", self._name, None)
        target = given.read("field", lambda one: self.fields.named(one).name, None)
        effects = [key for key in EFFECT_KEYS if given.node.get(key) is not None]
        if len(effects) != 1:
            raise fault(node.place, f"a field condition needs exactly one of {' and '.join(EFFECT_KEYS)}; it has {len(effects)}")
        when = given.read(effects[0], partial(self._when, target=target), None)
        if name is None or target is None or when is None:
            raise Fault(None)
        return ConditionDefinition(name=name, field=target, effect=_EFFECTS[effects[0]], when_field=when[0], equals=when[1])

    def _name(self, node: Node) -> str:
        name = short_text(node, "the name of a field condition", 100)
        refuse_twice(self._seen, name, node.place, "the field condition")
        return name

    def _when(self, node: Node, *, target: str | None) -> tuple[str, str | float | bool]:
        entry = single_entry(node, "what a field condition waits for")
        asked = self.fields.find(entry.name, entry.key.place)
        if asked.name == target:
            raise fault(entry.key.place, f"a field condition of {target!r} cannot wait for {target!r} itself")
        return asked.name, _value(asked, entry)


def names_in(node: Node | None) -> tuple[str, ...]:
    """The names of the conditions in a file, whether or not the rest of each can be read."""
    items = node.items if isinstance(node, Sequence) else ()
    names = (item.get("condition") for item in items if isinstance(item, Mapping))
    return tuple(name.value for name in names if isinstance(name, Scalar) and isinstance(name.value, str))


def _value(asked: KnownField, entry: Entry) -> str | float | bool:
    """The value waited for; Cases compares options by value."""
    node = entry.value
    match asked.type, node:
        case "Boolean", Scalar(value=bool() as value):
            return value
        case "Number", Scalar(value=float() as value):
            return value
        case "SingleSelect", _ if asked.options:
            given = text(node, f"an option of {asked.name}")
            options = {name: value for label, value in asked.options.items() for name in (label, value)}
            return Known(f"option of {asked.name}", options).find(given, node.place)
        case (("Text" | "Url" | "SingleSelect"), _):
            return text(node, f"a value of {asked.name!r}")
        case _:
            raise fault(
                node.place,
                f"{shown(node)} is given for {asked.name!r}, of type {asked.type}; field conditions compare "
                "a text, a number, true or false, or an option",
            )
