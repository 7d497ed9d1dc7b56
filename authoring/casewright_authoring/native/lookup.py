"""From the ids of a domain and an instance back to the names of a catalog."""

from collections.abc import Mapping
from typing import Final

from casewright.cases.catalog import Catalog, FieldEntry
from casewright.conditions.subjects import REFERENCE_FIELDS, bare_id
from casewright_authoring.findings import Fault, fault
from casewright_authoring.native.nodes_made import word
from casewright_authoring.nodes import Node, Scalar
from casewright_authoring.shapes import text

ARN: Final = "arn:"


class Lookup:
    """Names by id. Every method raises a Fault for an id that no name stands for."""

    def __init__(self, catalog: Catalog) -> None:
        self._fields = {entry.id: name for name, entry in catalog.fields.items()}
        self._entries = catalog.fields
        self._templates = {template_id: name for name, template_id in catalog.templates.items()}
        self._flows = _by_bare_id(catalog.flows)
        self._references = {"queue": _by_bare_id(catalog.queues), "user": _by_bare_id(catalog.users)}

    def field(self, field_id: str, at: Node) -> tuple[str, FieldEntry]:
        """The field of an id."""
        name = _named(self._fields, field_id, at, "field")
        return name, self._entries[name]

    def template(self, node: Node) -> Scalar:
        """The name of the template whose id the node is."""
        return word(_named(self._templates, text(node, "the id of a template"), node, "template"), node.place)

    def flow(self, node: Node) -> Scalar:
        """The name of the flow whose id or ARN the node is."""
        return word(_named(self._flows, bare_id(text(node, "the id of a flow")), node, "flow"), node.place)

    def value(self, entry: FieldEntry, node: Node) -> Scalar:
        """A text value of a field: of a queue or user, by id or ARN, its name."""
        given = text(node, "the value of a field")
        kind = REFERENCE_FIELDS.get(entry.id)
        if kind is None:
            return word(given, node.place)
        name = self._references[kind].get(bare_id(given))
        if name is None and not given.startswith(ARN):
            raise _nameless(kind, given, node)
        return word(name or given, node.place)


def _by_bare_id(arns: Mapping[str, str]) -> dict[str, str]:
    return {bare_id(arn): name for name, arn in arns.items()}


def _named(names: Mapping[str, str], given: str, at: Node, kind: str) -> str:
    if given not in names:
        raise _nameless(kind, given, at)
    return names[given]


def _nameless(kind: str, given: str, at: Node) -> Fault:
    return fault(at.place, f"no {kind} of the catalog has the id {given!r}")
