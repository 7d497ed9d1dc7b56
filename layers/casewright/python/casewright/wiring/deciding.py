"""The ports of `decide`."""

from casewright.aws.bundles import BundleBucket
from casewright.aws.case_log import CaseTable
from casewright.aws.cases import CasesDomain
from casewright.aws.control import ControlTable
from casewright.aws.expiring import LogExpiry
from casewright.aws.lake import FactsStream
from casewright.aws.queues import DeadLetterQueue, WakeQueue
from casewright.measures import rows
from casewright.service.arming import RememberedArming
from casewright.service.deciding import Deciding
from casewright.service.following import Following
from casewright.service.load import LinkedPrograms
from casewright.settings import DecideSettings
from casewright.wiring.case_events import case_events
from casewright.wiring.container import Container


def following(parts: Container) -> Following:
    """Wire what is delivered at the end of a batch."""
    settings = DecideSettings.from_environment(parts.environ)
    return Following(FactsStream(parts.client("firehose"), settings.facts_stream), WakeQueue(parts.client("sqs"), settings.wake_queue_url))


def deciding(parts: Container) -> Deciding:
    """Wire `decide`."""
    settings = DecideSettings.from_environment(parts.environ)
    dynamodb, sqs = parts.client("dynamodb"), parts.client("sqs")
    return Deciding(
        log=CaseTable(dynamodb, settings.case_table),
        keeping=LogExpiry(dynamodb, settings.case_table),
        programs=LinkedPrograms(BundleBucket(parts.client("s3"), settings.bundle_bucket), parts.time, parts.telemetry),
        arming=RememberedArming(ControlTable(dynamodb, settings.case_table), parts.time),
        reader=CasesDomain(parts.client("connectcases"), settings.domain_id),
        queue=case_events(parts, settings, settings.case_events_queue_url),
        dead_letters=DeadLetterQueue(sqs, settings.dead_letter_queue_url),
        lake=parts.ports(following),
        wake=parts.ports(following),
        time=parts.time,
        telemetry=parts.telemetry,
        own_role=settings.own_role,
        rows=rows.of_decision,
    )
