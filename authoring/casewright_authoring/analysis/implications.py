"""What two conditions have to do with each other with one trigger."""

from casewright.conditions.triggers import Trigger
from casewright_authoring.analysis.formulas import Every
from casewright_authoring.analysis.moments import Moment
from casewright_authoring.analysis.rule_sets import PlacedRule
from casewright_authoring.analysis.search import possible
from casewright_authoring.analysis.verdicts import NOT_TRUE


def both_may_fire(one: PlacedRule, other: PlacedRule, trigger: Trigger) -> bool:
    """Whether one event of the trigger may make both conditions true."""
    moment = Moment(trigger)
    return possible(Every((moment.asks(one.rule.condition), moment.asks(other.rule.condition))))


def follows(premise: PlacedRule, conclusion: PlacedRule, trigger: Trigger) -> bool:
    """Whether the premise can be true, and the conclusion is then too. What the premise does not ask about counts as open."""
    if not conclusion.subjects <= premise.subjects:
        return False
    moment = Moment(trigger)
    given = moment.asks(premise.rule.condition)
    return possible(given) and not possible(Every((given, moment.asks(conclusion.rule.condition, NOT_TRUE))))
