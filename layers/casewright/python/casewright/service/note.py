"""Note: what became of a mail, from the events of SES, so that an interrupted attempt is not repeated when it had worked."""

import msgspec

from casewright.cases.subscriptions import CASE_TAG, EFFECT_TAG
from casewright.errors import MalformedEvent
from casewright.ports.effects import Deliveries
from casewright.ports.messages import DeadLetters
from casewright.telemetry import Telemetry


class _Mail(msgspec.Struct, rename="camel"):
    message_id: str
    tags: dict[str, list[str]]


class _Detail(msgspec.Struct):
    mail: _Mail


class _MailEvent(msgspec.Struct):
    id: str
    detail: _Detail


class Noting(msgspec.Struct, frozen=True, kw_only=True):
    """The ports of the use case."""

    deliveries: Deliveries
    dead_letters: DeadLetters
    telemetry: Telemetry


def note(body: str, ports: Noting) -> None:
    """Take one "Email Sent" event; one that cannot be read is buried with its reason."""
    try:
        event = _read(body)
    except MalformedEvent as error:
        ports.dead_letters.bury(body, str(error))
        ports.telemetry.count("MailEventsMalformed")
        ports.telemetry.log("mail event buried", outcome="malformed", where=error.where)
        return
    mail = event.detail.mail
    [case_id], [effect_key] = mail.tags[CASE_TAG], mail.tags[EFFECT_TAG]
    ports.deliveries.sent(case_id=case_id, effect_key=effect_key, message_id=mail.message_id)
    ports.telemetry.log("mail sent", event_id=event.id, case_id=case_id, effect=effect_key)


def _read(body: str) -> _MailEvent:
    try:
        event = msgspec.json.decode(body, type=_MailEvent)
    except msgspec.DecodeError as error:
        raise MalformedEvent("$", str(error)) from error
    for tag in (CASE_TAG, EFFECT_TAG):
        if len(event.detail.mail.tags.get(tag, ())) != 1:
            raise MalformedEvent(f"$.detail.mail.tags.{tag}", "accepted is a list of one value")
    return event
