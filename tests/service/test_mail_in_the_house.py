"""Mail from the YAML to the outbox: HTML and text, one thread a case, answers, names in any script."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from textwrap import dedent
from typing import Any

import pytest
from small_directory import SMALL

from casewright.actions import SendEmail
from casewright.aws.mail import SesMail
from casewright.cases.values import as_wire
from casewright_workbench.house import House
from casewright_workbench.house_settings import MAIL_DOMAIN
from casewright_workbench.localcloud.sesv2.outbox import SentMail

EVIL = 'Grüße <a href="https://evil.example">x</a>\r\nBcc: eve@example.com'
FILES = SMALL | {
    "emails/hello.yaml": """\
        email: hello
        subject: "Re: {{ case.title }}"
        reply_to: [team-leads, desk@example.com]
        text: |
          ## Hello

          **{{ case.title }}** is {{ case.status }}.
        """,
    "emails/closed.yaml": """\
        email: closed
        subject: "Closed"
        text: |
          Bye!
        """,
    "rules/mail.yaml": """\
        - rule: hello
          when: case_created
          then: [{send_email: {to: "{{ case.customer_email }}", template: hello}}]
        - rule: bye
          when: case_updated
          if: {status: {changed: {to: closed}}}
          then: [{send_email: {to: "{{ case.customer_email }}", template: closed}}]
        """,
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("mail")
    for name, text in FILES.items():
        (folder / "center" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "center" / name).write_text(dedent(text))
    with House.open(folder / "center", start=datetime(2026, 11, 16, 14, tzinfo=UTC), folder=folder) as house:
        yield house


def entries(house: House, **fields: Any) -> Any:
    return [{"id": house.catalog.fields[name].id, "value": as_wire(value)} for name, value in fields.items()]


def mails_of_a_case(house: House, title: str) -> tuple[str, SentMail, SentMail]:
    """Open a case and close it; answers its id and the two mails of it."""
    cases, before = house.session("maya").client("connectcases"), len(house.outbox.messages())
    where = {"domainId": house.domain_id}
    fields = entries(house, title=title, status="open", customer_email="zoe@example.com")
    case_id = cases.create_case(**where, templateId=house.catalog.templates["Shipping"], fields=fields)["caseId"]
    house.run_until(house.clock.now() + timedelta(minutes=1))
    cases.update_case(**where, caseId=case_id, fields=entries(house, status="closed"))
    house.run_until(house.clock.now() + timedelta(minutes=1))
    first, second = house.outbox.messages()[before:]
    return case_id, first, second


def test_mail_goes_out_as_html_and_text_and_nothing_a_customer_wrote_is_markup(house: House) -> None:
    _, mail, _ = mails_of_a_case(house, EVIL)
    assert [part.get_content_type() for part in mail.parsed().iter_parts()] == ["text/plain", "text/html"]
    assert "<h2" in mail.html
    assert "Grüße &lt;a href=&quot;https://evil.example&quot;&gt;x&lt;/a&gt;<br>\nBcc: eve@example.com" in mail.html
    assert "<a" not in mail.html
    assert mail.text.startswith("Hello\n\nGrüße <a href=")
    assert "is Open." in mail.text, "the label of the option"
    assert mail.subject == 'Re: Grüße <a href="https://evil.example">x</a> Bcc: eve@example.com'
    assert (mail.to, mail.bcc) == (("zoe@example.com",), ())


def test_mail_of_a_case_is_one_thread_that_answers_come_back_to(house: House) -> None:
    case_id, *mails = mails_of_a_case(house, "One")
    _, other, _ = mails_of_a_case(house, "Two")
    root = f"<case.{case_id}@{MAIL_DOMAIN}>"
    for mail in mails:
        headers = mail.parsed()
        assert [headers[name].strip() for name in ("References", "In-Reply-To")] == [root, root]
        assert headers["Message-ID"] != root
        assert (headers["Auto-Submitted"], headers["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
        assert headers["From"] == f"Brookline Outfitters <care@{MAIL_DOMAIN}>"
    assert [mail.parsed()["Reply-To"] for mail in mails] == ["leads@example.com, desk@example.com", None]
    assert other.parsed()["References"] != root


def test_names_in_any_script_and_answers_that_the_stage_names(house: House) -> None:
    ses = house.session("perform").client("sesv2")
    name = "Ünal & Söhne, 株式会社ブルックラインアウトフィッターズ"
    adapter = SesMail(ses, sender=f"care@{MAIL_DOMAIN}", name=name, reply_to="answers@example.com")
    email = SendEmail(("zoe@example.com",), "Привет ⛺", "Text")
    adapter.send(email, effect_key="e" * 32, case_id="c")
    mail = house.outbox.messages()[-1]
    assert mail.content.split(b"\r\n\r\n")[0].isascii()
    raw = message_from_bytes(mail.content)  # the newer parser of Python keeps the blank between two encoded words
    assert str(make_header(decode_header(raw["From"]))) == f"{name} <care@{MAIL_DOMAIN}>"
    assert (mail.subject, mail.text, mail.html, mail.parsed()["Reply-To"]) == ("Привет ⛺", "Text\n", "", "answers@example.com")
    assert mail.parsed().get_content_type() == "text/plain", "an older bundle sends text alone"
