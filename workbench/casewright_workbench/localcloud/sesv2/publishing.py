"""What happens to a mail, as events on the default bus (source `aws.ses`).

Addresses of the mailbox simulator bounce or complain as on AWS: bounce@, complaint@, suppressionlist@ and success@
simulator.amazonses.com.
"""

from collections.abc import Iterable
from typing import Any

from casewright_workbench.localcloud.events.entries import blank_event
from casewright_workbench.localcloud.service import Caller

from .outbox import SentMail
from .state import ConfigurationSet, SesState

_SIMULATOR = "@simulator.amazonses.com"
_DETAIL_TYPES = {
    "SEND": ("Email Sent", "Send"),
    "DELIVERY": ("Email Delivered", "Delivery"),
    "BOUNCE": ("Email Bounced", "Bounce"),
    "COMPLAINT": ("Email Complaint Received", "Complaint"),
    "RENDERING_FAILURE": ("Email Rendering Failed", "Rendering Failure"),
}


class Publisher:
    """Publishes the events of mails whose configuration set has a destination for them."""

    def __init__(self, state: SesState, *, caller: Caller) -> None:
        self._state = state
        self._caller = caller

    def sent(self, mail: SentMail, configuration_set: ConfigurationSet | None) -> None:
        """Send, then one event per fate of the recipients."""
        self._publish("SEND", mail, configuration_set, {})
        everyone = (*mail.to, *mail.cc, *mail.bcc)
        reached = [address for address in everyone if address not in mail.suppressed]
        bounced = [address for address in reached if address.lower() == f"bounce{_SIMULATOR}"]
        complained = [address for address in reached if address.lower() == f"complaint{_SIMULATOR}"]
        delivered = [address for address in reached if address not in bounced]
        if delivered:
            self._publish("DELIVERY", mail, configuration_set, {"recipients": delivered, "processingTimeMillis": 0})
        if bounced:
            self._publish("BOUNCE", mail, configuration_set, _bounce(bounced, "General"))
        if mail.suppressed:
            self._publish("BOUNCE", mail, configuration_set, _bounce(mail.suppressed, "OnAccountSuppressionList"))
        if complained:
            recipients = [{"emailAddress": address} for address in complained]
            self._publish("COMPLAINT", mail, configuration_set, {"complainedRecipients": recipients, "complaintFeedbackType": "abuse"})

    def rendering_failed(self, mail: SentMail, configuration_set: ConfigurationSet | None, *, template: str, reason: str) -> None:
        """The template could not be filled; nothing was sent."""
        self._publish("RENDERING_FAILURE", mail, configuration_set, {"templateName": template, "errorMessage": reason})

    def _publish(self, kind: str, mail: SentMail, configuration_set: ConfigurationSet | None, body: dict[str, Any]) -> None:
        if configuration_set is None or not _wants(configuration_set.destinations.values(), kind):
            return
        detail_type, event_type = _DETAIL_TYPES[kind]
        now = self._state.clock.now()
        timestamp = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        key = "failure" if kind == "RENDERING_FAILURE" else kind.lower()
        identity = f"arn:aws:ses:{self._caller.region}:{self._caller.account}:configuration-set/{configuration_set.name}"
        self._state.publish(
            {
                **blank_event(self._caller.account, self._caller.region, now),
                "detail-type": detail_type,
                "source": "aws.ses",
                "resources": [identity],
                "detail": {
                    "eventType": event_type,
                    "mail": _mail(mail, self._caller, configuration_set.name),
                    key: body if kind in ("SEND", "RENDERING_FAILURE") else {"timestamp": timestamp, **body},
                },
            }
        )


def _wants(destinations: Iterable[dict[str, Any]], kind: str) -> bool:
    return any(destination["Enabled"] and kind in destination["MatchingEventTypes"] for destination in destinations)


def _bounce(addresses: Iterable[str], kind: str) -> dict[str, Any]:
    return {
        "bounceType": "Permanent",
        "bounceSubType": kind,
        "bouncedRecipients": [{"emailAddress": address, "action": "failed", "status": "5.1.1"} for address in addresses],
    }


def _mail(mail: SentMail, caller: Caller, configuration_set: str) -> dict[str, Any]:
    return {
        "timestamp": mail.sent_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "source": mail.sender,
        "sendingAccountId": caller.account,
        "messageId": mail.message_id,
        "destination": [*mail.to, *mail.cc, *mail.bcc],
        "commonHeaders": {"subject": mail.subject, "to": list(mail.to), "from": [mail.sender], "messageId": mail.message_id},
        "tags": {name: [value] for name, value in {"ses:configuration-set": configuration_set, **mail.tags}.items()},
    }
