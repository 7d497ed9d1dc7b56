"""What somebody writes to do harm arrives as words: in mail, tasks, comments, webhooks, pages, SQL and on the terminal."""

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from elements import Elements
from security.planted import HOSTILE, MAIL, NAME
from security.town import Town
from serving import leads_commands

import casewright_workbench
from casewright.aws.set_aside import UNREAD
from casewright_workbench.cli.main import app, run
from casewright_workbench.cli.printing import EffectPrinter
from casewright_workbench.console.desk import Desk
from casewright_workbench.console.live import Changed
from casewright_workbench.console.names import Names
from casewright_workbench.console.site import Site
from casewright_workbench.day.hours import NEW_YORK
from casewright_workbench.house import House
from casewright_workbench.house_settings import MAIL_DOMAIN
from casewright_workbench.lake.opening import open_lake
from casewright_workbench.localcloud.wire.messages import HttpRequest
from casewright_workbench.redriving import walking
from casewright_workbench.terminal import Terminal

each_text = pytest.mark.parametrize("what", HOSTILE)
HEADERS: Final = {
    "Date", "From", "To", "Reply-To", "Subject", "Message-ID", "MIME-Version", "Content-Type", "Auto-Submitted", "X-Auto-Response-Suppress",
    "In-Reply-To", "References", "X-SES-CONFIGURATION-SET", "X-SES-Outgoing", "Feedback-ID", "Content-Transfer-Encoding",
    "X-SES-MESSAGE-TAGS",
}  # fmt: skip
"""What stands in a mail of ours as it arrives."""


def signs(text: str) -> str:
    """Without blanks, and without what nobody sees."""
    return "".join(sign for sign in text if unicodedata.category(sign)[0] not in "CZ")


@each_text
def test_a_text_is_filled_in_once_and_evaluated_never(town: Town, what: str) -> None:
    text, effects = HOSTILE[what], town.effects(what)
    for rule in ("mail", "task", "remark", "copy", "webhook", "another"):
        assert effects[rule].status == "done", (rule, effects[rule].detail)
    assert effects["remark"].effect.action.body == f"{text} / {text} {NAME}"
    assert effects["webhook"].effect.action.body == {"title": text}
    assert text in [json.loads(call.body)["title"] for call in town.received]
    tasks = [contact for contact in town.house.contacts.all() if contact.channel == "TASK" and town.case_ids[what] in contact.cases]
    assert [signs(task.name or "") for task in tasks] == [signs(f"Call {text}"[:512])]
    cases: Any = town.house.session("reader").client("connectcases")
    echo = town.house.catalog.fields["echo"].id
    [field] = cases.get_case(domainId=town.house.domain_id, caseId=town.case_ids[what], fields=[{"id": echo}])["fields"]
    assert field["value"] == {"stringValue": text}


@each_text
def test_no_header_and_no_recipient_of_a_mail_comes_from_a_text(town: Town, what: str) -> None:
    mail = town.mail(what)
    parsed = mail.parsed()
    assert set(parsed) <= HEADERS, set(parsed) - HEADERS
    assert len(parsed.keys()) == len(set(parsed))
    assert (mail.to, mail.cc, mail.bcc) == ((MAIL,), (), ())
    assert str(parsed["From"]) == f"Brookline Outfitters <care@{MAIL_DOMAIN}>"
    assert str(parsed["Reply-To"]) == "leads@example.com"
    assert str(parsed["References"]).strip() == f"<case.{town.case_ids[what]}@{MAIL_DOMAIN}>"
    assert signs(mail.subject) == signs(f"Re: {HOSTILE[what]}")
    assert "\n" not in mail.subject
    astray = town.effects(what)["mail-astray"]
    assert (astray.status, astray.detail) == ("failed", "no recipient: nothing in `to` gave a mail address")


@each_text
def test_the_html_of_a_mail_has_the_markup_of_its_template_alone(town: Town, what: str) -> None:
    elements, usual = Elements(town.mail(what).html), Elements(town.mail("sql").html)
    assert [tag for tag, _ in elements.found if tag != "br"] == [tag for tag, _ in usual.found if tag != "br"]
    assert [sorted(given) for tag, given in elements.found if tag != "br"] == [sorted(given) for tag, given in usual.found if tag != "br"]
    assert all(link.startswith("https://shop.example/") for link in elements.links)
    assert not any(name.startswith("on") for _, given in elements.found for name in given)


@pytest.fixture(scope="module")
def site(town: Town) -> Site:
    return Site(Desk.of(town.house, Changed(), NEW_YORK))


@each_text
def test_pages_show_a_text_and_let_it_do_nothing(town: Town, site: Site, what: str) -> None:
    case_id, message_id = town.case_ids[what], town.mail(what).message_id
    for path in ("/", "/cases", "/clocks", "/inbox", f"/cases/{case_id}", f"/inbox/{message_id}"):
        answer = site.answer(HttpRequest("GET", path))
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        page = Elements(answer.body.decode())
        frames = [given for tag, given in page.found if tag == "iframe"]
        assert [given["sandbox"] for given in frames] == ([None] if message_id in path else [])
        for part in (page, *(Elements(given["srcdoc"] or "") for given in frames)):
            assert not part.tags & {"script", "img", "form", "object", "embed", "base"}, path
            assert not any(name.startswith("on") for _, given in part.found for name in given), path
        assert all(link.startswith("/") for link in page.links), path


def test_sql_is_made_of_files_and_of_our_own_columns(town: Town) -> None:
    house: House = town.house
    assert open_lake(house.lake).execute("SELECT count(*) FROM metric_points").fetchone() != (0,)

    sources = Path(casewright_workbench.__file__).parent.rglob("*.py")
    made = [path.name for path in sources if re.search(r'f"[^"]*(SELECT|INSERT|CREATE) ', path.read_text())]
    assert made == ["opening.py"], "statements are put together in one place, of columns that the code names"


COMMANDS: Final = {
    "why": "why CASE --table TABLE --bucket BUCKET",
    "why of a rule": "why CASE --rule remark --table TABLE --bucket BUCKET",
    "explain": "explain --events EVENTS --config CENTER --trace",
    "sla": "sla CASE --table TABLE --bucket BUCKET",
    "sla list": "sla list --within 1d --table TABLE --bucket BUCKET",
    "redrive": "redrive --table TABLE",
    "email preview": "email preview hello --config CENTER --case VALUES",
}
OPERATING: Final = {
    "forget": ("forget CASE --table TABLE", 0),
    "forget what has a strange id": ("forget TEXT --table TABLE", 0),
    "doctor": ("doctor --config CENTER --table TABLE", 1),
    "adopt": ("adopt --table TABLE --domain DOMAIN --bucket BUCKET", 0),
    "adopt elsewhere": ("adopt --table TABLE --domain DOMAIN --bucket TEXT", 2),
    "reconcile": ("reconcile --table TABLE --domain DOMAIN --bucket BUCKET --dry-run", 0),
    "redrive": ("redrive --table TABLE", 1),
    "redrive with yes": ("redrive --table TABLE --yes --queue effects-set-aside", 1),
    "redrive of a queue that is not there": ("redrive --table TABLE --queue TEXT", 2),
    "publish": ("publish CENTER --bucket TEXT", 2),
    "arm": ("arm --table TEXT", 2),
}
"""Commands on a whole deployment, and their exit code: what is hostile are reasons, ids, and what they are asked for."""

QUIET: Final = {"local", "init", "check", "test", "backtest", "native"}
"""Commands that print what operators wrote, names, ids and numbers; they print through the same terminal."""

TRIED: Final = [
    (what, command)
    for command, words in COMMANDS.items()
    for what in ("escapes", "markup", "direction")
    if what == "escapes" or {"CASE", "EVENTS", "VALUES"} & set(words.split())
]
"""A command that is about no case shows those of every text at once."""


@pytest.fixture(scope="module")
def places(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder = tmp_path_factory.mktemp("places")
    house = town.house
    bodies = [call.request for call in house.cloud.calls if call.operation == "ReceiveMessage"]
    assert bodies
    with house.serve(0, {}) as url:
        yield {
            "url": url,
            "DOMAIN": house.domain_id,
            "TABLE": house.case_table,
            "BUCKET": "casewright-bundles",
            "CENTER": str(house.folder / "center"),
            "folder": str(folder),
        }


def _own(out: str) -> str:
    """Without what the functions of the town log, whose clock ticks meanwhile."""
    return "".join(line for line in out.splitlines(keepends=True) if '"service":"casewright"' not in line)


def unsafe(text: str) -> set[str]:
    """What a terminal would obey, or nobody would see."""
    return {hex(ord(sign)) for sign in text if sign not in "\n\t" and unicodedata.category(sign) in ("Cc", "Cf", "Zl")}


def _files(town: Town, places: dict[str, str], what: str) -> dict[str, str]:
    folder, text = Path(places["folder"]), HOSTILE[what]
    known = town.house.catalog.fields
    fields = {known[name].id: {"value": {"stringValue": text}} for name in ("title", "summary", "phone")}
    detail = {"eventType": "CASE.CREATED", "approximateChangeTime": "2026-11-16T14:00:00Z", "case": {"caseId": "c-1", "fields": fields}}
    resources = [f"arn:aws:cases:us-east-1:111122223333:domain/{town.house.domain_id}"]
    head = {"id": "e-1", "source": "aws.cases", "detail-type": "Amazon Connect Cases Change", "account": "1", "region": "us-east-1"}
    (folder / "events.json").write_text(json.dumps({**head, "resources": resources, "detail": detail}) + "\n")
    (folder / "values.json").write_text(json.dumps({"case.title": text, "case.summary": text}))
    return {"CASE": town.case_ids[what], "EVENTS": str(folder / "events.json"), "VALUES": str(folder / "values.json")}


@pytest.mark.parametrize("more", ["", " --json"])
@pytest.mark.parametrize(("what", "command"), TRIED)
def test_the_terminal_shows_a_text_and_does_not_obey_it(
    town: Town,
    places: dict[str, str],
    what: str,
    command: str,
    more: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(walking, "_WAIT_SECONDS", 0)  # the queues are exact
    leads_commands(places["url"], monkeypatch)
    given = places | _files(town, places, what)
    code = run([given.get(word, word) for word in f"{COMMANDS[command]}{more}".split()])
    told = capsys.readouterr()
    assert code == (1 if command == "redrive" else 0), f"{told.err}: dead letters are findings"
    assert unsafe(told.out + told.err) == set()
    if what == "markup" and command != "sla":
        assert "[link=https://planted.example]" in told.out
    if more:
        out = _own(told.out)
        assert [json.loads(each) for each in ([out] if out.startswith("{\n") else out.splitlines())]


@pytest.fixture(scope="module")
def buried(town: Town) -> Iterator[str]:
    """A text, given as the reason of a dead letter and of an effect that was set aside, and as ids; for the tests of this module alone."""
    text = " ".join(HOSTILE[what] for what in ("escapes", "markup", "direction", "log line"))
    admin = town.house.session("admin")
    sqs, dynamodb = admin.client("sqs"), admin.client("dynamodb")
    body = json.dumps({"id": text, "detail": {"case": {"caseId": text}}})
    reason: Any = {"reason": {"DataType": "String", "StringValue": re.sub(r"[\x00-\x08]", "", text)}}
    sqs.send_message(QueueUrl=town.house.places.dead_letter_url, MessageBody=body, MessageAttributes=reason)
    texts = {"pk": f"case#{text}", "sk": f"effect#{text}", "bucket": UNREAD, "urgency": "1#2026-11-16T14:00:00Z#1", "aside_because": text}
    item: Any = {name: {"S": value} for name, value in {**texts, "status": "pending"}.items()}
    dynamodb.put_item(TableName=town.house.case_table, Item={**item, "body": {"B": b"?"}})
    yield text
    dynamodb.delete_item(TableName=town.house.case_table, Key={name: item[name] for name in ("pk", "sk")})
    for letter in town.queue("case-events-dead-letters"):
        if letter["Body"] == body:
            sqs.delete_message(QueueUrl=town.house.places.dead_letter_url, ReceiptHandle=letter["ReceiptHandle"])


@pytest.mark.parametrize(
    ("command", "more"), [(name, more) for name, (_, code) in OPERATING.items() for more in ("", "--json") if not (more and code == 2)]
)
def test_commands_on_a_deployment_show_reasons_and_ids_and_do_not_obey_them(
    town: Town,
    places: dict[str, str],
    buried: str,
    command: str,
    more: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    leads_commands(places["url"], monkeypatch)
    words, expected = OPERATING[command]
    given = places | {"CASE": town.case_ids["markup"], "TEXT": buried}
    code, told = run([given.get(word, word) for word in f"{words} {more}".split()]), capsys.readouterr()
    assert code == expected, told.err
    assert unsafe(told.out + told.err) == set()
    shown = _own(told.out) + told.err
    if command not in ("forget", "adopt", "reconcile"):
        assert "[link=https://planted.example]0wned[/link]" in shown
    if more:
        assert json.loads(_own(told.out))


def test_the_lines_of_a_day_show_a_text_and_do_not_obey_it(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    printer = EffectPrinter(Terminal(markup=True, width=4000), NEW_YORK)
    printer.begin(town.records, Names(town.house.catalog))
    for what, case_id in town.case_ids.items():
        for each in town.effects(what).values():
            printer.listen("perform", "effect ended", {"case_id": case_id, "effect": each.effect.key})
    told = capsys.readouterr().out
    assert len(told.splitlines()) >= 8 * len(HOSTILE)
    assert unsafe(told) == set()
    assert "[link=https://planted.example]0wned[/link]" in told


def test_every_command_is_tried_or_known_to_be_quiet() -> None:
    commands = {each.name or (each.callback.__name__ if each.callback else "") for each in app.registered_commands}
    groups = {str(each.typer_instance.info.name) for each in app.registered_groups if each.typer_instance}
    tried = [*COMMANDS.values(), *(words for words, _ in OPERATING.values())]
    assert (commands | groups) - QUIET <= {words.split()[0] for words in tried}
