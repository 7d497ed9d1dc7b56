"""`casewright email preview`: what people read, the contract for programs, and what is refused."""

import json
from pathlib import Path

import pytest
from pages import blocks, commands, listed, page
from serving import CONTACT_CENTER

from casewright_workbench.cli.main import run
from casewright_workbench.mail_preview.preview import Preview

CONFIG = ["--config", str(CONTACT_CENTER)]


def written(folder: Path, values: str) -> list[str]:
    (folder / "case.json").write_text(values)
    return ["--case", str(folder / "case.json")]


def test_the_preview_shows_subject_headers_text_and_marked_samples(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["email", "preview", "acknowledgement", *CONFIG]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Subject: We have your message: [sample: title] ([sample: reference number])\n")
    assert "Auto-Submitted: auto-generated\n" in said
    assert "References: <case.CASE-ID@SENDER-DOMAIN>\n" in said
    assert "What it is about  [sample: title]\n" in said


def test_given_values_are_filled_as_they_will_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = json.dumps(
        {"case.title": "<b>tent</b> ⛺ 😀", "case.status": "waiting-on-customer", "case.opened": "2026-11-20T21:00:00Z"}
        | {"case.id": "c-1", "case.order_number": None, "now": "2026-07-20T21:00:00Z", "sla.name": "resolution"}
    )
    out = tmp_path / "mail.html"
    arguments = ["email", "preview", "deadline-missed", *CONFIG, *written(tmp_path, values), "--out", str(out), "--json"]
    assert run(arguments) == 0
    made = json.loads(capsys.readouterr().out)
    assert set(made) == set(Preview.__struct_fields__) == set(listed(page("emails.md"), "Member"))
    assert made["subject"] == "Overdue (resolution): <b>tent</b> ⛺ 😀"
    assert made["headers"]["In-Reply-To"] == "<case.c-1@SENDER-DOMAIN>"
    assert made["samples"] == ["case.customer_email", "case.reference_number"]
    for shown in ("passed on 20 Jul 2026, 17:00 EDT", "Status    Waiting on customer\n", "Opened    20 Nov 2026, 16:00 EST\n", "Order\n"):
        assert shown in made["text"].replace("Order     \n", "Order\n")
    assert "&lt;b&gt;tent&lt;/b&gt;" in made["html"]
    assert "<mark>customer email</mark>" in made["html"]
    assert out.read_text() == made["html"]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ('{"case.titel": "x"}', ":1:2: error: unknown variable 'case.titel' (did you mean 'case.title'?); accepted are case.title"),
        ('{"title": "x"}', ":1:2: error: a text names a case field with 'case.'"),
        ('{"case.status": "won"}', ":1:17: error: unknown option of status 'won'; accepted are Open"),
        ('{"now": 3}', ":1:9: error: the number 3 is given; accepted is an ISO 8601 date and time with a zone"),
        (
            '{"case.title": "x",\n}',
            ":2:1: error: this is no JSON: Expecting property name enclosed in double quotes; accepted is an object",
        ),
        (
            '{"case.title": "NaN",\n"case.summary": NaN}',
            ":2:17: error: NaN is given, which is no JSON; accepted are a text in quotes, a number, true, false and null",
        ),
        ('{"case.title": -Infinity}', ":1:16: error: -Infinity is given, which is no JSON"),
        ("case.title: x", ":1:1: error: this is no JSON: Expecting value"),
        ("[]", ":1:1: error: a list is given for the values of variables; accepted is a mapping"),
    ],
)
def test_values_that_no_text_can_show_are_refused(values: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["email", "preview", "closed", *CONFIG, *written(tmp_path, values)]) == 1
    assert told in capsys.readouterr().err


def test_wrong_usage_names_what_would_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["email", "preview", "close", *CONFIG]) == 2
    assert "unknown email 'close' (did you mean 'closed'?); accepted are acknowledgement" in capsys.readouterr().err
    assert run(["email", "preview", "closed", *CONFIG, "--out", str(tmp_path / "no" / "mail.html")]) == 2
    assert "give --out a file in a directory that is there" in capsys.readouterr().err


def test_the_commands_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contact_center").symlink_to(CONTACT_CENTER)
    [example] = blocks(page("emails.md"), "json")
    (tmp_path / "case.json").write_text(example)
    found = commands(page("emails.md"), "email preview")
    assert len(found) == 3
    assert [run(arguments) for arguments in found] == [0, 0, 0]
    assert (tmp_path / "acknowledgement.html").is_file()
