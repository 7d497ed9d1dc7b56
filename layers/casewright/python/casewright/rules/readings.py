"""What one moment tells, each thing read once, in a form that can be looked up.

A slot names something that can be read: the id of a plain field stands for itself, and everything else has a number.
"""

from collections.abc import Callable, Hashable, Mapping
from enum import Enum
from typing import Any, Final, TypeAlias

from casewright.cases.events import CaseUpdated
from casewright.cases.state import Missing
from casewright.conditions.holding import holds
from casewright.conditions.subjects import Fact, Facts, Field, Subject, bare_id, is_reference, read, read_before
from casewright.conditions.tree import Leaf

Slot: TypeAlias = str | int
Reader: TypeAlias = Callable[["Readings"], object]
Kind: TypeAlias = type | Missing


class Flag(Enum):
    """A boolean as it is looked up: `True` itself would be found under 1.0."""

    YES = "yes"
    NO = "no"

    __hash__ = object.__hash__


CHANGED: Final = 0
"""The slot of the ids of the fields that the event changed."""
_YES, _NO, _UNKNOWN = Flag.YES, Flag.NO, Missing.UNKNOWN


class Readings(dict[Slot, Any]):
    """Readings of one moment by slot. `fields` are the fields as they came: there the texts and numbers of plain ones need no reading."""

    __slots__ = ("_readers", "facts", "fields")

    def __init__(self, facts: Facts, readers: Mapping[Slot, Reader]) -> None:
        self.facts, self._readers = facts, readers
        self.fields: Mapping[Any, object] = facts.after.fields or {}

    def __missing__(self, slot: Slot) -> object:
        """Read it, for the first time."""
        value = self[slot] = self._readers[slot](self)
        return value


class Slots:
    """The slots that the rules of one matcher read."""

    def __init__(self) -> None:
        self.readers: dict[Slot, Reader] = {CHANGED: _changed_ids}
        self.verdicts = set[Slot]()
        """Slots whose reading is an answer: true, false or None. It costs more than to read a value."""
        self._known: dict[Hashable, Slot] = {}

    def of(self, subject: Subject) -> Slot:
        """The value of a subject."""
        name = subject.id if isinstance(subject, Field) and _is_plain(subject) else None
        return self._slot(subject, lambda: _reader(subject), name)

    def before(self, field: Field) -> Slot:
        """The value of a field just before the event."""
        return self._slot(("before", field), lambda: lambda readings: key_of(read_before(field, readings.facts)))

    def folded(self, slot: Slot) -> Slot:
        """The text of a slot, for comparing without regard to case."""
        return self._slot(("folded", slot), lambda: lambda readings: _folded(readings[slot]))

    def verdict(self, leaf: Leaf) -> Slot:
        """Whether a test holds."""
        return self.answer(leaf, lambda readings: holds(leaf.test, leaf.subject, readings.facts))

    def answer(self, key: Hashable, reader: Reader) -> Slot:
        """What a function says of the readings."""
        slot = self._slot(("answer", key), lambda: reader)
        self.verdicts.add(slot)
        return slot

    def _slot(self, key: Hashable, reader: Callable[[], Reader], name: str | None = None) -> Slot:
        slot = self._known.get(key)
        if slot is None:
            slot = self._known[key] = len(self.readers) if name is None else name
            self.readers[slot] = reader()
        return slot


def key_of(value: object) -> object:
    """A value as it is looked up."""
    return (_YES if value else _NO) if type(value) is bool else value


def kind_of(value: object) -> Kind:
    """What compares only with its like: the type of a value, or which way it is missing."""
    return value if isinstance(value, Missing) else float if type(value) is int else type(value)


def _is_plain(field: Field) -> bool:
    return not is_reference(field) and field.field_type != "DateTime"


def _reader(subject: Subject) -> Reader:
    if isinstance(subject, Field):
        return _field_reader(subject)
    if subject == Fact("template"):
        return lambda readings: readings.facts.after.template_id or _UNKNOWN
    return lambda readings: key_of(read(subject, readings.facts))


def _field_reader(field: Field) -> Reader:
    field_id, refers = field.id, is_reference(field)

    def reading(readings: Readings) -> object:
        value = readings.fields.get(field_id)
        if value is True:
            return _YES
        if value is False:
            return _NO
        if value is None:
            return readings.facts.after.field(field_id, included=readings.facts.included)
        return bare_id(value) if refers and type(value) is str else read(field, readings.facts)

    return reading


def _folded(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value


def _changed_ids(readings: Readings) -> tuple[str, ...]:
    change = readings.facts.event.change
    return change.changed_field_ids if isinstance(change, CaseUpdated) else ()
