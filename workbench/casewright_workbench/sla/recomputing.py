"""Recomputing the open clocks of one policy of a deployment: what it would change, and the change itself."""

import time
from collections.abc import Iterator
from typing import Final

import msgspec

from casewright.aws.marks import HeadsOfTable
from casewright.bundle import LinkedBundle
from casewright.errors import UnreadableRecord, VersionConflict
from casewright.measures import rows
from casewright.ports.effects import Arming
from casewright.ports.log import CaseLog, StoredHead
from casewright.ports.messages import Lake
from casewright.recompute import Recomputation, recompute
from casewright.sla.policies import Policy
from casewright_workbench.deployment.caller import Asking

_TRIES: Final = 5
_PAUSE_SECONDS: Final = 0.1


class Recomputing(msgspec.Struct, frozen=True, kw_only=True):
    """The version of a policy to put clocks under, and where they are. Without a lake its rows are not told."""

    policy: Policy
    bundle: LinkedBundle
    asking: Asking
    known: HeadsOfTable
    log: CaseLog
    arming: Arming
    lake: Lake | None
    unread: dict[str, UnreadableRecord] = {}
    """Cases that could not be looked at, and why."""

    def open_cases(self) -> Iterator[str]:
        """Every case with an open clock of the policy. It reads the table through: no index names clocks that are paused."""
        for page in self.known.pages():
            self.unread.update(page.unread)
            for head in page.heads:
                clock = head.clocks.get(self.policy.name)
                if clock is not None and clock.is_open:
                    yield head.case.case_id

    def look(self, case_id: str) -> Recomputation | None:
        """What would change on a case; None where nothing would, or its clock has ended meanwhile."""
        return self._recomputed(case_id, self.log.head(case_id))

    def apply(self, case_id: str) -> Recomputation | None:
        """Change it, on the case as it is now; answers what was changed. What a calendar could not tell is left as it is.

        Raises:
            VersionConflict: the case was written by others each time it was tried.
        """
        for attempt in range(_TRIES):
            stored = self.log.head(case_id)
            found = self._recomputed(case_id, stored)
            if found is None or found.stalled:
                return found
            try:
                self.log.record(found.decided, found.event, version=stored.version, armed=self.arming.is_armed())
            except VersionConflict:
                if attempt == _TRIES - 1:
                    raise
                time.sleep(_PAUSE_SECONDS * 2**attempt)
                continue
            if self.lake is not None:
                self.lake.put(rows.of_decision(found.decided, found.event))
            return found
        raise AssertionError("the last try returns or raises")

    def _recomputed(self, case_id: str, stored: StoredHead) -> Recomputation | None:
        clock = stored.head.clocks.get(self.policy.name)
        if clock is None or not clock.is_open:
            return None
        return recompute(
            self.log.entries(case_id), stored.head, self.policy, self.bundle, at=self.asking.at, performer=self.asking.performer
        )
