"""Amazon SES v2: sending mail."""

from email.header import Header
from email.utils import formataddr
from typing import Final
from urllib.parse import quote

from casewright.actions import SendEmail
from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.cases.subscriptions import CASE_TAG, EFFECT_TAG

_QUIET: Final = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
"""Keeps auto-responders from answering (RFC 3834, and what Exchange reads)."""


class SesMail:
    """Fulfils Mail. `reply_to` is where answers go unless an email says otherwise; `name` is shown for the sender."""

    def __init__(self, client: Client, *, sender: str, name: str = "", reply_to: str = "", configuration_set: str = "") -> None:
        self._client, self._sender, self._from = client, sender, sender_of(name, sender)
        self._reply_to = (reply_to,) if reply_to else ()
        self._extra = {"ConfigurationSetName": configuration_set} if configuration_set else {}

    def send(self, email: SendEmail, *, effect_key: str, case_id: str) -> str:
        """SendEmail; the tags tell which effect it was."""
        answers = {"ReplyToAddresses": list(to)} if (to := email.reply_to or self._reply_to) else {}
        with translated("SendEmail"):
            answer = self._client.send_email(
                FromEmailAddress=self._from,
                Destination={"ToAddresses": list(email.to)},
                **answers,
                Content={
                    "Simple": {
                        "Subject": _utf8(email.subject),
                        "Body": {"Text": _utf8(email.text), **({"Html": _utf8(email.html)} if email.html else {})},
                        "Headers": [{"Name": name, "Value": value} for name, value in headers_of(case_id, self._sender).items()],
                    }
                },
                EmailTags=[{"Name": EFFECT_TAG, "Value": effect_key}, {"Name": CASE_TAG, "Value": case_id}],
                **self._extra,
            )
        return str(answer["MessageId"])


def sender_of(name: str, address: str) -> str:
    """The sender as the From header spells it: a name beyond ASCII in the encoded words of RFC 2047."""
    if name.isascii():
        return formataddr((name, address))
    return f"{Header(name, 'utf-8', maxlinelen=75).encode(linesep='')} <{address}>"


def headers_of(case_id: str, sender: str) -> dict[str, str]:
    """The headers of every mail: what keeps auto-responders quiet, and what keeps all mail of a case together.

    SES gives every mail a Message-ID of its own, so all of them answer one that was never sent; answers of customers name it too.
    """
    root = f"<case.{quote(case_id, safe='')}@{sender.rpartition('@')[2]}>"
    return {**_QUIET, "In-Reply-To": root, "References": root}


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
