"""`casewright arm` and `casewright publish` against moto."""

from pathlib import Path
from typing import Any

import boto3
import pytest
from building import CATALOG, rule
from msgspec.structs import asdict, replace

from casewright.aws.bundles import BundleBucket
from casewright.aws.control import ControlTable
from casewright.bundle import Bundle, write
from casewright_authoring.compile import compile_directory
from casewright_workbench.cli.main import run

EXAMPLE = Path(__file__).parents[2] / "contact_center"


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


def test_arming_and_back(dynamodb: Any) -> None:
    assert run(["arm", "--table", "cases"]) == 0
    assert ControlTable(dynamodb, "cases").is_armed()
    assert run(["arm", "--table", "cases", "--off"]) == 0
    assert not ControlTable(dynamodb, "cases").is_armed()


def test_arming_a_table_that_is_not_there_says_so(dynamodb: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["arm", "--table", "elsewhere"]) == 2
    assert "table elsewhere" in capsys.readouterr().err


def configured(session: boto3.Session) -> BundleBucket:
    """A bucket as `configure_domain` leaves it for the example."""
    client = session.client("s3")
    client.create_bucket(Bucket="bundles")
    store = BundleBucket(client, "bundles")
    compiled = compile_directory(EXAMPLE)
    definition = compiled.definition
    from casewright.cases.catalog import FieldEntry

    fields = {
        field.name: FieldEntry(field.system_id or field.name, field.type, {option.label: option.value for option in field.options})
        for field in definition.fields
    }
    directory = compiled.directory
    store.write_catalog(
        replace(
            CATALOG,
            fields=fields,
            templates={template.name: template.name for template in definition.templates},
            **asdict(directory),
        )
    )
    return store


def test_publishing_and_rolling_back(session: boto3.Session) -> None:
    store = configured(session)
    before = store.publish(write(Bundle(rules=(rule("old"),))))
    for _published_again in range(2):
        assert run(["publish", str(EXAMPLE), "--bucket", "bundles"]) == 0
    found = store.written()
    assert found is not None
    assert found[0] == compile_directory(EXAMPLE).written
    assert run(["publish", "--bucket", "bundles", "--rollback"]) == 0
    found = store.written()
    assert found is not None
    assert found[0] == write(Bundle(rules=(rule("old"),)))
    assert before


def test_a_bundle_that_does_not_fit_the_catalog_is_not_published(session: boto3.Session, capsys: pytest.CaptureFixture[str]) -> None:
    store = configured(session)
    store.write_catalog(replace(store.catalog(), flows={}))
    assert run(["publish", str(EXAMPLE), "--bucket", "bundles"]) == 2
    assert "the catalog has no flow" in capsys.readouterr().err
    assert store.written() is None


def test_a_bundle_that_does_not_fit_the_catalog_any_more_is_not_rolled_back_to(
    session: boto3.Session, capsys: pytest.CaptureFixture[str]
) -> None:
    store = configured(session)
    store.publish(compile_directory(EXAMPLE).written)
    in_force = store.publish(write(Bundle(rules=(rule("new"),))))
    store.write_catalog(replace(store.catalog(), flows={}))
    assert run(["publish", "--bucket", "bundles", "--rollback"]) == 2
    assert "the catalog has no flow" in capsys.readouterr().err
    assert store.written() == (store.kept(in_force), store.catalog())


def test_a_bucket_of_something_else_is_told_by_what_it_lacks(session: boto3.Session, capsys: pytest.CaptureFixture[str]) -> None:
    session.client("s3").create_bucket(Bucket="lake")
    assert run(["publish", str(EXAMPLE), "--bucket", "lake"]) == 2
    assert "s3 object catalog.json is not there; look at the name of the bucket" in capsys.readouterr().err


def test_the_first_bundle_cannot_be_rolled_back(session: boto3.Session, capsys: pytest.CaptureFixture[str]) -> None:
    configured(session).publish(write(Bundle()))
    assert run(["publish", "--bucket", "bundles", "--rollback"]) == 2
    assert "there is none before it" in capsys.readouterr().err
