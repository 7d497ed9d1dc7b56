"""emails/*.yaml: one text of mail per file."""

from dataclasses import dataclass, field
from typing import Final

from casewright.conditions.texts import Text
from casewright.rules.instructions import Email
from casewright_authoring.findings import Fault, Place, Report
from casewright_authoring.known import Names
from casewright_authoring.mail.as_html import as_html
from casewright_authoring.mail.as_plain import as_plain
from casewright_authoring.mail.markdown import draft
from casewright_authoring.nodes import Mapping, Node, Scalar
from casewright_authoring.occasions import ANYWHERE
from casewright_authoring.shapes import one_or_more, record, refuse_twice, rule_name, text
from casewright_authoring.texts import Texts
from casewright_authoring.then.recipients import mail_address
from casewright_authoring.time_zones import time_zone

EMAIL_KEYS: Final = ("email", "subject", "text", "reply_to", "time_zone")
_MOST_CHARACTERS: Final = 30_000
"""An effect carries its mail filled, as text and as HTML, in one record of at most 400 KB (DynamoDB)."""


@dataclass(frozen=True, slots=True)
class Emails:
    """Reads emails; their names are unique over the files."""

    names: Names
    report: Report
    _seen: dict[str, Place] = field(default_factory=dict)

    def read(self, node: Node) -> tuple[str, Email]:
        """One email, with its name."""
        given = record(node, "an email", self.report, required=EMAIL_KEYS[:3], optional=EMAIL_KEYS[3:])
        texts = Texts(self.names, ANYWHERE, self.report)
        name = given.read("email", self._name, None)
        plain, html = given.read("text", lambda words: self._text(words, texts), ((), ()))
        email = Email(
            given.read("subject", lambda words: texts.read(words, "the subject", most=500), ()),
            plain,
            html,
            given.read("reply_to", self._answers, ()),
            given.read("time_zone", time_zone, "UTC"),
        )
        if name is None:
            raise Fault(None)
        return name, email

    def _text(self, node: Node, texts: Texts) -> tuple[Text, Text]:
        parts = texts.read(node, "the text", most=_MOST_CHARACTERS)
        assert isinstance(node, Scalar), "it was read as a text"
        made = draft(parts, node, self.report)
        return made.text(as_plain(made.tokens)), made.text(as_html(made.tokens))

    def _answers(self, node: Node) -> tuple[str, ...]:
        return self.report.each(self._answer, one_or_more(node, "'reply_to'"))

    def _answer(self, node: Node) -> str:
        given = text(node, "an address for answers")
        if "@" not in given:
            self.names.mailboxes.find(given, node.place)
            return given
        return mail_address(given, node.place, "accepted are an address and a mailbox of catalog.yaml")

    def _name(self, node: Node) -> str:
        name = rule_name(node, "the name of an email")
        refuse_twice(self._seen, name, node.place, "the email")
        return name


def named_in(node: Node) -> str | None:
    """The name a file gives its email, whether or not the rest of it can be read."""
    name = node.get("email") if isinstance(node, Mapping) else None
    return name.value if isinstance(name, Scalar) and isinstance(name.value, str) else None
