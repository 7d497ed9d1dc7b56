"""SendEmail: who may send to whom, and what becomes of the mail."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from casewright_workbench.localcloud.service import Caller, Request, Response, ServiceError

from .composing import Envelope, compose
from .outbox import SentMail
from .publishing import Publisher
from .state import ConfigurationSet, Identity, SesState

_MOST_RECIPIENTS = 50
_MOST_BYTES = 40 * 1024 * 1024
_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")


class SendOperations:
    """SendEmail with Simple, Raw and Template contents."""

    _state: SesState

    def send_email(self, request: Request, caller: Caller) -> Response:
        """Accept a mail: check sender, recipients and switches, put it into the outbox, publish its events."""
        tags = {tag["Name"]: tag["Value"] for tag in request.get("EmailTags", ())}
        _check_tags(tags)
        now = self._state.clock.now()
        message_id = f"{int(now.timestamp() * 1000):016x}-{uuid.uuid4()}-000000"
        publisher = Publisher(self._state, caller=caller)
        named = self._named_configuration_set(request, None)
        try:
            envelope, content = compose(request, self._stored_template(request), message_id=message_id, at=now)
        except LookupError as missing:
            mail = SentMail(message_id, now, request.get("FromEmailAddress", ""), (), "", b"", tags=tags)
            reason = f"Attribute '{missing.args[0]}' is not present in the rendering data."
            template = request["Content"]["Template"].get("TemplateName", "inline")
            publisher.rendering_failed(mail, named, template=template, reason=reason)
            return {"MessageId": message_id}
        identity = self._check(envelope, content, caller)
        configuration_set = self._named_configuration_set(request, identity)
        self._check_switches(configuration_set)
        mail = self._mail(message_id, envelope, content, configuration_set, tags)
        self._state.outbox.add(mail)
        self._state.sent_at.extend([now] * len(envelope.recipients))
        publisher.sent(mail, configuration_set)
        return {"MessageId": message_id}

    def _mail(
        self, message_id: str, envelope: Envelope, content: bytes, configuration_set: ConfigurationSet | None, tags: Mapping[str, str]
    ) -> SentMail:
        reasons = self._state.suppressed_reasons
        if configuration_set is not None and configuration_set.suppressed_reasons is not None:
            reasons = configuration_set.suppressed_reasons
        mail = SentMail(
            message_id=message_id,
            sent_at=self._state.clock.now(),
            sender=envelope.sender,
            to=envelope.to,
            cc=envelope.cc,
            bcc=envelope.bcc,
            subject="",
            content=content,
            suppressed=tuple(address for address in envelope.recipients if self._is_suppressed(address, reasons)),
            configuration_set=configuration_set.name if configuration_set else None,
            tags=tags,
            file=self._state.outbox.path_of(message_id),
        )
        return _with_subject(mail)

    def _is_suppressed(self, address: str, reasons: tuple[str, ...]) -> bool:
        if address.lower() == "suppressionlist@simulator.amazonses.com":
            return True
        found = self._state.suppressed.get(address.lower())
        return found is not None and found.reason in reasons

    def _check(self, envelope: Envelope, content: bytes, caller: Caller) -> Identity:
        if not envelope.recipients:
            raise ServiceError("BadRequestException", "The mail has no recipient; give Destination or address headers")
        if len(envelope.recipients) > _MOST_RECIPIENTS:
            raise ServiceError(
                "BadRequestException", f"The mail has {len(envelope.recipients)} recipients; at most {_MOST_RECIPIENTS} are accepted"
            )
        if len(content) > _MOST_BYTES:
            raise ServiceError("BadRequestException", f"The mail has {len(content)} bytes; at most {_MOST_BYTES} are accepted")
        identity = self._state.identity_for(envelope.sender)
        addresses = (envelope.sender,) if self._state.has_production_access else (envelope.sender, *envelope.recipients)
        strangers = [address for address in addresses if not _is_simulator(address) and self._state.identity_for(address) is None]
        if strangers or identity is None:
            where = caller.region.upper()
            failed = ", ".join(strangers or [envelope.sender])
            raise ServiceError(
                "MessageRejected", f"Email address is not verified. The following identities failed the check in region {where}: {failed}"
            )
        if identity.mail_from_domain and identity.rejects_without_mail_from and not identity.mail_from_verified:
            raise ServiceError(
                "MailFromDomainNotVerifiedException",
                f"The MAIL FROM domain {identity.mail_from_domain} of {identity.name} is not verified.",
            )
        self._check_quota(len(envelope.recipients))
        return identity

    def _check_quota(self, recipients: int) -> None:
        now = self._state.clock.now()
        self._state.sent_at = [at for at in self._state.sent_at if now - at < timedelta(hours=24)]
        if len(self._state.sent_at) + recipients > self._state.daily_quota:
            raise ServiceError("LimitExceededException", f"Daily message quota exceeded: {self._state.daily_quota} recipients in 24 hours.")
        within_second = sum(now - at < timedelta(seconds=1) for at in self._state.sent_at[-self._state.rate :])
        if self._state.enforces_rate and within_second + recipients > self._state.rate:
            raise ServiceError("TooManyRequestsException", f"Maximum sending rate exceeded: {self._state.rate} recipients a second.")

    def _check_switches(self, configuration_set: ConfigurationSet | None) -> None:
        if self._state.enforcement == "SHUTDOWN":
            raise ServiceError("AccountSuspendedException", "The ability of this account to send email is suspended.")
        if not self._state.sends:
            raise ServiceError("SendingPausedException", "Sending is paused for this account; see PutAccountSendingAttributes.")
        if configuration_set is not None and not configuration_set.sends:
            raise ServiceError("SendingPausedException", f"Sending is paused for the configuration set <{configuration_set.name}>.")

    def _named_configuration_set(self, request: Request, identity: Identity | None) -> ConfigurationSet | None:
        name = request.get("ConfigurationSetName") or (identity.configuration_set if identity else None)
        return self._state.configuration_set(name) if name else None

    def _stored_template(self, request: Request) -> Mapping[str, str] | None:
        given: Mapping[str, Any] = request["Content"].get("Template", {})
        name = given.get("TemplateName") or given.get("TemplateArn", "").rpartition("/")[2]
        if name and name not in self._state.templates:
            raise ServiceError("NotFoundException", f"Template {name} does not exist.")
        return self._state.templates[name] if name else None


def _with_subject(mail: SentMail) -> SentMail:
    return replace(mail, subject=str(mail.parsed().get("Subject", "")))


def _check_tags(tags: Mapping[str, str]) -> None:
    for name, value in tags.items():
        if not _TAG.fullmatch(name) or not _TAG.fullmatch(value):
            raise ServiceError(
                "BadRequestException", f"The tag {name!r}: {value!r} is not valid; both sides have 1 to 256 of A-Z a-z 0-9 _ -"
            )


def _is_simulator(address: str) -> bool:
    return address.lower().endswith("@simulator.amazonses.com")
