"""A run of adopt that is cut off, and begun again."""

from collections.abc import Sequence

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


class OneCase:
    def open_cases(self, since: object, page: str = "") -> TimedCases:
        return TimedCases((TimedCase("c1", at(0)),), "")


def test_what_the_lake_was_not_told_it_is_told_by_the_next_run() -> None:
    reader, lake, log = FakeReader(), DeafLake(), FakeLog()
    reader.cases["c1"] = CaseRead("t-billing", at(0), {"status": "open", "created_datetime": at(0).isoformat()})
    ports = Adopting(
        cases=OneCase(),
        reader=reader,
        log=log,
        bundle=linked(policy()),
        lake=lake,
        time=FakeTime(at(60)),
        place=Place("d", "1", "us-east-1"),
        rate=100,
        rows=rows.of_decision,
    )
    with pytest.raises(Unavailable):
        list(adopt(ports))
    [again] = adopt(ports)
    assert not again.is_new
    assert {row["case_id"] for row in lake.rows[1:]} == {"c1"}
    assert len(log.log) == 1
