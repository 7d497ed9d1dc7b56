"""Mail with the real handlers: who gets it, who gets none any more, and what becomes of it, on the log of its case."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from small_center import SmallCenter
from small_directory import SMALL

from casewright.aws.suppression import RecipientTable
from casewright.cases.events import MailReported
from casewright_workbench.console.desk import Desk
from casewright_workbench.console.live import Changed
from casewright_workbench.console.timeline import story
from casewright_workbench.house_settings import MAIL_DOMAIN
from casewright_workbench.lake.opening import open_lake
from casewright_workbench.provisioning import CONFIGURATION_SET

RULES = {
    "maya": "{user: maya}",
    "login": "{user: ben@example.com}",
    "team": "{users_tagged: {team: billing, shift: late}}",
    "early": "{users_tagged: {shift: early}}",
    "crowd": "{users_tagged: {team: crowd}}",
    "few": "{users_tagged: {team: few}}",
    "owner": "assigned_user",
    "customer": "[customer, team-leads, {user: maya}]",
    "field": '["{{ case.customer_email }}"]',
    "both": '["{{ case.customer_email }}", leads@example.com]',
}
FILES = SMALL | {
    "fields.yaml": dedent(SMALL["fields.yaml"]) + "customer: {system_id: customer_id}\n",
    "rules/mail.yaml": "".join(
        f"- {{rule: {name}, when: [case_created, case_updated], if: {{title: {name}}}, "
        f"then: [{{send_email: {{to: {to}, template: hello}}}}]}}\n"
        for name, to in RULES.items()
    ),
}
MAYA = "maya@brookline-outfitters.example"
BOUNCES, COMPLAINS = "bounce@simulator.amazonses.com", "complaint@simulator.amazonses.com"
PROFILES = "amazon-connect-local"


class Center(SmallCenter):
    """A house whose cases are named for the rule that shall send mail about them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, FILES)
        session = self.house.session("maya")
        self.connect, self.profiles, self.dynamodb = (session.client(name) for name in ("connect", "customer-profiles", "dynamodb"))
        self.ses = self.house.cloud.sesv2.state
        self.begin()

    def begin(self) -> None:
        """Forget what happened until now, as those do who remember for five minutes."""
        self.after(minutes=6)
        self._mails, self._calls, self._counts = len(self.house.outbox.messages()), len(self.house.cloud.calls), Counter(self.house.counts)

    def ended(self, case_id: str) -> list[tuple[str, str]]:
        return [(each.status, each.detail) for each in self.file(case_id).effects]

    def told(self, case_id: str) -> list[MailReported]:
        return [entry.event.change for entry in self.file(case_id).log if isinstance(entry.event.change, MailReported)]

    def hires(self, username: str, **more: Any) -> None:
        profiles: Any = {"SecurityProfileIds": ["agent"], "RoutingProfileId": "basic"}
        phone: Any = {"PhoneType": "SOFT_PHONE"}
        self.connect.create_user(Username=username, InstanceId=self.house.instance_id, PhoneConfig=phone, **profiles, **more)

    def knows(self, **members: str) -> str:
        profile_id = self.profiles.create_profile(DomainName=PROFILES, **members)["ProfileId"]
        return f"arn:aws:profile:us-east-1:111122223333:domains/{PROFILES}/profiles/{profile_id}"

    def count(self, name: str, function: str = "perform") -> int:
        return self.house.counts[function, name] - self._counts[function, name]

    def calls(self, operation: str) -> int:
        """How often the performer called."""
        calls = self.house.cloud.calls[self._calls :]
        return sum(call.operation == operation and call.principal_arn.endswith("role/perform") for call in calls)

    @property
    def sent_to(self) -> list[tuple[str, ...]]:
        return [mail.to for mail in self.house.outbox.messages()[self._mails :]]


@pytest.fixture(scope="module")
def house_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Center]:
    made = Center(tmp_path_factory.mktemp("center"))
    yield made
    made.house.close()


@pytest.fixture
def center(house_of_all: Center) -> Iterator[Center]:
    house_of_all.begin()
    yield house_of_all
    assert house_of_all.house.runtime.failed_invocations == []


def test_users_get_mail_by_name_by_login_by_tag_and_when_the_case_is_theirs(center: Center) -> None:
    late = {"team": "billing", "shift": "late"}
    center.hires("ben@example.com", IdentityInfo={"FirstName": "Ben", "LastName": "B"}, Tags=late)
    center.hires("ana", IdentityInfo={"Email": "ana@example.com", "SecondaryEmail": "ana@home.example"}, Tags=late)
    center.hires("cleo", IdentityInfo={"Email": "cleo@example.com"}, Tags={"team": "billing"})
    center.hires("dan", IdentityInfo={"FirstName": "Dan"}, Tags=late)
    cases = [center.opens(title="maya"), center.opens(title="login"), center.opens(title="team")]
    cases.append(center.opens(title="owner", assigned_user=center.house.catalog.users["maya"]))
    nobody = center.opens(title="owner")
    center.after(minutes=2)
    assert sorted(center.sent_to) == [("ben@example.com",), ("ben@example.com", "ana@home.example"), (MAYA,), (MAYA,)]
    assert [center.ended(case_id)[0][0] for case_id in cases] == ["done"] * 4
    [(_, detail)] = center.ended(cases[2])
    assert detail.split("; ", 1)[1].startswith("no mail address for user ")
    assert center.ended(nobody) == [("failed", "no recipient: no mail address was found for assigned_user")]
    calls = [center.calls(each) for each in ("SearchUsers", "DescribeUser", "GetAccount")]
    assert calls == [2, 4, 1], "who was looked up is remembered"


def test_a_team_that_changes_gets_the_next_mail_as_it_is_then(center: Center) -> None:
    case_id = center.opens(title="early")
    center.after(minutes=1)
    assert center.ended(case_id) == [("failed", "no recipient: no mail address was found for users tagged shift=early")]
    arn = center.house.catalog.users["maya"]
    center.connect.tag_resource(resourceArn=arn, tags={"shift": "early", "team": "billing"})
    center.after(minutes=5)
    center.changes(case_id, summary="again")
    center.after(minutes=1)
    assert center.sent_to == [(MAYA,)]


def test_a_customer_gets_a_message_of_their_own(center: Center) -> None:
    arn = center.knows(EmailAddress="jo@example.com, eve@example.com", PersonalEmailAddress="jo@home.example")
    case_id, unknown = center.opens(title="customer", customer=arn), center.opens(title="customer")
    both = center.opens(title="both", customer_email="kim@home.example")
    center.after(minutes=2)
    together = ("leads@example.com", MAYA)
    assert sorted(center.sent_to) == sorted([("jo@home.example",), together, together, ("kim@home.example",), ("leads@example.com",)])
    assert [status for status, _ in center.ended(case_id)] == ["done"] * 3
    assert "2 messages follow" in [detail for _, detail in center.ended(both)]
    assert ("failed", "no recipient: no mail address was found for customer") in center.ended(unknown)


def test_an_address_that_ses_refuses_costs_nobody_else_the_mail_and_is_told(center: Center) -> None:
    beside, alone, abroad = (
        center.opens(title=title, customer_email=address)
        for title, address in (("both", "jürgen@home.example"), ("field", "jürgen@home.example"), ("field", "jo@bücher.example"))
    )
    center.after(minutes=2)
    assert sorted(center.sent_to) == [("jo@xn--bcher-kva.example",), ("leads@example.com",)]
    refused = "no recipient: 1 left out: SES takes ASCII before the @ of an address, and a domain such as example.com"
    assert center.ended(alone) == [("failed", refused)]
    assert ("failed", refused) in center.ended(beside)
    assert [status for status, _ in center.ended(abroad)] == ["done"]


def test_a_hundred_and_twenty_recipients_get_messages_of_fifty_and_each_of_them_one(center: Center) -> None:
    for number in range(120):
        center.hires(f"u{number}@example.com", Tags={"team": "crowd"})
    case_id = center.opens(title="crowd")
    center.after(minutes=5)
    assert sorted(len(to) for to in center.sent_to) == [20, 50, 50]
    assert len({address for to in center.sent_to for address in to}) == 120
    assert ("done", "3 messages follow") in center.ended(case_id)
    assert (center.calls("DescribeUser"), center.calls("SearchUsers")) == (120, 1)


def test_mail_to_many_goes_out_however_few_a_second_the_account_may_send(center: Center) -> None:
    center.ses.has_production_access = False
    for number in range(40):
        center.hires(f"few{number}@{MAIL_DOMAIN}", Tags={"team": "few"})
    case_id, other_id = center.opens(title="few"), center.opens(title="maya")
    center.after(minutes=4)
    center.ses.has_production_access = True
    assert sorted(len(to) for to in center.sent_to) == [1, 40]
    assert [status for each in (case_id, other_id) for status, _ in center.ended(each)] == ["done", "done"]


def test_who_bounced_or_complained_gets_no_mail_any_more_and_the_log_tells_why(center: Center) -> None:
    bounced, complained = center.opens(title="field", customer_email=BOUNCES), center.opens(title="field", customer_email=COMPLAINS)
    center.after(minutes=2)
    assert [(told.fate, told.reason, told.suppressed) for told in center.told(bounced)] == [("bounced", "Permanent/General", 1)]
    assert {(told.fate, told.suppressed) for told in center.told(complained)} == {("delivered", 0), ("complained", 1)}
    for case_id in (bounced, complained):
        center.changes(case_id, summary="again")
    center.after(minutes=2)
    left_out = ("skipped", "nobody is left to send to: 1 left out: they bounced or complained")
    assert left_out in center.ended(bounced)
    assert left_out in center.ended(complained)
    assert len(center.sent_to) == 2
    assert (center.count("RecipientsSuppressed"), center.count("EffectsSkipped"), center.count("SlaMirrorsSkipped")) == (2, 2, 0)
    assert center.count("MailComplaints", "note_delivery") == 1
    items = center.dynamodb.scan(TableName=center.house.case_table)["Items"]
    digests = json.dumps([item for item in items if item["pk"]["S"].startswith("recipient#")])
    assert digests.count("complaint") == 1
    assert "@" not in digests


def test_a_bounce_is_forgotten_after_a_year_and_a_complaint_by_hand_alone(center: Center) -> None:
    table, now = RecipientTable(center.dynamodb, center.house.case_table), center.house.clock.now()
    table.suppress("Ann@example.com", "complaint", now)
    table.suppress("ann@example.com", "bounce", now)
    table.suppress("ben@example.com", "bounce", now)
    everyone, later = ("ANN@example.com", "ben@example.com", "cleo@example.com"), now + timedelta(days=366)
    assert table.suppressed(everyone, now) == {"ANN@example.com", "ben@example.com"}
    assert table.suppressed(everyone, later) == {"ANN@example.com"}
    mixed = center.opens(title="both", customer_email="ben@example.com")
    center.after(minutes=2)
    assert center.sent_to == [("leads@example.com",)]
    assert sorted(status for status, _ in center.ended(mixed)) == ["done", "done", "skipped"]
    assert [table.release("aNN@example.com"), table.release("ann@example.com")] == ["complaint", ""]
    assert table.suppressed(everyone, later) == set()


def test_the_fate_of_a_mail_is_on_the_log_once_in_the_timeline_and_in_the_lake(center: Center) -> None:
    case_id = center.opens(title="maya")
    center.after(minutes=2)
    [standing] = center.file(case_id).effects
    before = center.file(case_id).head
    bounce = {"bounceType": "Transient", "bounceSubType": "General", "bouncedRecipients": [{"emailAddress": MAYA}]}
    delay = {
        "timestamp": "2026-11-16T15:25:40.095Z",
        "delayType": "MailboxFull",
        "expirationTime": "2026-11-17T05:15:40.914Z",
        "reportingMTA": "a8-70.smtp-out.amazonses.com",
        "delayedRecipients": [{"emailAddress": MAYA, "status": "4.2.2", "diagnosticCode": "smtp; 452 4.2.2 mailbox full"}],
    }
    told = [
        ("Email Rendering Failed", "Rendering Failure", {"failure": {"errorMessage": "Attribute 'name' is missing.", "templateName": "t"}}),
        ("Email Rejected", "Reject", {"reject": {"reason": "Bad content"}}),
        ("Email Delivery Delayed", "DeliveryDelay", {"deliveryDelay": delay}),
        ("Email Bounced", "Bounce", {"bounce": bounce}),
    ]
    for detail_type, event_type, more in [*told, *told[:2]]:
        center.house.cloud.events.deliver(ses_event(center, standing.effect.key, case_id, detail_type, event_type, **more))
    center.house.cloud.events.deliver(ses_event(center, "0" * 32, "never-heard-of", "Email Bounced", "Bounce", bounce=bounce))
    center.after(minutes=1)
    file = center.file(case_id)
    fates = [
        ("bounced", "Transient/General"),
        ("delayed", "MailboxFull"),
        ("delivered", ""),
        ("not_rendered", "Attribute 'name' is missing."),
        ("rejected", "Bad content"),
    ]
    assert sorted((each.fate, each.reason) for each in center.told(case_id)) == fates
    assert {(each.recipients, each.suppressed) for each in center.told(case_id)} == {(1, 0)}
    after = file.head
    assert (after.last, after.clocks, after.case) == (before.last, before.clocks, before.case), "mail changes nothing of the case"
    assert not any(entry.decision.late for entry in file.log)
    moments = {moment.what: (moment.by, moment.quote) for moment in story(file, Desk.of(center.house, Changed(), ZoneInfo("UTC"))).moments}
    assert moments["Mail rejected by SES, and not sent"] == ("Amazon SES", "Bad content")
    center.house.flush_lake()
    lake = open_lake(center.house.lake)
    rows = lake.execute(
        "SELECT DISTINCT mail_fate, coalesce(mail_reason, '') FROM facts WHERE kind = 'mail_reported' AND case_id = ?", [case_id]
    ).fetchall()
    assert sorted(rows) == [(fate, "" if fate == "not_rendered" else reason) for fate, reason in fates]


def ses_event(center: Center, effect_key: str, case_id: str, detail_type: str, event_type: str, **more: Any) -> dict[str, Any]:
    """An event in the shape that SES documents for EventBridge, with what it tells that nobody here reads."""
    ours = {"casewright-effect": [effect_key], "casewright-case": [case_id]}
    now, sender = center.house.clock.now().isoformat().replace("+00:00", "Z"), f"care@{MAIL_DOMAIN}"
    mail = {
        "timestamp": now,
        "source": sender,
        "sourceArn": f"arn:aws:ses:us-east-1:111122223333:identity/{sender}",
        "sendingAccountId": "111122223333",
        "messageId": "m",
        "destination": [MAYA],
        "headersTruncated": False,
        "headers": [{"name": "From", "value": sender}, {"name": "Subject", "value": "Hello"}],
        "commonHeaders": {"from": [sender], "to": [MAYA], "messageId": "m", "subject": "Hello"},
        "tags": {"ses:configuration-set": [CONFIGURATION_SET], "ses:caller-identity": ["perform"], **ours},
    }
    return {
        "version": "0",
        "id": f"{event_type}-{case_id}",
        "source": "aws.ses",
        "account": "111122223333",
        "region": "us-east-1",
        "time": now,
        "resources": [],
        "detail-type": detail_type,
        "detail": {"eventType": event_type, "mail": mail, **more},
    }


def test_while_sending_is_paused_mail_waits_and_then_goes_out_once(center: Center) -> None:
    center.ses.sends = False
    case_id = center.opens(title="maya")
    center.after(minutes=12)
    assert center.sent_to == []
    [waiting] = center.file(case_id).effects
    assert (waiting.status, waiting.attempts) == ("pending", 0)
    assert center.count("MailPaused") == 3
    center.ses.sends = True
    center.after(minutes=11)
    assert center.sent_to == [(MAYA,)]
    assert [status for status, _ in center.ended(case_id)] == ["done"]


def test_in_the_sandbox_a_refusal_says_so(center: Center) -> None:
    center.ses.has_production_access = False
    center.house.session("admin").client("sesv2").create_email_identity(EmailIdentity="kim@home.example")
    refused, verified = (
        center.opens(title="field", customer_email="jo@home.example"),
        center.opens(title="field", customer_email="kim@home.example"),
    )
    center.after(minutes=2)
    assert center.sent_to == [("kim@home.example",)]
    assert [status for status, _ in center.ended(verified)] == ["done"]
    center.ses.has_production_access = True
    [(status, detail)] = center.ended(refused)
    assert status == "failed"
    assert detail.endswith("the account is in the sandbox of SES, which sends to verified addresses only")


def test_two_programs_that_answer_each_other_come_to_an_end(center: Center) -> None:
    cases = [center.opens(title="field", customer_email="robot@home.example") for _ in range(25)]
    center.after(minutes=2)
    assert len(center.sent_to) == 20
    ended = sorted(each for case_id in cases for each in center.ended(case_id))
    assert [status for status, _ in ended] == ["done"] * 20 + ["skipped"] * 5
    assert ended[-1][1] == "nobody is left to send to: 1 left out: they have had their mail for today"
    assert (center.count("RecipientsOverBudget"), center.count("EffectsSkipped")) == (5, 5)
    table, now = RecipientTable(center.dynamodb, center.house.case_table, most_a_day=20), center.house.clock.now()
    tomorrow = [table.grant("robot@home.example", effect_key="e", now=now + timedelta(days=days)) for days in (0, 1)]
    assert tomorrow == [False, True]
