"""From the function of a native rule to a condition as rules spell it."""

from dataclasses import dataclass
from functools import partial
from typing import Final

import msgspec

from casewright.conditions.subjects import Fact, Field
from casewright_authoring.findings import Fault, Report, fault
from casewright_authoring.native.askable import FIELD_PATH, SLA_PATH, TEMPLATE_PATH, Askable, askable
from casewright_authoring.native.documents import VERSION, EventSource
from casewright_authoring.native.lookup import Lookup
from casewright_authoring.native.nodes_made import of_json, pairs, word
from casewright_authoring.nodes import Mapping, Node, Scalar, Sequence
from casewright_authoring.shapes import Record, boolean, record, sequence, text
from casewright_authoring.suggestions import listed

JOINS: Final = {"AND": "all", "OR": "any"}
_ORDERS: Final = {"NumberLessOrEqualTo": "less_or_equal", "NumberGreaterOrEqualTo": "greater_or_equal"}


@dataclass(frozen=True, slots=True)
class ConditionNodes:
    """Reads the functions of rules of one event source."""

    lookup: Lookup
    source: EventSource
    report: Report

    def read(self, node: Node) -> Node | None:
        """The condition of a function, which is JSON in a string; None for one that asks nothing."""
        try:
            decoded = msgspec.json.decode(text(node, "the function"))
        except msgspec.DecodeError as error:
            raise fault(node.place, f"the function is not JSON: {error}") from error
        document = record(of_json(decoded, node.place.path), "the function", self.report, required=("Version", "RuleFunction"))
        version = document.read("Version", lambda one: text(one, "the version"), VERSION)
        if version != VERSION:
            raise fault(node.place, f"the function is of version {version!r}; {VERSION} is read")
        return document.read("RuleFunction", self._outermost, None)

    def _outermost(self, node: Node) -> Node | None:
        if not isinstance(node, Mapping) or _operator(node) not in JOINS:
            raise fault(node.place, "a function begins with AND or OR")
        operands = node.get("Operands")
        if _operator(node) == "AND" and isinstance(operands, Sequence) and not operands.items:
            return None
        made = self._group(node)
        return _only_part(made) or made

    def _read(self, node: Node) -> Node:
        return self._group(node) if isinstance(node, Mapping) and _operator(node) in JOINS else self._condition(node)

    def _group(self, node: Mapping) -> Mapping:
        given = record(node, "a group", self.report, required=("Operator", "Operands"), optional=("FilterClause", "Negate"))
        _refuse_filters(given)
        if given.read("Negate", partial(boolean, what="Negate"), otherwise=False):
            raise fault(node.place, "what a negated group means is not documented")
        parts = given.read("Operands", lambda operands: self.report.each(self._read, sequence(operands, "the operands").items), ())
        return pairs(node.place, (JOINS[_operator(node)], Sequence(node.place, parts)))

    def _condition(self, node: Node) -> Node:
        required = ("Operator", "Operands", "ComparisonValue")
        given = record(node, "a condition", self.report, required=required, optional=("FilterClause", "Negate"))
        _refuse_filters(given)
        negate = given.read("Negate", partial(boolean, what="Negate"), otherwise=False)
        operands = given.read("Operands", lambda one: sequence(one, "the operands").items, None)
        if operands is None:
            raise Fault(None)
        made = given.read("ComparisonValue", partial(self._test, operator=_operator(given.node), operands=operands), None)
        if made is None:
            raise Fault(None)
        return pairs(node.place, ("not", made)) if negate else made

    def _test(self, node: Node, *, operator: str, operands: tuple[Node, ...]) -> Node:
        path = text(node, "what is compared")
        if path == TEMPLATE_PATH:
            self._documented(askable(Fact("template"), self.source), operator, node)
            return _one_of("template", tuple(self.lookup.template(each) for each in operands), node)
        if path == SLA_PATH:
            self._documented(askable(Fact("sla.name"), self.source), operator, node)
            return _one_of("sla.name", tuple(word(text(each, "the name of an SLA"), each.place) for each in operands), node)
        if not path.startswith(FIELD_PATH):
            accepted = listed((TEMPLATE_PATH, f"{FIELD_PATH}ID", SLA_PATH))
            raise fault(node.place, f"{path!r} is compared, which a condition here cannot ask about; {accepted}")
        name, entry = self.lookup.field(path.removeprefix(FIELD_PATH), node)
        self._documented(askable(Field(name, entry.id, entry.type), self.source), operator, node)
        values = tuple(self.lookup.value(entry, each) for each in operands)
        if operator == "CONTAINS_ANY":
            return _one_of(name, values, node)
        if len(values) != 1:
            raise fault(node.place, f"{operator} has {len(values)} operands; for this field one is documented")
        if operator == "EQUALS":
            return pairs(node.place, (name, values[0]))
        return pairs(node.place, (name, pairs(node.place, (_ORDERS.get(operator, "contains"), values[0]))))

    def _documented(self, how: Askable | str, operator: str, at: Node) -> None:
        if isinstance(how, str):
            raise fault(at.place, how)
        if operator not in how.operators:
            raise fault(at.place, f"the operator {operator!r} is not documented for this; {listed(how.operators)}")


def _operator(node: Mapping) -> str:
    found = node.get("Operator")
    return text(found, "the operator") if found is not None else ""


def _refuse_filters(given: Record) -> None:
    clause = given.node.get("FilterClause")
    if clause is not None and not (isinstance(clause, Mapping) and not clause.entries):
        raise fault(clause.place, "a filter clause has no meaning documented for cases")


def _one_of(name: str, values: tuple[Scalar, ...], at: Node) -> Mapping:
    if len(values) == 1:
        return pairs(at.place, (name, values[0]))
    return pairs(at.place, (name, pairs(at.place, ("in", Sequence(at.place, values)))))


def _only_part(group: Mapping) -> Node | None:
    """The part of an `all` of one."""
    parts = group.get("all")
    return parts.items[0] if isinstance(parts, Sequence) and len(parts.items) == 1 else None
