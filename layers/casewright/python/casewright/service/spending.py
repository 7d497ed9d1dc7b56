"""Spending: whether the budget of its rule lets an effect be attempted."""

from datetime import datetime

from casewright.decision import Outcome
from casewright.ports.effects import Budgets, Pending
from casewright.telemetry import Telemetry


def over_budget(pending: Pending, budgets: Budgets, now: datetime, telemetry: Telemetry) -> Outcome | None:
    """Count an effect before its first attempt; how it ends, where the budget of its rule is spent.

    A performer that dies between counting and claiming counts the effect twice: a budget may let through fewer, never more.
    """
    rule, budget = pending.effect.rule, pending.effect.budget
    if budget is None or pending.is_counted or budgets.spend(rule, budget, now):
        return None
    following = (budget.period_at(now) + budget.per).isoformat()
    if budgets.trip(rule, budget, now):
        telemetry.count("BudgetsSpent")
        telemetry.log("budget spent", rule=rule, budget=str(budget), next=following)
    return Outcome(status="over_budget", detail=f"rule {rule} has spent its budget of {budget}; the next begins at {following}")
