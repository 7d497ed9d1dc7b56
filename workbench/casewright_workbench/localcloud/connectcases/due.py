"""What falls due in a domain as its clock moves: SLA breaches and the ends of merges."""

from datetime import datetime

from casewright_workbench.localcloud.connectcases import merges, sla_items
from casewright_workbench.localcloud.connectcases.context import Context
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.related_content import Sla
from casewright_workbench.localcloud.connectcases.timers import Timer


def next_due(domain: Domain) -> datetime | None:
    """When something next happens by itself; timers that lost their meaning are dropped on the way."""
    while first := domain.timers.first():
        due, timer = first
        if _means_something(domain, timer):
            return due
        domain.timers.take()
    return None


def run_due(context: Context, domain: Domain) -> None:
    """Let everything happen that is due by now, in the order it falls due."""
    now = context.clock.now()
    while (due := next_due(domain)) is not None and due <= now:
        _, timer = domain.timers.take()
        case = domain.cases[timer.case_id]
        if timer.item_id is None:
            merges.finish(context, domain, case, due=due)
        else:
            sla_items.turn_overdue(context, domain, case, timer.item_id, due=due)


def _means_something(domain: Domain, timer: Timer) -> bool:
    case = domain.cases.get(timer.case_id)
    if case is None:
        return False
    if timer.item_id is None:
        return case.merging_into is not None
    item = case.items.get(timer.item_id)
    return item is not None and isinstance(item.content, Sla) and item.content.status == "Active"
