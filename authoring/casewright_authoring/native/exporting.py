"""From a rule of ours to rules of Amazon Connect: one for each trigger, or every reason why not.

A native rule `NAME` stands for a rule with one trigger; with two they are called `NAME.created` and `NAME.updated`.
"""

from collections.abc import Iterator

import msgspec

from casewright.bundle import Bundle
from casewright.cases.catalog import Catalog
from casewright.cases.values import FieldValue
from casewright.conditions.subjects import bare_id
from casewright.linking.linker import Linker
from casewright.rules.instructions import AssignSla
from casewright.rules.rule import Rule
from casewright.sla.policies import Policy
from casewright_authoring.native.actions import action_of
from casewright_authoring.native.askable import FIELD_PATH
from casewright_authoring.native.documents import SOURCES, Action, Condition, EventSource, Function, NativeRule, UpdateCaseAction
from casewright_authoring.native.functions import Functions
from casewright_authoring.native.reasons import Reason, Unsayable
from casewright_authoring.suggestions import listed

SUFFIXES: dict[EventSource, str] = {"OnCaseCreate": ".created", "OnCaseUpdate": ".updated", "OnSlaBreach": ".breached"}


class NativeForm(msgspec.Struct, frozen=True):
    """What a rule is in Amazon Connect: its native rules, or the reasons why it cannot be said there."""

    rules: tuple[NativeRule, ...] = ()
    reasons: tuple[Reason, ...] = ()


def native_of(rule: Rule, *, bundle: Bundle, catalog: Catalog) -> NativeForm:
    """What a rule of the bundle is in Amazon Connect, with the ids of the catalog.

    Raises:
        UnlinkedName: the catalog lacks a name that the rule uses.
    """
    linker = Linker(catalog, bundle.emails, frozenset(policy.name for policy in bundle.policies))
    linked = linker.rule(rule)
    assigned = {step.policy for step in rule.then if isinstance(step, AssignSla)}
    policies = {policy.name: linker.policy(policy) if policy.name in assigned else policy for policy in bundle.policies}
    reasons = list(_settings(linked))
    made: list[NativeRule] = []
    for trigger in linked.when:
        source = SOURCES.get(trigger)
        if source is None:
            reasons.append(Reason(f"when: {trigger}", f"no native rule is set off by that; {listed(SOURCES)}"))
        else:
            native = _NativeRules(linked, source, policies, reasons).make()
            made += [native] if native else []
    return NativeForm(reasons=tuple(dict.fromkeys(reasons))) if reasons else NativeForm(tuple(made))


class _NativeRules:
    """Makes the native rule of one trigger; adds to the reasons."""

    def __init__(self, rule: Rule, source: EventSource, policies: dict[str, Policy], reasons: list[Reason]) -> None:
        self._rule, self._source, self._policies, self._reasons = rule, source, policies, reasons

    def make(self) -> NativeRule | None:
        functions = Functions(self._source)
        function = functions.read(self._rule.condition)
        self._reasons += functions.reasons
        actions = tuple(self._actions())
        if function is None:
            return None
        if self._source == "OnSlaBreach":
            self._reasons += _breaches(function, self._policies)
        if self._source == "OnCaseUpdate" and any(_sets_itself_off(function, action) for action in actions):
            self._reasons.append(
                Reason("update_case", "its own update could set the rule off again without end; ask in 'if' for what it changes")
            )
        name = self._rule.name + (SUFFIXES[self._source] if len(self._rule.when) > 1 else "")
        return NativeRule(name, self._source, function, actions, published=self._rule.mode == "on")

    def _actions(self) -> Iterator[Action]:
        seen = set[str]()
        for instruction in self._rule.then:
            kind = str(instruction.__struct_config__.tag)
            if kind in seen:
                self._reasons.append(Reason(kind, "a native rule has at most one action of a kind"))
            seen.add(kind)
            try:
                yield action_of(instruction, self._source, self._policies)
            except Unsayable as unsayable:
                self._reasons.append(Reason(kind, str(unsayable)))


def _settings(rule: Rule) -> Iterator[Reason]:
    """What a rule says about itself that has no counterpart there."""
    if rule.order:
        yield Reason(f"order: {rule.order}", "native rules run in no known order")
    if rule.stop:
        yield Reason("stop", "a native rule stops no other")
    if rule.mode in ("shadow", "canary"):
        yield Reason(f"mode: {rule.mode}", "a native rule is on (published) or off (a draft)")
    if rule.budget is not None:
        yield Reason("budget", "a native rule has no budget")
    if rule.expires_after is not None:
        yield Reason("expires_after", "Connect performs a native rule at once or not at all")
    if "case_updated" in rule.when and not rule.reacts_to_casewright:
        yield Reason("reacts_to", "a native rule is set off by everybody's updates, ours included; say reacts_to: casewright")


def _breaches(function: Function, policies: dict[str, Policy]) -> Iterator[Reason]:
    """A breach there is one of an SLA item of Cases; the page of OnSlaBreach shows a single condition."""
    if len(function.conditions) > 1:
        yield Reason("if", "with sla_breached one condition on sla.name is documented")
    for name in dict.fromkeys(name for each in function.conditions for name in each.operands):
        if policies[name].mirror is None:
            yield Reason(f"sla.name: {name}", "Connect sees the breach of an SLA item of Cases only; the SLA needs native: true")


def _sets_itself_off(function: Function, action: Action) -> bool:
    """Whether a case could still meet the conditions after the action, for all that they say of the fields it sets."""
    if not isinstance(action, UpdateCaseAction):
        return False
    values = dict(action.fields)
    verdicts = [_verdict(each, values) for each in function.conditions]
    return False not in verdicts if function.join == "AND" else any(verdict is not False for verdict in verdicts)


def _verdict(condition: Condition, values: dict[str, FieldValue]) -> bool | None:
    """The truth of a condition once these fields have these values; None when it asks about another field, or a date."""
    value = values.get(condition.path.removeprefix(FIELD_PATH))
    if not isinstance(value, str):
        return None
    match condition.operator:
        case "EQUALS":
            found = value in condition.operands
        case "CONTAINS_ANY":
            found = bare_id(value) in condition.operands
        case "CONTAINS":
            found = condition.operands[0] in value
        case _:
            return None
    return found is not condition.negate
