"""`send_email` as operators write it."""

from typing import Final

from casewright.rules.instructions import SendEmail
from casewright_authoring.nodes import Node
from casewright_authoring.shapes import one_or_more, record, text
from casewright_authoring.texts import Texts, lacking
from casewright_authoring.then.recipients import read_recipient

SEND_EMAIL: Final = ("to", "template")


def read_send_email(node: Node, texts: Texts) -> SendEmail:
    """To whom, and which text."""
    given = record(node, "send_email", texts.report, required=SEND_EMAIL)
    to = given.read("to", lambda to: texts.report.each(lambda each: read_recipient(each, texts), one_or_more(to, "'to'")), ())
    return SendEmail(to, given.read("template", lambda name: _email_name(name, texts), ""))


def _email_name(node: Node, texts: Texts) -> str:
    email = texts.names.emails.named(node)
    name = text(node, "the name of an email")
    for reason in lacking((*email.subject, *email.text), texts.occasion):
        texts.report.tell(node.place, f"the email {name!r} cannot be sent here: {reason}")
    return name
