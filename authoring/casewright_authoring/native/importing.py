"""From what `aws connect describe-rule` prints to rules of ours, or what of it cannot be said here.

Two native rules `NAME.created` and `NAME.updated` that say the same become one rule with both triggers. Every rule says
`runs_on: connect`, which is where it runs.
"""

import re
from collections.abc import Iterator
from typing import Final, TypeVar

import msgspec

from casewright.bundle import Bundle
from casewright.cases.catalog import Catalog
from casewright.linking.linker import Linker
from casewright.rules.rule import Rule
from casewright.sla.policies import StartsAssigned
from casewright_authoring.findings import Place, Report
from casewright_authoring.known import names_in
from casewright_authoring.native.described import Described, Descriptions, rules_in
from casewright_authoring.native.documents import SOURCES, AssignSlaAction
from casewright_authoring.native.exporting import SUFFIXES
from casewright_authoring.native.lookup import Lookup
from casewright_authoring.native.nodes_made import as_yaml, pairs, word
from casewright_authoring.native.reasons import Unsayable
from casewright_authoring.native.sla_items import sla_item
from casewright_authoring.nodes import Node, Sequence
from casewright_authoring.rules import Rules

T = TypeVar("T")

LONGEST_NAME: Final = 64
_TRIGGERS: Final = {source: trigger for trigger, source in SOURCES.items()}
_NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9-]+")


class Unsaid(msgspec.Struct, frozen=True):
    """What of a native rule cannot be said here: its JSON path, and why."""

    path: str
    why: str


class Imported(msgspec.Struct, frozen=True):
    """The rules that could be said, compiled and as a file of rules/. A native rule with anything unsaid is not among them."""

    rules: tuple[Rule, ...]
    yaml: str
    unsaid: tuple[Unsaid, ...]


def import_rules(document: bytes, *, bundle: Bundle, catalog: Catalog) -> Imported:
    """The rules of a JSON document, named with the catalog; SLAs are those of the bundle.

    Raises:
        BadInput: the document holds no rules of Connect.
    """
    return _Import(bundle, catalog).read(document)


class _Import:
    """One import: what is wrong with one native rule keeps no other from being read."""

    def __init__(self, bundle: Bundle, catalog: Catalog) -> None:
        self._names, self._lookup = names_in(bundle, catalog), Lookup(catalog)
        self._items = dict(_items(bundle, catalog))
        self._unsaid: list[Unsaid] = []
        self._taken: set[str] = set()

    def read(self, document: bytes) -> Imported:
        described = [found for node in rules_in(document) if (found := self._described(node)) is not None]
        nodes = [_rule_node(group, self._name(group)) for group in _grouped(described)]
        made = [(node, rule) for node in nodes if (rule := self._compiled(node)) is not None]
        written = as_yaml(Sequence(Place("$", 1, 1), tuple(node for node, _ in made))) if made else ""
        return Imported(tuple(rule for _, rule in made), written, tuple(self._unsaid))

    def _described(self, node: Node) -> Described | None:
        report = Report()
        return self._whole(report.attempt(Descriptions(self._lookup, self._items, report).read, node, None), report)

    def _compiled(self, node: Node) -> Rule | None:
        report = Report()
        return self._whole(report.attempt(Rules(self._names, report).read, node, None), report)

    def _whole(self, made: T | None, report: Report) -> T | None:
        self._unsaid += [Unsaid(finding.path, finding.message) for finding in report.findings]
        return None if report.findings else made

    def _name(self, group: tuple[Described, ...]) -> str:
        """The name in our alphabet, and no other rule's."""
        given = group[0].name if len(group) == 1 else _base(group[0])
        fitting = _NOT_IN_NAMES.sub("-", given.lower()).strip("-")[:LONGEST_NAME] or "rule"
        name, number = fitting, 1
        while name in self._taken:
            number += 1
            name = f"{fitting[: LONGEST_NAME - len(str(number)) - 1]}-{number}"
        self._taken.add(name)
        return name


def _items(bundle: Bundle, catalog: Catalog) -> Iterator[tuple[str, AssignSlaAction]]:
    linker = Linker(catalog, bundle.emails, frozenset(policy.name for policy in bundle.policies))
    for policy in bundle.policies:
        if isinstance(policy.start, StartsAssigned):
            try:
                yield policy.name, sla_item(linker.policy(policy))
            except Unsayable:
                continue


def _base(rule: Described) -> str:
    return rule.name.removesuffix(SUFFIXES[rule.source])


def _grouped(described: list[Described]) -> list[tuple[Described, ...]]:
    """Each rule with its twin, if it has one: of the other trigger, called alike and saying the same."""
    groups: dict[str, list[Described]] = {}
    for rule in described:
        groups.setdefault(_base(rule), []).append(rule)
    found: list[tuple[Described, ...]] = []
    for base, group in groups.items():
        suffixed = all(rule.name == base + SUFFIXES[rule.source] for rule in group)
        alike = all(rule.says() == group[0].says() for rule in group)
        if len(group) == len({rule.source for rule in group}) == 2 and suffixed and alike:
            found.append(tuple(group))
        else:
            found += [(rule,) for rule in group]
    return found


def _rule_node(group: tuple[Described, ...], name: str) -> Node:
    first, at = group[0], group[0].place
    triggers = [word(_TRIGGERS[rule.source], rule.place) for rule in group]
    entries: list[tuple[str, Node]] = [
        ("rule", word(name, at)),
        ("when", triggers[0] if len(triggers) == 1 else Sequence(at, tuple(triggers))),
        ("runs_on", word("connect", at)),
    ]
    if any(rule.source == "OnCaseUpdate" for rule in group):
        entries.append(("reacts_to", word("casewright", at)))
    if not first.published:
        entries.append(("mode", word("off", at)))
    if first.condition is not None:
        entries.append(("if", first.condition))
    return pairs(at, *entries, ("then", Sequence(at, first.actions)))
