"""Amazon SES v2: sending mail."""

from casewright.actions import SendEmail
from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.cases.subscriptions import CASE_TAG, EFFECT_TAG


class SesMail:
    """Fulfils Mail."""

    def __init__(self, client: Client, *, sender: str, configuration_set: str = "") -> None:
        self._client, self._sender = client, sender
        self._extra = {"ConfigurationSetName": configuration_set} if configuration_set else {}

    def send(self, email: SendEmail, *, effect_key: str, case_id: str) -> str:
        """SendEmail; the headers of RFC 3834 keep auto-responders quiet, the tags tell which effect it was."""
        headers = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
        with translated("SendEmail"):
            answer = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": list(email.to)},
                Content={
                    "Simple": {
                        "Subject": {"Data": email.subject, "Charset": "UTF-8"},
                        "Body": {"Text": {"Data": email.text, "Charset": "UTF-8"}},
                        "Headers": [{"Name": name, "Value": value} for name, value in headers.items()],
                    }
                },
                EmailTags=[{"Name": EFFECT_TAG, "Value": effect_key}, {"Name": CASE_TAG, "Value": case_id}],
                **self._extra,
            )
        return str(answer["MessageId"])
