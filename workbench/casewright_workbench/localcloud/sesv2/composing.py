"""From the content of a SendEmail request to the bytes of a mail."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, getaddresses
from typing import Any

from casewright_workbench.localcloud.service import ServiceError

_VARIABLE = re.compile(r"\{\{\{?\s*([\w.-]+)\s*\}?\}\}")
_MADE_BY_SES = (
    "From", "To", "Cc", "Bcc", "Reply-To", "Return-Path", "Subject", "Date", "Message-ID",
    "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition",
)  # fmt: skip
_DESTINATIONS = {"To": "ToAddresses", "Cc": "CcAddresses", "Bcc": "BccAddresses"}


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends to whom, whatever the headers say."""

    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everyone the mail goes to."""
        return (*self.to, *self.cc, *self.bcc)


def compose(request: Mapping[str, Any], template: Mapping[str, str] | None, *, message_id: str, at: datetime) -> tuple[Envelope, bytes]:
    """The envelope and the bytes of the mail; `template` is the stored one that a Template content names."""
    content = request["Content"]
    if "Raw" in content:
        message = _raw(content["Raw"]["Data"])
    elif "Simple" in content:
        message = _simple(content["Simple"])
    elif "Template" in content:
        message = _templated(content["Template"], template or content["Template"].get("TemplateContent", {}))
    else:
        raise ServiceError("BadRequestException", "Content holds one of Raw, Simple and Template, given none of them")
    envelope = _envelope(request, message)
    for address in (envelope.sender, *envelope.recipients, *addresses(list(request.get("ReplyToAddresses", ())))):
        _refuse_beyond_ascii(address)
    _set_headers(message, request, envelope)
    for name, value in (("Message-ID", f"<{message_id}@email.amazonses.com>"), ("Date", format_datetime(at))):
        del message[name]
        message[name] = value
    del message["Bcc"]
    return envelope, message.as_bytes(policy=policy.SMTP)


def addresses(headers: list[str]) -> tuple[str, ...]:
    """The bare addresses in address texts."""
    return tuple(address for _, address in getaddresses(headers) if address)


def _raw(data: bytes) -> EmailMessage:
    message = BytesParser(policy=policy.SMTP).parsebytes(data)
    assert isinstance(message, EmailMessage)
    if message.get("From") is None and message.is_multipart() is False and not message.keys():
        raise ServiceError("BadRequestException", "The raw message has no headers; it must be a whole RFC 5322 message")
    return message


def _simple(simple: Mapping[str, Any]) -> EmailMessage:
    body = simple["Body"]
    message = _message(simple["Subject"]["Data"], body.get("Text", {}).get("Data"), body.get("Html", {}).get("Data"))
    return _with_extras(message, simple)


def _with_extras(message: EmailMessage, content: Mapping[str, Any]) -> EmailMessage:
    """Headers and attachments, which Simple and Template contents carry alike."""
    _refuse_twice([header["Name"] for header in content.get("Headers", ())])
    for header in content.get("Headers", ()):
        message[header["Name"]] = header["Value"]
    for attachment in content.get("Attachments", ()):
        main, _, sub = attachment.get("ContentType", "application/octet-stream").partition("/")
        message.add_attachment(attachment["RawContent"], maintype=main, subtype=sub or "octet-stream", filename=attachment["FileName"])
    return message


def _refuse_twice(names: Iterable[str]) -> None:
    seen = {name.lower(): name for name in _MADE_BY_SES}
    for name in names:
        if name.lower() in seen:
            raise ServiceError("BadRequestException", f"The header {name} is given twice, or made by SES itself; leave it out of Headers")
        seen[name.lower()] = name


def _templated(given: Mapping[str, Any], template: Mapping[str, str]) -> EmailMessage:
    try:
        values = json.loads(given.get("TemplateData", "{}"))
    except ValueError as broken:
        raise ServiceError("BadRequestException", f"TemplateData is not JSON: {broken}; it must be a JSON object") from broken
    texts = {part: _filled(template[part], values) if template.get(part) else None for part in ("Subject", "Text", "Html")}
    return _with_extras(_message(texts["Subject"] or "", texts["Text"], texts["Html"]), given)


def _message(subject: str, text: str | None, html: str | None) -> EmailMessage:
    if text is None and html is None:
        raise ServiceError("BadRequestException", "The body of the mail has neither Text nor Html; it must have one of them or both")
    if re.search(r"[\r\n]", subject):
        raise ServiceError("BadRequestException", "The subject of the mail has a line break; it must be one line")
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = subject
    if text is not None:
        message.set_content(text)
    if html is not None and text is not None:
        message.add_alternative(html, subtype="html")
    elif html is not None:
        message.set_content(html, subtype="html")
    return message


def _filled(text: str, values: Mapping[str, Any]) -> str:
    def value(found: re.Match[str]) -> str:
        inner: Any = values
        for name in found.group(1).split("."):
            if not isinstance(inner, dict) or name not in inner:
                raise LookupError(found.group(1))
            inner = inner[name]
        return str(inner)

    return _VARIABLE.sub(value, text)


def _envelope(request: Mapping[str, Any], message: EmailMessage) -> Envelope:
    sender = request.get("FromEmailAddress") or str(message.get("From", ""))
    found = addresses([sender])
    if not found:
        raise ServiceError("BadRequestException", f"The sender {sender!r} is not an address; give FromEmailAddress or a From header")
    destination = request.get("Destination", {})
    named = {header: addresses(list(destination.get(member, ()))) for header, member in _DESTINATIONS.items()}
    if not any(named.values()):
        named = {header: addresses([str(text) for text in message.get_all(header, [])]) for header in _DESTINATIONS}
    return Envelope(found[0], named["To"], named["Cc"], named["Bcc"])


def _refuse_beyond_ascii(address: str) -> None:
    """SES does not know SMTPUTF8: the part before the @ has to be ASCII, the domain Punycode (SES API, Destination)."""
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise ServiceError("BadRequestException", "Local address contains control or whitespace")
    if not domain.isascii():
        raise ServiceError("BadRequestException", "Domain contains illegal character")


def _set_headers(message: EmailMessage, request: Mapping[str, Any], envelope: Envelope) -> None:
    """Simple and Template contents have no address headers of their own; a raw message keeps its."""
    wanted = {
        "From": request.get("FromEmailAddress", envelope.sender),
        "To": ", ".join(request.get("Destination", {}).get("ToAddresses", ())),
        "Cc": ", ".join(request.get("Destination", {}).get("CcAddresses", ())),
        "Reply-To": ", ".join(request.get("ReplyToAddresses", ())),
    }
    for name, text in wanted.items():
        if text and message.get(name) is None:
            message[name] = text
