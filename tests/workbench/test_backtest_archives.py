"""The same events from every kind of archive, and what rows of the lake leave open."""

import gzip
import json
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pytest
from backtested import Told, archive, configuration, totals
from building import case_event, comment, parsed
from hypothesis import given
from hypothesis import strategies as st
from lake.logs import fill
from lake.logs import lines as shaped
from serving import Served

from casewright.cases.events import CaseUpdated, Event, RelatedItemAdded
from casewright.cases.parsing import parse
from casewright.cases.values import User
from casewright.measures.event_rows import of_event
from casewright_workbench.backtest.glimpse import glimpse
from casewright_workbench.backtest.lines import MOST_BYTES, Lines, side_by_side
from casewright_workbench.backtest.opening import opened
from casewright_workbench.backtest.places import Place
from casewright_workbench.backtest.row_events import event_of
from casewright_workbench.cli.main import run

SAMPLES = sorted((Path(__file__).parent.parent / "events" / "samples").glob("*.json"))
FIELDS = {"title": "refund", "amount": 200.0, "status": "open", "priority": "high", "vip": True}
BODIES = (
    case_event("a1", 0, "CREATED", **FIELDS),
    comment("a2", 5),
    case_event("b1", 10, "CREATED", case_id="c2", title="where }{ is \\it", status="open", amount=5.0),
    case_event("a3", 200, changed=("status",), **(FIELDS | {"status": "closed"})),
)
DECISION = {
    "kind": "decision",
    "event_id": "a1",
    "case_id": "c1",
    "decision_rules": ["r"],
    "event_timestamp": "2026-11-16T14:00:00.000Z",
    "dt": "2026-11-16",
}


@pytest.fixture
def told(capfdbinary: pytest.CaptureFixture[bytes]) -> Told:
    return Told(capfdbinary)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return configuration(tmp_path / "config")


def backup() -> bytes:
    """As Firehose keeps what it was given: EventBridge ends no event with a newline, we end every row with one."""
    rows = [json.dumps(DECISION).encode() + b"\n"] * 2
    return b"".join([BODIES[0].encode(), BODIES[1].encode(), *rows, BODIES[2].encode(), rows[0], BODIES[3].encode()])


Write = Callable[[Path], object]
ARCHIVES: Mapping[str, tuple[str, Write]] = {
    "json lines": ("events.jsonl", lambda folder: archive(folder / "events.jsonl", BODIES)),
    "no newline at the end": ("e", lambda folder: (folder / "e").write_bytes("\n".join(BODIES).encode())),
    "windows lines": ("e", lambda folder: (folder / "e").write_bytes("\r\n".join([*BODIES, ""]).encode())),
    "gzip": ("e.gz", lambda folder: (folder / "e.gz").write_bytes(gzip.compress("\n".join(BODIES).encode()))),
    "gzip in members, without the name": (
        "e", lambda folder: (folder / "e").write_bytes(b"".join(gzip.compress(f"{body}\n".encode()) for body in BODIES)),
    ),
    "raw backup": ("backup.gz", lambda folder: (folder / "backup.gz").write_bytes(gzip.compress(backup()))),
    "a folder": ("", lambda folder: [archive(folder / f"{n}.jsonl", [body]) for n, body in enumerate((*BODIES, "")) if body]),
    "a glob": ("*.jsonl", lambda folder: [archive(folder / f"{n}.jsonl", [body]) for n, body in enumerate(BODIES)]),
}  # fmt: skip


@pytest.mark.parametrize("kind", ARCHIVES)
def test_the_same_events_give_the_same_counts(kind: str, told: Told, tmp_path: Path, config: Path) -> None:
    expected = told("--events", archive(tmp_path / "expected.jsonl", BODIES), "--config", config)
    folder = tmp_path / "archive"
    folder.mkdir()
    path, write = ARCHIVES[kind]
    write(folder)
    answer = told("--events", folder / path, "--config", config)
    assert answer["events"]["taken"] == len(BODIES)
    assert answer["events"]["malformed"] == 0
    assert answer["events"]["rows_of_no_event"] == (3 if kind == "raw backup" else 0)
    for each in (answer, expected):
        del each["events"]
    assert answer == expected


def test_several_paths_are_one_archive_and_a_file_is_read_once(told: Told, tmp_path: Path, config: Path) -> None:
    first, second = archive(tmp_path / "1.jsonl", BODIES[:2]), archive(tmp_path / "2.jsonl", BODIES[2:])
    answer = told("--events", first, second, first, "--config", config)
    assert (answer["events"]["files"], answer["events"]["taken"], answer["events"]["duplicates"]) == (2, len(BODIES), 0)


def test_hidden_files_of_a_folder_are_no_archives(told: Told, tmp_path: Path, config: Path) -> None:
    folder = tmp_path / "archive"
    (folder / ".state").mkdir(parents=True)
    archive(folder / "1.jsonl", BODIES)
    archive(folder / "_SUCCESS", ["{}"])
    archive(folder / ".state" / "x", ["{}"])
    events = told("--events", folder, "--config", config)["events"]
    assert (events["files"], events["malformed"]) == (1, 0)


def test_a_damaged_file_is_told_and_the_others_are_read(told: Told, tmp_path: Path, config: Path) -> None:
    whole = gzip.compress("\n".join(BODIES[:2]).encode())
    (tmp_path / "cut.gz").write_bytes(whole[:-20])
    (tmp_path / "wrong.parquet").write_bytes(b"PAR1 but no more")
    good = archive(tmp_path / "good.jsonl", BODIES)
    events = told("--events", tmp_path / "cut.gz", tmp_path / "wrong.parquet", good, "--config", config)["events"]
    assert events["taken"] == len(BODIES)
    assert events["malformed"] == 2
    assert {Path(each["file"]).name for each in events["problems"]} == {"cut.gz", "wrong.parquet"}
    assert all("cannot be read further" in each["problem"] for each in events["problems"])


def test_a_large_file_is_read_in_parts(told: Told, tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = [case_event(f"z{number}", number, case_id=f"c{number % 7}", **FIELDS) for number in range(40)]
    lines = [*BODIES, "", "{ no", "", *long, "{}", case_event("y", 1, case_id="cy").replace("open", "open")]
    path = archive(tmp_path / "events.jsonl", lines)
    whole = told("--events", path, "--config", config)
    assert [each["line"] for each in whole["events"]["problems"]] == [6, 48]
    for part in (1, 100, 1000, 5000):
        monkeypatch.setattr("casewright_workbench.backtest.places.PART", part)
        assert told("--events", path, path.parent / "e*", "--config", config) == whole


def test_objects_side_by_side_in_a_large_file(told: Told, tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casewright_workbench.backtest.places.PART", 100)
    (tmp_path / "backup").write_bytes(backup())
    answer = told("--events", tmp_path / "backup", "--config", config)
    assert (answer["events"]["taken"], answer["events"]["malformed"]) == (len(BODIES), 0)
    assert totals(answer) == {"refunds": 2, "big": 2, "late": 2}


@given(st.lists(st.sampled_from((b"", b"a", b"bc" * 9, b"d" * 40)), max_size=12), st.integers(1, 60), st.booleans())
def test_parts_hold_each_line_once(tmp_path_factory: pytest.TempPathFactory, given_lines: list[bytes], size: int, ended: bool) -> None:
    path = tmp_path_factory.mktemp("parts") / "x"
    path.write_bytes(b"\n".join(given_lines) + b"\n" * ended)
    whole = path.stat().st_size
    found = []
    for start in range(0, whole, size):
        with opened(Place(str(path), min(size, whole - start), start, of_lines=True)) as (reader, begin):
            assert begin == sum(map(len, found))
            found.append(reader.read())
    assert b"".join(found) == path.read_bytes()
    assert all(part.endswith(b"\n") for part in found[:-1] if part and b"".join(found[found.index(part) + 1 :]))


@pytest.fixture
def s3(served: Served, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A bucket that every process reaches, over HTTP."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", served.url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    client = boto3.Session().client("s3")
    client.create_bucket(Bucket="archive")
    return client


def test_objects_on_s3(told: Told, tmp_path: Path, config: Path, s3: Any) -> None:
    fill(tmp_path / "lake", shaped(BODIES))
    [file, *_] = sorted((tmp_path / "lake").rglob("*.parquet"))
    contents = {
        "raw/2026-11-16/one.gz": gzip.compress(backup()),
        "raw/2026-11-17/two": "\n".join(BODIES).encode(),
        "raw/empty": b"",
        "raw/facts.parquet": file.read_bytes(),
        "other/three": b"{}",
    }
    for key, content in contents.items():
        s3.put_object(Bucket="archive", Key=key, Body=content)
    answer = told("--events", "s3://archive/raw/", "--config", config)
    assert (answer["events"]["files"], answer["events"]["taken"]) == (3, len(BODIES))
    assert answer["events"]["duplicates"] == len(BODIES) + 2
    assert answer["events"]["from_lake_rows"] == 0, "an envelope is worth more than the row made of it"
    assert totals(answer) == {"refunds": 2, "big": 2, "late": 2}
    assert run(["backtest", "--events", "s3://nowhere/x", "--config", str(config)]) == 2


def test_parquet_of_the_lake(told: Told, tmp_path: Path, config: Path) -> None:
    fill(tmp_path / "facts", shaped([*BODIES, DECISION], listed=frozenset({"title", "f-priority"})))
    answer = told("--events", tmp_path / "facts", "--config", config)
    assert (answer["events"]["taken"], answer["events"]["from_lake_rows"]) == (len(BODIES), len(BODIES))
    expected = told("--events", archive(tmp_path / "expected.jsonl", BODIES), "--config", config)
    for each in (answer, expected):
        del each["events"]
    assert answer == expected


NEGATED = """\
- rule: no-refund
  when: [case_created, case_updated]
  if: {all: [{status: open}, {not: {title: {contains: nothing}}}]}
  then: [{put_event: {detail_type: A, detail: {}}}]
- rule: not-closed
  when: [case_created, case_updated]
  if: {not: {amount: {greater_than: 1000}}}
  then: [{put_event: {detail_type: B, detail: {}}}]
- rule: by-words
  when: [related_item_added]
  if: {comment.body: {contains: hello}}
  then: [{put_event: {detail_type: C, detail: {}}}]
- rule: no-vip
  when: [case_created, case_updated]
  if: {any: [{vip: {absent: true}}, {status: gone}]}
  then: [{put_event: {detail_type: D, detail: {}}}]
"""


def test_what_rows_leave_out_is_unknown_and_told(told: Told, tmp_path: Path) -> None:
    config = configuration(tmp_path / "config", rules=NEGATED.replace("status: gone", "status: closed"), slas="")
    bodies = [case_event("x", 0, "CREATED", status="open", amount=5.0), comment("y", 1)]
    exact = told("--events", archive(tmp_path / "exact.jsonl", bodies), "--config", config)
    assert totals(exact) == {"no-refund": 1, "not-closed": 1, "by-words": 1, "no-vip": 1}
    fill(tmp_path / "facts", shaped(bodies))
    answer = told("--events", tmp_path / "facts", "--config", config)
    assert totals(answer) == {"not-closed": 1}, "a title that was left out is not an absent one"
    assert answer["events"]["left_out"] == {
        rule: {"asks": [subject], "writes": []}
        for rule, subject in (("no-refund", "title"), ("by-words", "comment.body"), ("no-vip", "vip"))
    }
    mixed = told("--events", tmp_path / "facts", tmp_path / "exact.jsonl", "--config", config)
    assert totals(mixed) == totals(exact)
    assert mixed["events"]["left_out"] == {}


def test_a_field_of_which_some_row_had_a_value_is_not_told(told: Told, tmp_path: Path, config: Path) -> None:
    fill(tmp_path / "facts", shaped(BODIES, listed=frozenset({"title"})))
    assert told("--events", tmp_path / "facts", "--config", config)["events"]["left_out"] == {}
    fill(tmp_path / "other", shaped(BODIES))
    left_out = told("--events", tmp_path / "other", "--config", config)["events"]["left_out"]
    assert left_out == {"refunds": {"asks": ["title"], "writes": ["title"]}, "late": {"asks": [], "writes": ["title"]}}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_row_gives_back_its_event(sample: Path) -> None:
    event = parse(sample.read_bytes())
    row = of_event(event, listed=_all_of(event))
    again = event_of(msgspec.json.encode({name: value for name, value in row.items() if name != "dt"}), own_role="")
    same = ("id", "case_id", "domain_id", "account", "region")
    assert [getattr(again, name) for name in same] == [getattr(event, name) for name in same]
    assert again.at == event.at.replace(microsecond=event.at.microsecond // 1000 * 1000)
    assert type(again.change) is type(event.change)
    given, got = getattr(event.change, "fields", None), getattr(again.change, "fields", None)
    assert (given is None) == (got is None)
    for field_id, value in (given or {}).items():
        if value != "" and not field_id.endswith("_datetime"):
            assert got[field_id] == value


def _all_of(event: Event) -> frozenset[str]:
    return frozenset({"title", "summary", "customer_id", "performed_by_custom_entity", *(getattr(event.change, "fields", None) or ())})


def test_a_row_gives_back_every_kind_of_value() -> None:
    user = User("arn:aws:connect:us-east-1:111122223333:instance/i/agent/u-1")
    fields = {"assigned_user": user, "assigned_queue": "arn:q", "f-amount": 2.5, "f-vip": False, "f-reviewer": user, "f-priority": "high"}
    event = parsed(case_event("x", 0, **fields))
    again = event_of(msgspec.json.encode(of_event(event, listed=frozenset({"f-priority"}))), own_role="")
    assert isinstance(again.change, CaseUpdated)
    assert isinstance(event.change, CaseUpdated)
    assert again.change.fields == event.change.fields | {"created_datetime": "2026-11-16T14:00:00+00:00"}  # type: ignore[operator]


def test_a_row_of_an_item_gives_back_its_item() -> None:
    event = parsed(comment("x", 0, body="secret"))
    again = event_of(msgspec.json.encode(of_event(event, listed=frozenset())), own_role="")
    assert isinstance(event.change, RelatedItemAdded)
    assert isinstance(again.change, RelatedItemAdded)
    assert (again.change.item.id, again.change.item.type, again.change.item.comment_body) == (event.change.item.id, "comment", "")
    update = parsed(case_event("y", 1, changed=("status", "f-amount"), status="open"))
    again = event_of(msgspec.json.encode(of_event(update, listed=frozenset())), own_role="")
    assert isinstance(again.change, CaseUpdated)
    assert again.change.changed_field_ids == ("status", "f-amount")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_glimpse_sees_what_reading_sees(sample: Path) -> None:
    event, seen = parse(sample.read_bytes()), glimpse(sample.read_bytes())
    if seen is not None:
        assert (seen.kind, seen.case_id, seen.at) == ("", event.case_id, event.at)
    else:
        assert not event.case_id or event.event_type.startswith("C")


def test_a_glimpse_is_not_led_astray_by_another_case() -> None:
    whole: Any = json.loads(comment("x", 0))
    whole["detail"]["relatedItem"] = {"connectCase": {"caseId": "other"}, **whole["detail"]["relatedItem"]}
    whole["detail"]["case"] = {"caseId": "wrong", "templateId": "t"}
    seen = glimpse(json.dumps(whole).encode())
    assert seen is not None
    assert seen.case_id == parse(json.dumps(whole)).case_id == "c1"


texts = st.text(alphabet='a}{"\\ ☂', max_size=12)
objects = st.lists(st.dictionaries(texts, st.one_of(texts, st.dictionaries(texts, texts, max_size=2)), max_size=3), min_size=1, max_size=5)


@given(objects)
def test_objects_side_by_side_are_told_apart(given_objects: list[dict[str, object]]) -> None:
    written = [json.dumps(each, ensure_ascii=False).encode() for each in given_objects]
    assert side_by_side(b"".join(written)) == written


def test_a_line_longer_than_memory_should_hold_comes_in_parts() -> None:
    one = json.dumps({"a": "x" * 1000}).encode()
    count = 3 * MOST_BYTES // len(one)
    found = list(Lines(BytesIO(one * count + b"\n" + one)))
    assert len(found) > 2
    assert [number for number, _, _ in found] == sorted(number for number, _, _ in found)
    assert max(len(text) for _, _, text in found) < 2 * MOST_BYTES
    assert [each for _, _, text in found for each in side_by_side(text.rstrip())] == [one] * (count + 1)
    assert found[-1][0] == 2
    assert [start for _, start, _ in found] == [sum(len(text) for _, _, text in found[:place]) for place in range(len(found))]


def test_a_text_that_never_ends_is_cut() -> None:
    found = list(Lines(BytesIO(b"x" * (2 * MOST_BYTES + 5) + b"\n{}")))
    assert [(number, start, len(text)) for number, start, text in found] == [
        (1, 0, MOST_BYTES),
        (1, MOST_BYTES, MOST_BYTES),
        (1, 2 * MOST_BYTES, 6),
        (2, 2 * MOST_BYTES + 6, 2),
    ]
