"""The queue that `decide` reads, for the functions that write to it."""

from casewright.aws.queues import CaseEventsQueue
from casewright.settings import Settings
from casewright.wiring.container import Container


def case_events(parts: Container, settings: Settings, url: str) -> CaseEventsQueue:
    """The queue at that address, with envelopes as this domain's."""
    return CaseEventsQueue(parts.client("sqs"), url, account=settings.account, region=settings.region, domain_id=settings.domain_id)
