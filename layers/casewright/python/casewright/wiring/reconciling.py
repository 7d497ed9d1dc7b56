"""The ports of `reconcile`."""

from casewright.aws.audit import CasesAudit
from casewright.aws.bundles import BundleBucket
from casewright.aws.case_log import CaseTable
from casewright.aws.cases import CasesDomain
from casewright.aws.marks import HeadsOfTable, MarkTable
from casewright.aws.repairs import RepairsQueue
from casewright.service.load import LinkedPrograms
from casewright.service.reconcile_case import Reconciling
from casewright.service.reconcile_events import Place
from casewright.settings import ReconcileSettings
from casewright.wiring.container import Container


def reconciling(parts: Container) -> Reconciling:
    """Wire `reconcile`."""
    settings = ReconcileSettings.from_environment(parts.environ)
    dynamodb, cases = parts.client("dynamodb"), parts.client("connectcases")
    rate = settings.calls_a_minute / 60
    return Reconciling(
        log=CaseTable(dynamodb, settings.case_table),
        history=CasesAudit(cases, settings.domain_id, lambda: parts.time.sleep(1 / rate)),
        reader=CasesDomain(cases, settings.domain_id),
        known=HeadsOfTable(dynamodb, settings.case_table),
        marks=MarkTable(dynamodb, settings.case_table),
        programs=LinkedPrograms(BundleBucket(parts.client("s3"), settings.bundle_bucket), parts.time, parts.telemetry),
        repairs=RepairsQueue(parts.client("sqs"), settings.case_events_queue_url),
        time=parts.time,
        telemetry=parts.telemetry,
        place=Place(settings.domain_id, settings.account, settings.region),
        rate=rate,
    )
