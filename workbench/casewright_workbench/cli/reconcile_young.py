"""What `casewright reconcile` passes over: changes whose events may still be on their way."""

from datetime import datetime
from itertools import takewhile

from casewright.errors import Refused, Throttled, Unavailable
from casewright.service.reconcile_case import Reconciling, paced


def too_young(ports: Reconciling, since: datetime) -> int | None:
    """How many cases changed, or got an item, later than `since`.

    None when Cases asked to slow down or did not answer before that was known, or its items changed meanwhile so that a page of them was
    refused: what was found before is told all the same.
    """
    try:
        return len(_changed(ports, since) | _with_items(ports, since))
    except (Refused, Throttled, Unavailable):
        return None


def _changed(ports: Reconciling, since: datetime) -> set[str]:
    found, page, until, reached = set[str](), "", ports.time.now(), since
    while True:
        cases = paced(ports, ports.history.changed(reached, until, page))
        found |= {each.case_id for each in cases.cases if each.at > since}
        if not cases.next_page:
            return found
        reached, page = cases.after(reached)


def _with_items(ports: Reconciling, since: datetime) -> set[str]:
    found, page = set[str](), ""
    while True:
        items = paced(ports, ports.history.newest_items(page))
        young = list(takewhile(lambda each: each.at > since, items.items))
        found |= {each.case_id for each in young}
        if not items.next_page or len(young) < len(items.items):
            return found
        page = items.next_page
