"""Note: what became of a mail, from the events of SES.

Each of them says that SES took the mail. That is written beside its effect, so that an interrupted attempt is not repeated when it had
worked. What comes after the send goes into the log of its case; and who bounced for good, or complained, gets no mail any more.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from casewright.cases.events import MailFate, MailReported
from casewright.cases.mail_events import MailEvent, read_mail_event
from casewright.errors import MalformedEvent
from casewright.ports.clock import Time
from casewright.ports.effects import Deliveries
from casewright.ports.mail import MailReport, MailReports, Suppression
from casewright.ports.messages import DeadLetters
from casewright.telemetry import Telemetry

_COUNTERS: Final[Mapping[MailFate, str]] = {
    "delivered": "MailDelivered",
    "delayed": "MailDelayed",
    "bounced": "MailBounced",
    "complained": "MailComplaints",
    "rejected": "MailRejected",
    "not_rendered": "MailNotRendered",
}


class Noting(msgspec.Struct, frozen=True, kw_only=True):
    """The ports of the use case."""

    deliveries: Deliveries
    suppression: Suppression
    reports: MailReports
    dead_letters: DeadLetters
    time: Time
    telemetry: Telemetry


def note(body: str, ports: Noting) -> None:
    """Take one event of SES about mail of ours; one that cannot be read is buried with its reason."""
    try:
        event = read_mail_event(body)
    except MalformedEvent as error:
        ports.dead_letters.bury(body, str(error))
        ports.telemetry.count("MailEventsMalformed")
        ports.telemetry.log("mail event buried", outcome="malformed", where=error.where)
        return
    ports.deliveries.sent(case_id=event.case_id, effect_key=event.effect_key, message_id=event.message_id)
    if event.fate is not None:
        _report(event, event.fate, ports)
    fate = event.fate or "sent"
    ports.telemetry.log("mail event noted", event_id=event.id, case_id=event.case_id, effect=event.effect_key, outcome=fate)


def _report(event: MailEvent, fate: MailFate, ports: Noting) -> None:
    now = ports.time.now()
    suppressed = event.recipients if event.is_final else ()
    for address in suppressed:
        ports.suppression.suppress(address, "complaint" if fate == "complained" else "bounce", now)
    told = MailReported(event.effect_key, fate, len(event.recipients), len(suppressed), event.reason)
    ports.reports.send_report(MailReport(id=event.id, at=event.at, case_id=event.case_id, told=told))
    ports.telemetry.count(_COUNTERS[fate])
