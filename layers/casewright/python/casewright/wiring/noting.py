"""The ports of `note_delivery`."""

from casewright.aws.effect_queue import EffectTable
from casewright.aws.queues import DeadLetterQueue
from casewright.service.note import Noting
from casewright.settings import NoteDeliverySettings
from casewright.wiring.container import Container


def noting(parts: Container) -> Noting:
    """Wire `note_delivery`."""
    settings = NoteDeliverySettings.from_environment(parts.environ)
    return Noting(
        deliveries=EffectTable(parts.client("dynamodb"), settings.case_table),
        dead_letters=DeadLetterQueue(parts.client("sqs"), settings.dead_letter_queue_url),
        telemetry=parts.telemetry,
    )
