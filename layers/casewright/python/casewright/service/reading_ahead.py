"""Reading ahead: the heads that a batch of messages begins with, in one call instead of one each."""

from collections.abc import Iterable
from contextlib import suppress

from casewright.cases.glancing import case_named
from casewright.errors import CasewrightError
from casewright.ports.log import CaseLog


def read_ahead(bodies: Iterable[str], log: CaseLog) -> None:
    """Read them as far as that works now: what is missing is read when its turn comes.

    A head that somebody writes meanwhile is read again when the decision on it cannot be recorded.
    """
    with suppress(CasewrightError):
        log.read_ahead(list(dict.fromkeys(filter(None, map(case_named, bodies)))))
