"""The inbox: everything the automation sent, as a list and one by one."""

from dataclasses import dataclass
from datetime import datetime

from casewright_workbench.console.desk import Desk
from casewright_workbench.localcloud.sesv2.outbox import SentMail


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail in the list."""

    message_id: str
    sent_at: datetime
    to: str
    subject: str
    excerpt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPage:
    """A mail opened. `case_id` and `rule` are empty where no effect of ours sent it, or the case was forgotten."""

    message_id: str
    sent_at: datetime
    sender: str
    to: str
    suppressed: str
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]
    case_id: str
    reference: str
    rule: str


def rows(desk: Desk) -> tuple[MailRow, ...]:
    """Every mail, the latest first."""
    return tuple(_row(mail) for mail in reversed(desk.outbox.messages()))


def mail(desk: Desk, message_id: str) -> SentMail | None:
    """A mail by its id."""
    return next((each for each in desk.outbox.messages() if each.message_id == message_id), None)


def page(desk: Desk, sent: SentMail) -> MailPage:
    """A mail opened."""
    case_id, effect_key = sent.tags.get("casewright-case", ""), sent.tags.get("casewright-effect", "")
    head = desk.records.head(case_id) if case_id else None
    is_there = head is not None and head.last is not None
    standing = desk.records.effect(case_id, effect_key) if case_id else None
    return MailPage(
        message_id=sent.message_id,
        sent_at=sent.sent_at,
        sender=sent.sender,
        to=", ".join((*sent.to, *sent.cc, *sent.bcc)),
        suppressed=", ".join(sent.suppressed),
        subject=sent.subject,
        text=sent.text,
        html=sent.html,
        headers=tuple((name, str(value)) for name, value in sent.parsed().items()),
        case_id=case_id if is_there else "",
        reference=desk.names.reference(head) if head and is_there else "",
        rule=standing.effect.rule if standing else "",
    )


def _row(sent: SentMail) -> MailRow:
    return MailRow(sent.message_id, sent.sent_at, ", ".join(sent.to), sent.subject, " ".join(sent.text.split())[:140])
