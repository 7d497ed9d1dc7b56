"""`detail` of put_event and `body` of call_webhook: JSON whose texts may hold variables, at any depth."""

import re
from dataclasses import dataclass
from typing import Final

from casewright.rules.instructions import Detail, Items, Members
from casewright_authoring.nodes import Entry, Mapping, Node, Scalar, Sequence
from casewright_authoring.shapes import mapping
from casewright_authoring.texts import Texts

_WHOLE: Final = re.compile(r"-?\d{1,18}")
"""A number that goes out as it is written, `3` and not `3.0`; one that does not fit 64 bits goes out as any other."""


@dataclass(frozen=True, slots=True)
class EventDetails:
    """Reads what an event carries; `key` is what it stands under."""

    texts: Texts
    key: str

    def read(self, node: Node) -> Members:
        """The whole: an object."""
        return self._members(mapping(node, f"{self.key!r}"))

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
            case Scalar(value=float(), written=written) if _WHOLE.fullmatch(written):
                return int(written)
            case Scalar(value=value):
                assert not isinstance(value, str), "texts were taken above"
                return value
