"""The ports of `sweep`."""

from functools import partial

from casewright.aws.bundles import BundleBucket
from casewright.aws.case_log import CaseTable
from casewright.aws.cases import CasesDomain
from casewright.aws.control import ControlTable
from casewright.aws.queues import CaseEventsQueue
from casewright.service.load import LinkedPrograms
from casewright.service.schedule import SCHEDULES_FRESH_FOR, Scheduling
from casewright.service.telling import tell_unread
from casewright.settings import SweepSettings
from casewright.wiring.case_events import case_events
from casewright.wiring.container import Container


def sweeping(parts: Container) -> tuple[CaseTable, CaseEventsQueue]:
    """Wire what sends the clocks that fall due."""
    settings = SweepSettings.from_environment(parts.environ)
    unread = partial(tell_unread, telemetry=parts.telemetry)
    clocks = CaseTable(parts.client("dynamodb"), settings.case_table, unread=unread)
    return clocks, case_events(parts, settings, settings.case_events_queue_url)


def scheduling(parts: Container) -> Scheduling:
    """Wire what asks the rules whose schedule has come."""
    settings = SweepSettings.from_environment(parts.environ)
    bundles = BundleBucket(parts.client("s3"), settings.bundle_bucket)
    return Scheduling(
        programs=LinkedPrograms(bundles, parts.time, parts.telemetry, fresh_for=SCHEDULES_FRESH_FOR),
        marks=ControlTable(parts.client("dynamodb"), settings.case_table),
        finder=CasesDomain(parts.client("connectcases"), settings.domain_id),
        queue=case_events(parts, settings, settings.case_events_queue_url),
        time=parts.time,
        telemetry=parts.telemetry,
    )
