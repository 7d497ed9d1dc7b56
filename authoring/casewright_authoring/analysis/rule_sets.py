"""Rules and policies as they are analysed: linked, so that two names of one thing are one, and with their places."""

from collections.abc import Iterator
from dataclasses import dataclass

from casewright.cases.definition import DomainDefinition
from casewright.conditions.subjects import Subject
from casewright.conditions.tree import Condition
from casewright.conditions.triggers import Trigger
from casewright.linking.linker import Linker
from casewright.rules.instructions import Assign, Assignment, CreateCase, UpdateCase
from casewright.rules.rule import Rule
from casewright.sla.policies import Policy, StartsWhen
from casewright_authoring.analysis.placed import Placed, placed
from casewright_authoring.compile import Compiled
from casewright_authoring.conditions import subjects_of
from casewright_authoring.findings import Place
from casewright_authoring.native.catalogs import placeholders
from casewright_authoring.nodes import Mapping, Node, Scalar, Sequence
from casewright_authoring.slas import WHEN


@dataclass(frozen=True, slots=True)
class PlacedRule:
    """A rule, and where its parts stand."""

    rule: Rule
    node: Mapping
    subjects: frozenset[Subject]
    """What its condition asks about."""

    @property
    def place(self) -> Place:
        """Where its name stands."""
        return _under(self.node, "rule").place

    @property
    def condition(self) -> Placed | None:
        """Its condition; None for a rule without one."""
        node = self.node.get("if")
        return None if node is None else placed(self.rule.condition, node)

    def place_of_trigger(self, trigger: Trigger) -> Place:
        """Where the trigger stands in `when`."""
        node = _under(self.node, "when")
        items = node.items if isinstance(node, Sequence) else (node,)
        return items[self.rule.when.index(trigger)].place

    @property
    def assignments(self) -> Iterator[tuple[Assignment, Place]]:
        """What it sets, with the places of the fields' names, in order."""
        for step, item in zip(self.rule.then, self._actions, strict=True):
            if isinstance(step, UpdateCase):
                fields = _under(_under(item, "update_case"), "set")
                assert isinstance(fields, Mapping), "a mapping was read from it"
                yield from ((each, entry.key.place) for each, entry in zip(step.set, fields.entries, strict=True))
            elif isinstance(step, Assign):
                yield step.assignment, _under(item, "assign").place

    @property
    def new_cases(self) -> Iterator[tuple[CreateCase, Mapping]]:
        """The cases it creates, with the nodes that say what each begins with."""
        for step, item in zip(self.rule.then, self._actions, strict=True):
            if isinstance(step, CreateCase):
                fields = _under(_under(item, "create_case"), "set")
                assert isinstance(fields, Mapping), "a mapping was read from it"
                yield step, fields

    @property
    def _actions(self) -> tuple[Node, ...]:
        node = _under(self.node, "then")
        assert isinstance(node, Sequence), "a list was read from it"
        return node.items


@dataclass(frozen=True, slots=True)
class PlacedPolicy:
    """A policy, and where its parts stand."""

    policy: Policy
    node: Mapping

    @property
    def place(self) -> Place:
        """Where its name stands."""
        return _under(self.node, "sla").place

    def condition(self, key: str, condition: Condition) -> Placed:
        """The condition under a key, or under the `if` of what happens there."""
        node = _under(self.node, key)
        happens = isinstance(node, Mapping) and node.get(WHEN) is not None
        return placed(condition, _under(node, "if") if happens else node)

    def becomes(self, start: StartsWhen) -> Placed:
        """The condition under `start: {becomes: ...}`."""
        return placed(start.condition, _under(_under(self.node, "start"), "becomes"))

    @property
    def rows(self) -> tuple[Mapping, ...]:
        """The rows of `target`."""
        node = _under(self.node, "target")
        assert isinstance(node, Sequence), "a list was read from it"
        return tuple(row for row in node.items if isinstance(row, Mapping))


@dataclass(frozen=True, slots=True)
class RuleSet:
    """What a directory says shall happen. Rules stand in firing order; those that are off are left out."""

    rules: tuple[PlacedRule, ...]
    policies: tuple[PlacedPolicy, ...]
    definition: DomainDefinition
    """Of the domain that the directory describes; empty for one that exists."""

    @property
    def acting(self) -> tuple[PlacedRule, ...]:
        """The rules that do something; a shadow may say whatever the rule it is to replace says."""
        return tuple(each for each in self.rules if each.rule.mode != "shadow")


def rule_set(compiled: Compiled) -> RuleSet:
    """The rules and policies of a directory."""
    catalog = compiled.catalog or placeholders(compiled.definition, compiled.directory)
    linker = Linker(catalog, compiled.bundle.emails, frozenset(policy.name for policy in compiled.bundle.policies))
    rules = {name: node for file in compiled.sources.folders.get("rules", ()) for name, node in _named(file, "rule")}
    policies = dict(_named(compiled.sources.files.get("slas.yaml"), "sla"))
    return RuleSet(
        rules=tuple(_placed(linker.rule(rule), rules[rule.name]) for rule in compiled.bundle.rules if rule.mode != "off"),
        policies=tuple(PlacedPolicy(linker.policy(policy), policies[policy.name]) for policy in compiled.bundle.policies),
        definition=compiled.definition,
    )


def _placed(rule: Rule, node: Mapping) -> PlacedRule:
    return PlacedRule(rule, node, subjects_of(rule.condition))


def _named(file: Node | None, key: str) -> Iterator[tuple[str, Mapping]]:
    for item in file.items if isinstance(file, Sequence) else ():
        if isinstance(item, Mapping) and isinstance(name := item.get(key), Scalar):
            yield name.written, item


def _under(node: Node, key: str) -> Node:
    found = node.get(key) if isinstance(node, Mapping) else None
    assert found is not None, f"{key} was read from it"
    return found
