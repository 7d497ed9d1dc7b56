"""A run of adopt that is cut off, and begun again; and one over more cases of one instant than a page holds."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from building import at, linked
from core_case import policy
from fakes import FakeLake, FakeLog, FakeReader, FakeTime

from casewright.cases.events import CaseRead
from casewright.errors import Unavailable
from casewright.measures import rows
from casewright.ports.audit import TimedCase, TimedCases
from casewright.ports.messages import Row
from casewright.service.adopt import Adopting, adopt
from casewright.service.reconcile_events import Place


class DeafLake(FakeLake):
    """The first row is not taken."""

    def put(self, rows: Sequence[Row]) -> None:
        if not self.rows:
            self.rows.append({})
            raise Unavailable("no answer")
        super().put(rows)


class Cases:
    """Cases by id, each with the minute it was created in; pages of two."""

    def __init__(self, created: dict[str, int]) -> None:
        self._created = sorted((at(minute), case_id) for case_id, minute in created.items())

    def open_cases(self, since: datetime, page: str = "") -> TimedCases:
        found = [TimedCase(case_id, moment) for moment, case_id in self._created if moment >= since]
        end = int(page or 0) + 2
        return TimedCases(tuple(found[end - 2 : end]), str(end) if end < len(found) else "")


def adopting(lake: FakeLake, created: dict[str, int]) -> Adopting:
    reader = FakeReader()
    for case_id, minute in created.items():
        reader.cases[case_id] = CaseRead("t-billing", at(minute), {"status": "open", "created_datetime": at(minute).isoformat()})
    return Adopting(
        cases=Cases(created),
        reader=reader,
        log=FakeLog(),
        bundle=linked(policy()),
        lake=lake,
        time=FakeTime(at(60)),
        place=Place("d", "1", "us-east-1"),
        rate=100,
        rows=rows.of_decision,
    )


def test_cases_that_were_created_in_one_instant_are_all_adopted_and_so_are_those_after_them() -> None:
    created = {"first": 0} | {f"c{number}": 5 for number in range(7)} | {"later": 6, "last": 7}
    adoptions = list(adopt(adopting(FakeLake(), created)))
    assert sorted(each.case_id for each in adoptions) == sorted(created)
    assert all(each.is_new for each in adoptions)


def test_what_the_lake_was_not_told_it_is_told_by_the_next_run() -> None:
    lake = DeafLake()
    ports = adopting(lake, {"c1": 0})
    with pytest.raises(Unavailable):
        list(adopt(ports))
    [again] = adopt(ports)
    assert not again.is_new
    assert {row["case_id"] for row in lake.rows[1:]} == {"c1"}
    assert len(ports.log.log) == 1  # type: ignore[attr-defined]  # the log is a fake
