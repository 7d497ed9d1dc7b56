"""Amazon SES v2: what the account may send."""

from math import inf

from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.aws.remembered import Remembered
from casewright.ports.clock import Time
from casewright.ports.mail import Standing


class SesAccount:
    """Fulfils MailAccount, with what GetAccount said up to five minutes ago."""

    def __init__(self, client: Client, *, time: Time) -> None:
        self._client = client
        self._standing: Remembered[str, Standing] = Remembered(self._ask, time)

    def standing(self, *, afresh: bool) -> Standing:
        """GetAccount."""
        return self._standing("", afresh=afresh)

    def _ask(self, _one: str) -> Standing:
        with translated("GetAccount"):
            account = self._client.get_account()
        quota = account.get("SendQuota", {})
        most, sent = quota.get("Max24HourSend", -1.0), quota.get("SentLast24Hours", 0.0)
        return Standing(
            stopped=_why_stopped(account.get("SendingEnabled", True), account.get("EnforcementStatus", "HEALTHY")),
            in_sandbox=not account.get("ProductionAccessEnabled", True),
            most_a_second=quota.get("MaxSendRate", inf) or inf,
            left_today=inf if most < 0 else most - sent,
        )


def _why_stopped(enabled: bool, enforcement: str) -> str:
    if enforcement == "SHUTDOWN":
        return "SES has shut down sending of this account (GetAccount: EnforcementStatus SHUTDOWN)"
    return "" if enabled else "sending is switched off for this account (GetAccount: SendingEnabled false)"
