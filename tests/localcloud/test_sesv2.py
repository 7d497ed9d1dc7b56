"""Mail: who may send, what lies in the outbox, what is published."""

import json
from collections.abc import Callable
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest
from botocore.exceptions import ClientError

from casewright_workbench.localcloud.cloud import LocalCloud

Client = Callable[[str], Any]
BUS = "arn:aws:events:us-east-1:111122223333:event-bus/default"


@pytest.fixture
def ses(client: Client) -> Any:
    return client("sesv2")


def mail(**changes: Any) -> dict[str, Any]:
    text = {"Subject": {"Data": "Grüße"}, "Body": {"Text": {"Data": "plain"}, "Html": {"Data": "<p>html</p>"}}}
    request = {
        "FromEmailAddress": "Team <team@example.com>",
        "Destination": {"ToAddresses": ["Ann <ann@home.org>"]},
        "Content": {"Simple": text},
    }
    return {**request, **changes}


def refused(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    return raised.value.response["Error"]["Code"], raised.value.response["Error"]["Message"]


def test_a_simple_mail_lies_in_the_outbox_and_as_a_file(cloud: LocalCloud, ses: Any) -> None:
    copies = {"ToAddresses": ["Ann <ann@home.org>"], "CcAddresses": ["cc@home.org"], "BccAddresses": ["bcc@home.org"]}
    tags = [{"Name": "case", "Value": "c-1"}]
    message_id = ses.send_email(**mail(Destination=copies, ReplyToAddresses=["desk@example.com"], EmailTags=tags))["MessageId"]
    (sent,) = cloud.sesv2.outbox.messages()
    assert (sent.message_id, sent.sender, sent.subject, sent.text, sent.html) == (
        message_id,
        "team@example.com",
        "Grüße",
        "plain\n",
        "<p>html</p>\n",
    )
    assert (sent.to, sent.cc, sent.bcc, sent.tags) == (("ann@home.org",), ("cc@home.org",), ("bcc@home.org",), {"case": "c-1"})
    assert sent.file is not None
    assert sent.file.name == f"{message_id}.eml"
    read = BytesParser(policy=policy.SMTP).parsebytes(sent.file.read_bytes())
    assert read["From"] == "Team <team@example.com>"
    assert read["Reply-To"] == "desk@example.com"
    assert read["Date"] == "Mon, 05 Jan 2026 09:00:00 +0000"
    assert message_id in read["Message-ID"]
    assert read["Bcc"] is None
    assert all(line.endswith(b"\r\n") for line in sent.content.splitlines(keepends=True))


def test_a_raw_mail_keeps_its_headers_and_parts(cloud: LocalCloud, ses: Any) -> None:
    raw = EmailMessage()
    raw["From"], raw["To"], raw["Subject"], raw["X-Case"] = "team@example.com", "ann@home.org", "Raw", "c-1"
    raw.set_content("body")
    raw.add_attachment(b"\x00\x01", maintype="application", subtype="pdf", filename="a.pdf")
    ses.send_email(Content={"Raw": {"Data": raw.as_bytes()}})
    (sent,) = cloud.sesv2.outbox.messages()
    assert (sent.to, sent.parsed()["X-Case"]) == (("ann@home.org",), "c-1")
    assert [part.get_content() for part in sent.parsed().iter_attachments()] == [b"\x00\x01"]


def test_an_inline_template_is_filled(cloud: LocalCloud, ses: Any) -> None:
    template = {"Subject": "Case {{case.id}}", "Text": "Dear {{ name }}", "Html": "<b>{{name}}</b>"}
    data = json.dumps({"case": {"id": 7}, "name": "Ann"})
    ses.send_email(**mail(Content={"Template": {"TemplateContent": template, "TemplateData": data}}))
    (sent,) = cloud.sesv2.outbox.messages()
    assert (sent.subject, sent.text, sent.html) == ("Case 7", "Dear Ann\n", "<b>Ann</b>\n")


@pytest.mark.parametrize("kind", ["Simple", "Template"])
def test_headers_and_attachments_travel_along(cloud: LocalCloud, ses: Any, kind: str) -> None:
    simple = mail()["Content"]["Simple"]
    content = simple if kind == "Simple" else {"TemplateContent": {"Subject": "x", "Text": "x"}}
    extras = {
        "Headers": [{"Name": "X-Case", "Value": "c-1"}],
        "Attachments": [{"FileName": "a.csv", "ContentType": "text/csv", "RawContent": b"a,b"}],
    }
    ses.send_email(**mail(Content={kind: {**content, **extras}}))
    parsed = cloud.sesv2.outbox.messages()[0].parsed()
    assert parsed["X-Case"] == "c-1"
    assert [(part.get_filename(), part.get_content_type()) for part in parsed.iter_attachments()] == [("a.csv", "text/csv")]


@pytest.mark.parametrize("names", [("subject",), ("X-Case", "x-case")])
def test_a_header_that_would_stand_twice_is_refused(ses: Any, names: tuple[str, ...]) -> None:
    simple = {**mail()["Content"]["Simple"], "Headers": [{"Name": name, "Value": "x"} for name in names]}
    code, message = refused(ses.send_email, **mail(Content={"Simple": simple}))
    assert code == "BadRequestException"
    assert f"The header {names[-1]} is given twice, or made by SES itself" in message


def test_a_stored_template_is_filled_or_missed(cloud: LocalCloud, ses: Any) -> None:
    ses.create_email_template(TemplateName="t", TemplateContent={"Subject": "Hi {{n}}", "Text": "x"})
    ses.send_email(**mail(Content={"Template": {"TemplateName": "t", "TemplateData": '{"n": "Ann"}'}}))
    assert cloud.sesv2.outbox.messages()[0].subject == "Hi Ann"
    assert refused(ses.send_email, **mail(Content={"Template": {"TemplateName": "u"}}))[0] == "NotFoundException"


def test_a_sender_that_is_not_verified_is_rejected(ses: Any) -> None:
    code, message = refused(ses.send_email, **mail(FromEmailAddress="x@other.com"))
    assert code == "MessageRejected"
    assert message.endswith("US-EAST-1: x@other.com")


@pytest.mark.parametrize(
    ("identity", "sender"), [("other.com", "x@other.com"), ("other.com", "x@sub.other.com"), ("x@other.com", "X@Other.com")]
)
def test_an_identity_covers_its_addresses(ses: Any, identity: str, sender: str) -> None:
    assert ses.create_email_identity(EmailIdentity=identity)["VerifiedForSendingStatus"] is True
    ses.send_email(**mail(FromEmailAddress=sender))


def test_verification_can_be_made_to_wait(cloud: LocalCloud, ses: Any) -> None:
    cloud.sesv2.state.verifies_at_once = False
    ses.create_email_identity(EmailIdentity="other.com")
    assert ses.get_email_identity(EmailIdentity="other.com")["VerificationStatus"] == "PENDING"
    assert refused(ses.send_email, **mail(FromEmailAddress="x@other.com"))[0] == "MessageRejected"
    cloud.sesv2.verify("other.com")
    ses.send_email(**mail(FromEmailAddress="x@other.com"))


def test_a_mail_from_domain_that_is_not_verified_can_stop_mail(cloud: LocalCloud, ses: Any) -> None:
    attributes = {"EmailIdentity": "example.com", "MailFromDomain": "bounce.example.com"}
    ses.put_email_identity_mail_from_attributes(**attributes, BehaviorOnMxFailure="REJECT_MESSAGE")
    assert refused(ses.send_email, **mail())[0] == "MailFromDomainNotVerifiedException"
    cloud.sesv2.verify_mail_from("example.com")
    ses.send_email(**mail())
    ses.put_email_identity_mail_from_attributes(**attributes, BehaviorOnMxFailure="USE_DEFAULT_VALUE")
    ses.send_email(**mail())


def test_in_the_sandbox_recipients_are_verified_and_quotas_small(cloud: LocalCloud, ses: Any) -> None:
    cloud.sesv2.state.has_production_access = False
    account = ses.get_account()
    assert (account["ProductionAccessEnabled"], account["SendQuota"]["Max24HourSend"], account["SendQuota"]["MaxSendRate"]) == (
        False,
        200,
        1,
    )
    assert refused(ses.send_email, **mail())[1].endswith("ann@home.org")
    verified = mail(Destination={"ToAddresses": ["me@example.com"] * 50})
    for _ in range(4):
        ses.send_email(**verified)
    assert ses.get_account()["SendQuota"]["SentLast24Hours"] == 200
    assert refused(ses.send_email, **verified)[0] == "LimitExceededException"
    cloud.clock.skip_to(cloud.clock.now() + timedelta(hours=24))
    ses.send_email(**verified)


def test_the_rate_is_enforced_where_asked(cloud: LocalCloud, ses: Any) -> None:
    cloud.sesv2.state.enforces_rate = True
    for _ in range(14):
        ses.send_email(**mail())
    assert refused(ses.send_email, **mail())[0] == "TooManyRequestsException"
    cloud.clock.skip_to(cloud.clock.now() + timedelta(seconds=1))
    ses.send_email(**mail())


def test_paused_sending_stops_mail(ses: Any) -> None:
    ses.create_configuration_set(ConfigurationSetName="set")
    ses.put_configuration_set_sending_options(ConfigurationSetName="set", SendingEnabled=False)
    assert refused(ses.send_email, **mail(ConfigurationSetName="set"))[0] == "SendingPausedException"
    ses.send_email(**mail())
    ses.put_account_sending_attributes(SendingEnabled=False)
    assert refused(ses.send_email, **mail())[0] == "SendingPausedException"


@pytest.mark.parametrize(
    ("changes", "code", "reason"),
    [
        ({"Destination": {}}, "BadRequestException", "no recipient"),
        ({"Destination": {"ToAddresses": ["a@b.c"] * 51}}, "BadRequestException", "at most 50"),
        ({"Content": {"Simple": {"Subject": {"Data": "x"}, "Body": {}}}}, "BadRequestException", "neither Text nor Html"),
        (
            {"Content": {"Simple": {"Subject": {"Data": "a\nBcc: x@y.z"}, "Body": {"Text": {"Data": "x"}}}}},
            "BadRequestException",
            "line break",
        ),
        ({"Destination": {"CcAddresses": ["Jo <jürgen@home.org>"]}}, "BadRequestException", "Local address contains control"),
        ({"Destination": {"ToAddresses": ["ann@home.org", "jo@bücher.org"]}}, "BadRequestException", "Domain contains illegal character"),
        ({"ReplyToAddresses": ["jo@bücher.org"]}, "BadRequestException", "Domain contains illegal character"),
        ({"Content": {}}, "BadRequestException", "one of Raw, Simple and Template"),
        ({"EmailTags": [{"Name": "a b", "Value": "x"}]}, "BadRequestException", "A-Z a-z 0-9"),
        ({"ConfigurationSetName": "nope"}, "NotFoundException", "<nope> does not exist"),
        ({"FromEmailAddress": "nobody"}, "MessageRejected", "nobody"),
    ],
)
def test_mails_that_ses_refuses_are_refused(cloud: LocalCloud, ses: Any, changes: dict[str, Any], code: str, reason: str) -> None:
    given, message = refused(ses.send_email, **mail(**changes))
    assert given == code
    assert reason in message
    assert cloud.sesv2.outbox.messages() == ()


def test_a_suppressed_address_is_kept_and_let_go(cloud: LocalCloud, ses: Any) -> None:
    ses.put_suppressed_destination(EmailAddress="Ann@home.org", Reason="BOUNCE")
    assert ses.get_suppressed_destination(EmailAddress="ann@home.org")["SuppressedDestination"]["Reason"] == "BOUNCE"
    assert ses.list_suppressed_destinations(Reasons=["COMPLAINT"])["SuppressedDestinationSummaries"] == []
    ses.send_email(**mail())
    ses.delete_suppressed_destination(EmailAddress="ann@home.org")
    ses.send_email(**mail())
    assert [sent.suppressed for sent in cloud.sesv2.outbox.messages()] == [("ann@home.org",), ()]
    assert refused(ses.get_suppressed_destination, EmailAddress="ann@home.org")[0] == "NotFoundException"


@pytest.fixture
def published(client: Client, ses: Any) -> Callable[[], list[tuple[str, dict[str, Any]]]]:
    """What the configuration set `set` published since the last call."""
    url = client("sqs").create_queue(QueueName="mail-events")["QueueUrl"]
    client("events").put_rule(Name="mail", EventPattern='{"source": ["aws.ses"]}')
    client("events").put_targets(Rule="mail", Targets=[{"Id": "1", "Arn": "arn:aws:sqs:us-east-1:111122223333:mail-events"}])
    ses.create_configuration_set(ConfigurationSetName="set")
    kinds = ["SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "RENDERING_FAILURE"]
    destination = {"Enabled": True, "MatchingEventTypes": kinds, "EventBridgeDestination": {"EventBusArn": BUS}}
    ses.create_configuration_set_event_destination(ConfigurationSetName="set", EventDestinationName="bus", EventDestination=destination)

    def read() -> list[tuple[str, dict[str, Any]]]:
        messages = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        events = [json.loads(message["Body"]) for message in messages]
        return [(event["detail-type"], event["detail"]) for event in events]

    return read


def test_the_fate_of_a_mail_is_published(ses: Any, published: Callable[[], list[tuple[str, dict[str, Any]]]]) -> None:
    message_id = ses.send_email(**mail(ConfigurationSetName="set", EmailTags=[{"Name": "case", "Value": "c-1"}]))["MessageId"]
    (_, sent), (kind, delivered) = published()
    assert kind == "Email Delivered"
    assert sent["mail"]["tags"] == {"ses:configuration-set": ["set"], "case": ["c-1"]}
    assert sent["mail"]["messageId"] == message_id
    assert delivered["delivery"]["recipients"] == ["ann@home.org"]


@pytest.mark.parametrize(
    ("address", "kinds"),
    [
        ("bounce@simulator.amazonses.com", ["Email Sent", "Email Bounced"]),
        ("complaint@simulator.amazonses.com", ["Email Sent", "Email Delivered", "Email Complaint Received"]),
        ("suppressionlist@simulator.amazonses.com", ["Email Sent", "Email Bounced"]),
        ("success@simulator.amazonses.com", ["Email Sent", "Email Delivered"]),
    ],
)
def test_the_mailbox_simulator_is_simulated(
    ses: Any, published: Callable[[], list[tuple[str, dict[str, Any]]]], address: str, kinds: list[str]
) -> None:
    ses.send_email(**mail(ConfigurationSetName="set", Destination={"ToAddresses": [address]}))
    assert [kind for kind, _ in published()] == kinds


def test_a_template_that_cannot_be_filled_is_accepted_and_not_sent(
    cloud: LocalCloud, ses: Any, published: Callable[[], list[tuple[str, dict[str, Any]]]]
) -> None:
    content = {"Template": {"TemplateContent": {"Subject": "{{who}}", "Text": "x"}, "TemplateData": "{}"}}
    assert ses.send_email(**mail(Content=content, ConfigurationSetName="set"))["MessageId"]
    ((kind, detail),) = published()
    assert kind == "Email Rendering Failed"
    assert "'who'" in detail["failure"]["errorMessage"]
    assert cloud.sesv2.outbox.messages() == ()


def test_destinations_other_than_the_default_bus_are_refused(ses: Any) -> None:
    ses.create_configuration_set(ConfigurationSetName="set")
    destination = {"Enabled": True, "MatchingEventTypes": ["SEND"], "SnsDestination": {"TopicArn": "arn:aws:sns:us-east-1:1:t"}}
    create = ses.create_configuration_set_event_destination
    code, message = refused(create, ConfigurationSetName="set", EventDestinationName="x", EventDestination=destination)
    assert code == "BadRequestException"
    assert "default event bus only" in message
