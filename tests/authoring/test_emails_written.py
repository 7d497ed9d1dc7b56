"""Texts of mail: what is made of their Markdown, and that nothing a customer writes becomes markup, a link or a header."""

import json
from html.parser import HTMLParser
from textwrap import dedent, indent
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from building import CATALOG, case_event, parsed
from hypothesis import example, given, settings
from hypothesis import strategies as st
from serving import CONTACT_CENTER
from small_directory import SMALL, Compile, Complain

from casewright.actions import AddComment, SendEmail
from casewright.bundle import Bundle, LinkedBundle, content_hash, link, read, write
from casewright.cases.catalog import Catalog, FieldEntry
from casewright.conditions.subjects import Fact, Field
from casewright.conditions.texts import Text, Variable, Verbatim
from casewright.decide import blank, decide
from casewright.rules import instructions as do
from casewright.rules.rule import Rule
from casewright_authoring import compile_directory

EVERYWHERE = """\
# {{ case.title }}

Hello **{{ case.title }}**, *{{ case.title }}* and `{{ case.title }}`:

- {{ case.title }}
- [{{ case.title }}](https://example.com/find?q={{ case.title }}&x=1)

> {{ case.title }}

| Name | {{ case.title }} |
|---|---|
| Title | {{ case.title }} |

Write to [us](mailto:{{ case.title }}) or <https://example.com/{{ case.title }}>.
"""


def email(text: str, more: str = "") -> dict[str, str]:
    return {"emails/hello.yaml": f"email: hello\nsubject: 'Re: {{{{ case.title }}}}'\n{more}text: |\n{indent(text, '  ')}"}


def shown(text: Text) -> str:
    return "".join(part.text if isinstance(part, Verbatim) else f"<{part.subject.name}>" for part in text)


class Outline(HTMLParser):
    """The elements of a document, and where its links lead."""

    def __init__(self, document: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br":  # a line break of a value stays one
            self.elements.append((tag, tuple(name for name, _ in attrs)))
            self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> LinkedBundle:
    folder = tmp_path_factory.mktemp("mail")
    for name, text in (SMALL | email(EVERYWHERE)).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(dedent(text))
    sends = do.SendEmail(("a@example.com",), "hello")
    return linked(compile_directory(folder).bundle.emails["hello"], sends)


def linked(email: do.Email, sends: do.SendEmail) -> LinkedBundle:
    written = write(Bundle(rules=(Rule(name="r", when=("case_created",), then=(sends,)),), emails={"hello": email}))
    return link(read(written), CATALOG, bundle_hash=content_hash(written))


def sent(bundle: LinkedBundle, **fields: str | float | bool) -> SendEmail:
    [effect] = decide(blank("c1"), parsed(case_event("e", 0, "CREATED", **fields)), bundle).decision.effects
    assert isinstance(effect.action, SendEmail)
    return effect.action


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=60))
@example("</p><script>alert(1)</script>")
@example('"><img src=x onerror=alert(1)>')
@example("[x](javascript:alert(1)) <https://evil.example> ![](x) **b** | a")
@example("javascript:alert(1)//@evil.example/../..?a&b#c")
@example("&lt;b&gt; &#xF0000; \U000f0000\U00100000")
@example("a\r\nBcc: evil@example.com\r\n\r\n<b>")
@example("\u202egnp.exe\u2028# no heading\n- no item")
@settings(max_examples=200)
def test_no_value_becomes_markup_or_a_link_or_a_header(everywhere: LinkedBundle, value: str) -> None:
    mail, plain = sent(everywhere, title=value), sent(everywhere, title="x")
    found, usual = Outline(mail.html), Outline(plain.html)
    assert found.elements == usual.elements
    assert [urlsplit(each)[:2] for each in found.links] == [urlsplit(each)[:2] for each in usual.links]
    assert {urlsplit(each).fragment for each in found.links} == {""}
    assert [urlsplit(each).query.count("&") for each in found.links] == [1, 0, 0]
    assert len(mail.subject.splitlines()) == 1
    assert not any(character < " " or "\x7f" <= character <= "\x9f" for character in mail.subject)


def test_a_value_is_shown_as_it_was_written(everywhere: LinkedBundle) -> None:
    mail = sent(everywhere, title="Tom & <b>Ida</b>: 100 %")
    assert Outline(mail.html).words.count("Tom & <b>Ida</b>: 100 %") == 10
    assert mail.text.count("Tom & <b>Ida</b>: 100 %") == 10
    assert mail.subject == "Re: Tom & <b>Ida</b>: 100 %"
    assert unquote(Outline(mail.html).links[0]) == "https://example.com/find?q=Tom & <b>Ida</b>: 100 %&x=1"


def test_lines_of_a_value_stay_lines(everywhere: LinkedBundle) -> None:
    mail = sent(everywhere, title="first\r\nsecond")
    assert "first<br>\nsecond" in mail.html
    assert "Hello first\nsecond" in mail.text
    assert mail.subject == "Re: first second"


def test_plain_text_reads_without_the_marks_of_markdown(compiled: Compile) -> None:
    written = """\
        ## Hello

        we *closed* **{{ case.title }}**. Now:\\
        look at [the page](https://example.com/c/{{ case.amount }}),
        <https://example.com/>, [care](mailto:care@example.com).

        1. one
        2. two
           - inner

        | | |
        |---|---|
        | Title | {{ case.title }} |
        | Status | {{ case.status }} |

        ---
        Bye <b>now</b>
        """
    text, html = made(compiled, written)
    assert text == dedent("""\
        Hello

        we closed <title>. Now:
        look at the page (https://example.com/c/<amount>),
        https://example.com/, care (care@example.com).

        1. one
        2. two
           - inner

        Title   <title>
        Status  <status>

        ----------------------------------------

        Bye <b>now</b>
        """)
    assert "&lt;b&gt;now&lt;/b&gt;" in html
    assert "<th" not in html
    assert '<a href="https://example.com/c/<amount>">the page</a>' in html
    assert not {"<script", "<img", "src=", "url("} & set(html.split('"'))


def made(compiled: Compile, text: str) -> tuple[str, str]:
    found = compiled(email(dedent(text))).bundle.emails["hello"]
    return shown(found.text), shown(found.html)


@pytest.mark.parametrize(
    ("text", "more", "told"),
    [
        (
            "[x](javascript:alert)",
            "",
            "4:7: a link to 'javascript:alert' cannot stand in mail; accepted are https://, http://, mailto:",
        ),
        ("[x]({{ case.page }})", "", "4:5: a link to '{{' cannot stand in mail"),
        ("[x](https://{{ case.title }}/a)", "", "a link to 'https://{{' cannot stand in mail"),
        ("[x](https://example.com{{ case.title }})", "", "a link to 'https://example.com{{' cannot stand in mail"),
        ("[x](/cases)", "", "a link to '/cases' cannot stand in mail"),
        ("![logo](https://example.com/l.png)", "", "4:3: mail holds no images"),
        ("a\U000f0000b", "", "4:4: the character U+F0000 is for private use"),
        ("hi", "reply_to: nobody\n", "unknown mailbox 'nobody'; accepted is team-leads"),
        ("hi", "reply_to: a@b\n", "'a@b' is no mail address; accepted are an address and a mailbox of catalog.yaml"),
        ("hi", "reply_to: jürgen@a.example\n", "SES does not take 'jürgen@a.example': accepted is ASCII before the @"),
        ("hi", "time_zone: Europe/Berlim\n", "unknown time zone 'Europe/Berlim' (did you mean 'Europe/Berlin'?)"),
        ("x" * 30_001, "", "the text has 30002 characters; at most 30000 are accepted"),
    ],
)
def test_what_mail_cannot_hold_is_refused_with_its_place(complaints: Complain, text: str, more: str, told: str) -> None:
    [finding] = complaints(email(text + "\n", more))
    assert told in finding


def test_values_read_as_people_write_them() -> None:
    fields = ("priority", "amount", "vip", "promised", "assigned_queue")
    parts = tuple(part for name in fields for part in (Variable(Field(name)), Verbatim("; ")))
    both = Rule(name="r", when=("case_created",), then=(do.SendEmail(("a@example.com",), "hello"), do.AddComment(parts)))
    bundle = Bundle(rules=(both,), emails={"hello": do.Email(parts, parts, (), (), "America/New_York")})
    priority = FieldEntry("f-priority", "SingleSelect", {"Very high": "high"})
    catalog = Catalog(domain_id="d", fields={**CATALOG.fields, "priority": priority}, queues=CATALOG.queues)
    wrote: dict[str, Any] = {"priority": "high", "amount": 12.0, "vip": True, "promised": "2026-07-20T21:30:00Z"}
    event = parsed(case_event("e", 0, "CREATED", **wrote, assigned_queue=CATALOG.queues["Escalations"]))
    mail, comment = decide(blank("c1"), event, link(read(write(bundle)), catalog, bundle_hash="h")).decision.effects
    assert isinstance(mail.action, SendEmail)
    assert mail.action.text == "Very high; 12; yes; 20 Jul 2026, 17:30 EDT; Escalations; "
    assert comment.action == AddComment("high; 12; true; 2026-07-20T21:30:00Z; q-esc; "), "other texts keep values as they are"


@pytest.mark.parametrize(
    ("zone", "told"),
    [("UTC", "14:00 UTC"), ("Asia/Dubai", "18:00 UTC+04"), ("Asia/Kolkata", "19:30 IST")],
)
def test_times_name_their_zone(zone: str, told: str) -> None:
    now = (Variable(Fact("now")),)
    assert sent(linked(do.Email(now, now, (), (), zone), do.SendEmail(("a@example.com",), "hello"))).text == f"16 Nov 2026, {told}"


def test_an_email_of_an_older_bundle_is_sent_as_text_alone() -> None:
    part = '{"type":"variable","subject":{"type":"field","name":"title","id":"","field_type":"Text"}}'
    email = f'{{"subject":[{part}],"text":[{{"type":"verbatim","text":"# Hello "}},{part}]}}'
    then = '[{"type":"send_email","to":["a@example.com"],"template":"hello","email":null}]'
    older = json.loads(write(Bundle(rules=(Rule(name="r", when=("case_created",), then=(do.AddComment(()),)),))))
    older["rules"][0]["then"], older["emails"] = json.loads(then), {"hello": json.loads(email)}
    mail = sent(link(read(json.dumps(older).encode()), CATALOG, bundle_hash="h"), title="<b>")
    assert (mail.subject, mail.text, mail.html, mail.reply_to) == ("<b>", "# Hello <b>", "", ())


def test_what_customers_of_the_example_get_names_their_case_in_the_subject() -> None:
    bundle = compile_directory(CONTACT_CENTER).bundle
    sends = [step for rule in bundle.rules for step in rule.then if isinstance(step, do.SendEmail)]
    to_customers = {step.template for step in sends if not all(isinstance(entry, str) for entry in step.to)}
    assert to_customers == {"acknowledgement", "closed", "still-there"}
    for name in to_customers:
        assert Variable(Field("reference_number")) in bundle.emails[name].subject, name
