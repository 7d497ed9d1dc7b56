"""`send_email` as operators write it."""

import re
from typing import Final

from casewright.conditions.texts import Text
from casewright.rules.instructions import SendEmail
from casewright_authoring.findings import fault
from casewright_authoring.nodes import Node
from casewright_authoring.shapes import one_or_more, record, text
from casewright_authoring.texts import Texts, has_variables, lacking

SEND_EMAIL: Final = ("to", "template")
ADDRESS: Final = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


def read_send_email(node: Node, texts: Texts) -> SendEmail:
    """To whom, and which text."""
    given = record(node, "send_email", texts.report, required=SEND_EMAIL)
    to = given.read("to", lambda to: texts.report.each(lambda each: _recipient(each, texts), one_or_more(to, "'to'")), ())
    return SendEmail(to, given.read("template", lambda name: _email_name(name, texts), ""))


def _recipient(node: Node, texts: Texts) -> str | Text:
    if not has_variables(node):
        given = text(node, "a recipient")
        if "@" not in given:
            texts.names.mailboxes.find(given, node.place)
        elif not ADDRESS.fullmatch(given):
            raise fault(node.place, f"{given!r} is no mail address; accepted are an address, a mailbox of catalog.yaml and a variable")
        return given
    for _, kind in texts.kinds(node):
        if kind is not None and kind.type != "text":
            raise fault(node.place, f"a variable that is {kind.noun} cannot give a mail address; accepted is one that is a text")
    return texts.read(node, "a recipient", most=320)


def _email_name(node: Node, texts: Texts) -> str:
    email = texts.names.emails.named(node)
    name = text(node, "the name of an email")
    for reason in lacking((*email.subject, *email.text), texts.occasion):
        texts.report.tell(node.place, f"the email {name!r} cannot be sent here: {reason}")
    return name
