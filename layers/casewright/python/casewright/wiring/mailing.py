"""The ports of sending mail."""

from casewright.aws.clients import Client
from casewright.aws.customers import ProfileCustomers
from casewright.aws.directory import ConnectDirectory
from casewright.aws.mail import SesMail
from casewright.aws.mail_account import SesAccount
from casewright.aws.mail_pace import SendingPace
from casewright.aws.sends import SendTable
from casewright.aws.suppression import RecipientTable
from casewright.service.addressing import People
from casewright.service.mailing import Mailing
from casewright.settings import PerformSettings
from casewright.wiring.container import Container


def mailing(parts: Container, settings: PerformSettings, *, connect: Client, profiles: Client, sesv2: Client, pace: SendingPace) -> Mailing:
    """Wire what `perform` sends mail with."""
    recipients = RecipientTable(parts.client("dynamodb"), settings.case_table, most_a_day=settings.mail_per_recipient_a_day)
    return Mailing(
        mail=SesMail(
            sesv2,
            sender=settings.mail_from,
            name=settings.mail_from_name,
            reply_to=settings.mail_reply_to,
            configuration_set=settings.mail_configuration_set,
        ),
        account=SesAccount(sesv2, time=parts.time),
        pace=pace,
        people=People(
            directory=ConnectDirectory(connect, instance_id=settings.instance_id, time=parts.time),
            customers=ProfileCustomers(profiles, time=parts.time),
            time=parts.time,
        ),
        suppression=recipients,
        allowance=recipients,
        sends=SendTable(parts.client("dynamodb"), settings.case_table),
        telemetry=parts.telemetry,
    )
