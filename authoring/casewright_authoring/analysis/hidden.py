"""Fields that a rule gives a new case and that a field condition hides there."""

from collections.abc import Iterator

from casewright_authoring.analysis.checks import HIDDEN_FIELD
from casewright_authoring.analysis.rule_sets import RuleSet
from casewright_authoring.fields import known_field
from casewright_authoring.findings import Finding
from casewright_authoring.known import Known
from casewright_authoring.new_cases import new_case, said_by


def hidden_fields(rules: RuleSet) -> Iterator[Finding]:
    """Of every rule that creates cases, the values that nobody will see."""
    fields = Known("field", {each.name: known_field(each) for each in rules.definition.fields})
    for rule in rules.acting:
        for step, node in rule.new_cases:
            case = new_case(step.template, step.set, (), rules.definition, fields)
            places = {entry.name: entry.key.place for entry in node.entries}
            for name, condition in case.hidden if case else ():
                what = f"{rule.rule.name!r} gives a new case of {step.template!r} the field {name!r}"
                message = f"{what}, which no agent sees: {said_by(condition)} hides it"
                yield HIDDEN_FIELD.found(places.get(name, node.place), message)
