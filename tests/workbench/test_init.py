"""`casewright init`: first files that compile, schemas beside them, and nothing of an operator overwritten."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from plain_yaml import plain
from serving import CONTACT_CENTER, Served, leads_commands

from casewright_authoring import compile_directory, findings
from casewright_authoring.findings import Report
from casewright_authoring.reading import read
from casewright_authoring.sources import read_file
from casewright_workbench.cli.main import run
from casewright_workbench.starting.catalog_text import scalar
from casewright_workbench.starting.schemas import modeline, schema_files
from casewright_workbench.starting.writing import present


def texts(directory: Path) -> dict[str, str]:
    return {str(path.relative_to(directory)): path.read_text(encoding="utf-8") for path in sorted(directory.rglob("*")) if path.is_file()}


def test_a_new_directory_is_complete_and_has_nothing_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    center = tmp_path / "new" / "center"
    assert run(["init", str(center)]) == 0
    assert "wrote" in capsys.readouterr().out
    assert findings(center) == ()
    assert run(["check", str(center)]) == 0
    assert run(["test", str(center)]) == 0
    made = compile_directory(center)
    assert made.bundle.rules
    assert made.bundle.policies
    assert made.bundle.emails
    assert made.bundle.calendars
    assert made.definition.templates


def test_every_first_file_names_its_schema_and_fits_it(tmp_path: Path) -> None:
    assert run(["init", str(tmp_path)]) == 0
    for inside in present(tmp_path):
        path = tmp_path / inside
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first == modeline(inside)
        schema = json.loads((path.parent / first.partition("$schema=")[2]).read_text(encoding="utf-8"))
        Draft7Validator.check_schema(schema)
        assert [error.message for error in Draft7Validator(schema).iter_errors(plain(read_file(path, Report())))] == []


def test_a_directory_that_holds_something_keeps_every_file_and_gets_new_schemas(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "fields.yaml").write_text("status: {system_id: status}\nheat: {type: Number}\n")
    (tmp_path / "rules" / "mine.yaml").write_text("- {rule: mine, when: case_created, then: [{end_tasks: true}]}\n")
    before = texts(tmp_path)
    assert run(["init", str(tmp_path)]) == 0
    after = texts(tmp_path)
    assert {name: text for name, text in after.items() if not name.startswith(".schemas/")} == before
    assert "heat" in json.loads(after[".schemas/rules.json"])["definitions"]["condition"]["properties"]
    told = capsys.readouterr().out
    assert "left as they are: fields.yaml, rules/mine.yaml" in told
    assert "rules/mine.yaml can be completed by an editor if it begins with  # yaml-language-server: $schema=../.schemas/rules.json" in told
    (tmp_path / "fields.yaml").write_text(before["fields.yaml"].replace("heat", "cold"))
    assert run(["init", str(tmp_path)]) == 0
    properties = json.loads(texts(tmp_path)[".schemas/rules.json"])["definitions"]["condition"]["properties"]
    assert "cold" in properties
    assert "heat" not in properties


def test_a_file_is_no_directory_to_begin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert run(["init", str(tmp_path / "file")]) == 2
    assert "give a directory" in capsys.readouterr().err


@pytest.mark.parametrize("inside", present(CONTACT_CENTER), ids=str)
def test_a_file_of_the_example_names_its_schema(inside: Path) -> None:
    assert (CONTACT_CENTER / inside).read_text(encoding="utf-8").splitlines()[0] == modeline(inside)


def test_the_schemas_beside_the_example_are_those_of_today() -> None:
    assert texts(CONTACT_CENTER / ".schemas") == schema_files(CONTACT_CENTER), "run: casewright init contact_center"


@pytest.mark.parametrize("path", sorted((CONTACT_CENTER / "tests").glob("*.yaml")), ids=lambda path: path.name)
def test_the_tests_of_the_example_fit_their_schema(path: Path) -> None:
    schema = json.loads(schema_files(CONTACT_CENTER)["tests.json"])
    assert [error.message for error in Draft7Validator(schema).iter_errors(plain(read_file(path, Report())))] == []


@pytest.mark.parametrize(
    "test",
    [
        {"test": "a"},
        {"test": "a", "events": []},
        {"test": "a", "events": [{"case_created": {"template": "Nowhere"}}]},
        {"test": "a", "events": [{"case_created": {"template": "Billing"}, "wait": "1h"}]},
        {"test": "a", "events": [{"wait": "1h"}], "fired": "no-such-rule"},
        {"test": "a", "events": [{"wait": "1h"}], "expect": [{"rule": "acknowledge"}]},
        {"test": "a", "events": [{"wait": "1h"}], "clocks": {"resolution": {"status": "Late"}}},
    ],
    ids=str,
)
def test_a_wrong_test_does_not_fit(test: object) -> None:
    schema = json.loads(schema_files(CONTACT_CENTER)["tests.json"])
    assert not Draft7Validator(schema).is_valid([test])


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=30) | st.from_regex(r"[A-Za-z0-9 .()/&+:@~-]{0,12}", fullmatch=True))
@example("true")
@example("1e5")
@example("a: b # c")
@example("arn:aws:connect:us-east-1:1:instance/i/queue/q")
@example("line\u2028break\x85\x7f\ufeff")
def test_a_name_of_a_domain_is_read_back_as_it_was_written(name: str) -> None:
    report = Report()
    node = read(f"{scalar(name)}:\n  - {{{scalar(name)}: [{scalar(name)}]}}\n", "a.yaml", report)
    assert report.findings == ()
    assert plain(node) == {name: [{name: [name]}]}


class TestFromADomain:
    @pytest.fixture(autouse=True)
    def endpoint(self, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
        leads_commands(served.url, monkeypatch)

    def test_the_catalog_says_what_the_domain_and_its_instance_have(self, served: Served, tmp_path: Path) -> None:
        house = served.house
        cases = house.session("admin").client("connectcases")
        cases.create_field(domainId=house.domain_id, name="2nd name, if any: all", type="Text")
        cases.create_field(domainId=house.domain_id, name="Order-Number", type="Text")
        assert run(["init", str(tmp_path), "--from-domain", house.domain_id]) == 0
        assert findings(tmp_path) == ()
        catalog = compile_directory(tmp_path).catalog
        assert catalog is not None
        assert catalog.domain_id == house.domain_id
        assert catalog.templates == house.catalog.templates
        for table in ("queues", "users", "flows", "quick_connects", "task_templates"):
            assert getattr(catalog, table) == getattr(house.catalog, table)
        ids = {entry.id: entry for entry in catalog.fields.values()}
        for entry in house.catalog.fields.values():
            assert ids[entry.id].type == entry.type
            assert ids[entry.id].options == entry.options
        assert {"status", "title", "order_number", "order_number_2", "field_2nd_name_if_any_all"} <= set(catalog.fields)
        assert run(["test", str(tmp_path)]) == 0

    def test_a_domain_is_not_read_into_a_directory_that_holds_something(
        self, served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "catalog.yaml").write_text("queues: {}\n")
        assert run(["init", str(tmp_path), "--from-domain", served.house.domain_id]) == 2
        assert "holds catalog.yaml already" in capsys.readouterr().err
        assert texts(tmp_path) == {"catalog.yaml": "queues: {}\n"}

    def test_a_domain_that_is_not_there_is_told(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["init", str(tmp_path), "--from-domain", "nowhere"]) == 2
        assert "domain nowhere:" in capsys.readouterr().err
        assert texts(tmp_path) == {}
