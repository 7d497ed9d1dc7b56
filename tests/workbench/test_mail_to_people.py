"""Mail to people in the tools: rule tests speak of them as rules do, and an address gets mail again."""

from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from small_directory import SMALL

from casewright.aws.suppression import RecipientTable
from casewright_workbench.cli.main import run

FILES = SMALL | {
    "fields.yaml": dedent(SMALL["fields.yaml"]) + "customer: {system_id: customer_id}\n",
    "rules/mail.yaml": """\
        - rule: tell
          when: case_created
          then:
            - send_email:
                to: [customer, assigned_user, team-leads, {user: maya}, {users_tagged: {team: billing}}, "{{ case.customer_email }}"]
                template: hello
        """,
    "tests/mail.yaml": """\
        - test: everybody is asked for
          events:
            - case_created: {template: Shipping, fields: {title: x, customer_email: jo@example.com}}
          expect:
            - {rule: tell, action: send_email, to: [TO]}
        """,
}
ASKED_FOR = "team-leads, jo@example.com, customer, assigned_user, {user: maya}, {users_tagged: {team: billing}}"


def outcome_of(folder: Path, to: str) -> int:
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).replace("TO]", f"{to}]"))
    return run(["test", str(folder), "--json"])


def test_a_rule_test_expects_people_as_the_rule_asks_for_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome_of(tmp_path, ASKED_FOR) == 0, capsys.readouterr()
    assert outcome_of(tmp_path, ASKED_FOR.replace("maya", "ben")) == 1
    assert "user maya" in capsys.readouterr().out


def test_an_address_gets_mail_again(dynamodb: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    now, table = datetime(2026, 11, 16, tzinfo=UTC), RecipientTable(dynamodb, "cases")
    table.suppress("ann@example.com", "complaint", now)
    assert run(["email", "unsuppress", "Ann@Example.com", "--table", "cases"]) == 0
    assert "gets mail again; it was left out because of a complaint" in capsys.readouterr().out
    assert table.suppressed(["ann@example.com"], now) == set()
    assert run(["email", "unsuppress", "ann@example.com", "--table", "cases"]) == 0
    assert "was not left out" in capsys.readouterr().out
    assert run(["email", "unsuppress", "ann", "--table", "cases"]) == 2
    assert "'ann' is no mail address" in capsys.readouterr().err
