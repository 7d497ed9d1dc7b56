"""`detail` of put_event: JSON whose texts may hold variables, at any depth."""

from dataclasses import dataclass

from casewright.rules.instructions import Detail, Items, Members
from casewright_authoring.nodes import Entry, Mapping, Node, Scalar, Sequence
from casewright_authoring.shapes import mapping
from casewright_authoring.texts import Texts


@dataclass(frozen=True, slots=True)
class EventDetails:
    """Reads the detail of an event."""

    texts: Texts

    def read(self, node: Node) -> Members:
        """The detail: an object."""
        return self._members(mapping(node, "'detail'"))

    def _members(self, node: Mapping) -> Members:
        return Members(dict(self.texts.report.each(self._member, node.entries)))

    def _member(self, entry: Entry) -> tuple[str, Detail]:
        return entry.name, self._detail(entry.value)

    def _detail(self, node: Node) -> Detail:
        match node:
            case Mapping():
                return self._members(node)
            case Sequence(items=items):
                return Items(tuple(self._detail(item) for item in items))
            case Scalar(value=str()):
                return self.texts.parse(node)
            case Scalar(value=value):
                assert not isinstance(value, str), "texts were taken above"
                return value
