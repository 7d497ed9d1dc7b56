"""What the pages read from: the records, the mail, the calls of webhooks, the queues and the lake of one house."""

from dataclasses import dataclass
from typing import Any, Self
from zoneinfo import ZoneInfo

from casewright.aws.marks import HeadsOfTable
from casewright_workbench.console.lake_figures import LakeReader
from casewright_workbench.console.live import Changed, LiveCases
from casewright_workbench.console.names import Names
from casewright_workbench.deployment.records import CaseRecords
from casewright_workbench.house import House
from casewright_workbench.localcloud.clock import SkippableClock
from casewright_workbench.localcloud.events.api_calls import ApiCalls
from casewright_workbench.localcloud.sesv2.outbox import Outbox


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a page may look at; times are shown in `zone`."""

    records: CaseRecords
    cases: LiveCases
    names: Names
    lake: LakeReader
    outbox: Outbox
    api_calls: ApiCalls
    sqs: Any
    clock: SkippableClock
    domain_id: str
    zone: ZoneInfo

    @classmethod
    def of(cls, house: House, changed: Changed, zone: ZoneInfo) -> Self:
        """The desk of a house whose functions `changed` listens to."""
        session = house.session("console")
        records = CaseRecords(session.client("dynamodb"), house.case_table)
        return cls(
            records=records,
            cases=LiveCases(records, HeadsOfTable(session.client("dynamodb"), house.case_table), changed),
            names=Names(house.catalog, zone),
            lake=LakeReader(house.lake),
            outbox=house.outbox,
            api_calls=house.cloud.events.delivery.api_calls,
            sqs=session.client("sqs"),
            clock=house.clock,
            domain_id=house.domain_id,
            zone=zone,
        )
