"""The outbox: every mail that was accepted, as a value and as an RFC 5322 file that any mail program opens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail as SES accepted it; `suppressed` are recipients it was not sent to, `file` is where the .eml lies."""

    message_id: str
    sent_at: datetime
    sender: str
    to: tuple[str, ...]
    subject: str
    content: bytes
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    suppressed: tuple[str, ...] = ()
    configuration_set: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    file: Path | None = None

    def parsed(self) -> EmailMessage:
        """The mail taken apart."""
        message = BytesParser(policy=policy.SMTP).parsebytes(self.content)
        assert isinstance(message, EmailMessage)
        return message

    @property
    def text(self) -> str:
        """The plain text part with plain line ends, empty without one."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """The HTML part, empty without one."""
        return self._body("html")

    def _body(self, kind: str) -> str:
        part = self.parsed().get_body(preferencelist=(kind,))
        return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


class Outbox:
    """Sent mails in order; with a folder, each is also written there as `<message id>.eml`."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._mails: list[SentMail] = []

    def messages(self) -> tuple[SentMail, ...]:
        """All mails sent so far, the first first."""
        return tuple(self._mails)

    def path_of(self, message_id: str) -> Path | None:
        """Where the file of a mail lies."""
        return None if self.folder is None else self.folder / f"{message_id}.eml"

    def add(self, mail: SentMail) -> None:
        """Keep a mail, and write its file."""
        if mail.file is not None:
            mail.file.parent.mkdir(parents=True, exist_ok=True)
            mail.file.write_bytes(mail.content)
        self._mails.append(mail)
