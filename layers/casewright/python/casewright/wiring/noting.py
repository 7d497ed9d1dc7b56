"""The ports of `note_delivery`."""

from casewright.aws.effect_queue import EffectTable
from casewright.aws.queues import DeadLetterQueue
from casewright.aws.suppression import RecipientTable
from casewright.service.note import Noting
from casewright.settings import NoteDeliverySettings
from casewright.wiring.case_events import case_events
from casewright.wiring.container import Container


def noting(parts: Container) -> Noting:
    """Wire `note_delivery`."""
    settings = NoteDeliverySettings.from_environment(parts.environ)
    return Noting(
        deliveries=EffectTable(parts.client("dynamodb"), settings.case_table),
        suppression=RecipientTable(parts.client("dynamodb"), settings.case_table),
        reports=case_events(parts, settings, settings.case_events_queue_url),
        dead_letters=DeadLetterQueue(parts.client("sqs"), settings.dead_letter_queue_url),
        time=parts.time,
        telemetry=parts.telemetry,
    )
