"""Events of SES about mail of ours, read: what became of it, for whom, and why."""

from email.utils import parseaddr
from typing import Any, Final

import msgspec

from casewright.cases import wire
from casewright.cases.events import MailFate
from casewright.cases.subscriptions import CASE_TAG, EFFECT_TAG
from casewright.errors import MalformedEvent


class MailEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event. `fate` is None of one that says no more than that SES accepted the mail."""

    id: str
    at: wire.Instant
    case_id: str
    effect_key: str
    message_id: str
    fate: MailFate | None
    reason: str = ""
    recipients: tuple[str, ...] = ()
    """Whom it is about, as far as SES says."""
    is_final: bool = False
    """Whether they shall get no mail any more: the mailbox is not there, or its owner complained."""


class _Address(msgspec.Struct, rename="camel"):
    email_address: str = ""


class _Bounce(msgspec.Struct, rename="camel"):
    bounce_type: str
    bounced_recipients: list[_Address] = []
    bounce_sub_type: str = ""


class _Complaint(msgspec.Struct, rename="camel"):
    complained_recipients: list[_Address] = []
    complaint_feedback_type: str | None = None
    complaint_sub_type: str | None = None


class _Delivery(msgspec.Struct):
    recipients: list[str] = []


class _Delay(msgspec.Struct, rename="camel"):
    delay_type: str = ""
    delayed_recipients: list[_Address] = []


class _Reject(msgspec.Struct):
    reason: str = ""


class _Failure(msgspec.Struct, rename="camel"):
    error_message: str = ""


class _Mail(msgspec.Struct, rename="camel"):
    message_id: str
    tags: dict[str, list[str]]
    timestamp: wire.Instant | None = None
    destination: list[str] = []


class _Detail(msgspec.Struct, rename="camel"):
    event_type: str
    mail: _Mail
    bounce: _Bounce | None = None
    complaint: _Complaint | None = None
    delivery: _Delivery | None = None
    delivery_delay: _Delay | None = None
    reject: _Reject | None = None
    failure: _Failure | None = None


class _Envelope(msgspec.Struct):
    id: str
    time: wire.Instant
    detail: _Detail


_NO_SPAM: Final = "not-spam"
"""A recipient tells that a mail was taken for spam by mistake (types of feedback, RFC 5965 and IANA)."""

_decoder: Final = msgspec.json.Decoder(_Envelope)


def read_mail_event(body: str) -> MailEvent:
    """Read one envelope.

    Raises:
        MalformedEvent: saying where and what is wrong.
    """
    try:
        envelope = _decoder.decode(body)
    except msgspec.DecodeError as error:
        raise MalformedEvent("$", str(error)) from error
    detail = envelope.detail
    return MailEvent(
        id=envelope.id,
        at=max(envelope.time, detail.mail.timestamp or envelope.time),  # of these the envelope's is cut to the second
        case_id=_tag(CASE_TAG, detail),
        effect_key=_tag(EFFECT_TAG, detail),
        message_id=detail.mail.message_id,
        **_told(detail),
    )


def _tag(name: str, detail: _Detail) -> str:
    values = detail.mail.tags.get(name, ())
    if len(values) != 1:
        raise MalformedEvent(f"$.detail.mail.tags.{name}", "accepted is a list of one value")
    return values[0]


def _told(detail: _Detail) -> dict[str, Any]:
    everyone = _addresses(detail.mail.destination)
    match detail:
        case _Detail(event_type="Send"):
            return {"fate": None}
        case _Detail(event_type="Delivery", delivery=_Delivery(recipients=recipients)):
            return {"fate": "delivered", "recipients": _addresses(recipients)}
        case _Detail(event_type="DeliveryDelay", delivery_delay=_Delay() as delay):
            return {"fate": "delayed", "reason": delay.delay_type, "recipients": _addresses_of(delay.delayed_recipients)}
        case _Detail(event_type="Bounce", bounce=_Bounce() as bounce):
            reason = "/".join(filter(None, (bounce.bounce_type, bounce.bounce_sub_type)))
            told = {"fate": "bounced", "reason": reason, "recipients": _addresses_of(bounce.bounced_recipients)}
            return {**told, "is_final": bounce.bounce_type == "Permanent"}
        case _Detail(event_type="Complaint", complaint=_Complaint() as complaint):
            reason = complaint.complaint_feedback_type or complaint.complaint_sub_type or ""
            told = {"fate": "complained", "reason": reason, "recipients": _addresses_of(complaint.complained_recipients)}
            return {**told, "is_final": complaint.complaint_feedback_type != _NO_SPAM}
        case _Detail(event_type="Reject", reject=_Reject(reason=reason)):
            return {"fate": "rejected", "reason": reason, "recipients": everyone}
        case _Detail(event_type="Rendering Failure", failure=_Failure(error_message=message)):
            return {"fate": "not_rendered", "reason": message[:500], "recipients": everyone}
        case _:
            kinds = "Send, Delivery, DeliveryDelay, Bounce, Complaint, Reject and Rendering Failure, each with what it tells"
            raise MalformedEvent("$.detail.eventType", f"got {detail.event_type!r}; accepted are {kinds}")


def _addresses_of(recipients: list[_Address]) -> tuple[str, ...]:
    return _addresses([each.email_address for each in recipients])


def _addresses(given: list[str]) -> tuple[str, ...]:
    """Some servers give a name along with the address."""
    return tuple(dict.fromkeys(address for each in given if (address := parseaddr(each)[1])))
