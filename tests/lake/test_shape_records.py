"""The transformation of the Firehose: one answer a record, whatever the record is."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeTelemetry
from hypothesis import given
from hypothesis import strategies as st
from lake.logs import ARRIVED, DOMAIN_ID, NOON, case_message, firehose_event

from casewright.errors import MalformedEvent
from casewright.measures.shaping import shape
from casewright.wiring.container import Container, use
from lambdas.shape_records.handler import handle

SAMPLES = Path(__file__).parent.parent / "events" / "samples"
CREATED = case_message("e", NOON, "CREATED", fields={"title": "Jane", "f-1": "high"}).encode()
OURS = {"kind": "decision", "event_id": "e", "case_id": "c1", "decision_rules": ["r"], "dt": "2026-11-16"}
ENVIRONMENT = {"DOMAIN_ID": DOMAIN_ID, "ACCOUNT": "111122223333", "REGION": "us-east-1"}


class Shaper:
    def __init__(self, **environment: str) -> None:
        self.telemetry = FakeTelemetry()
        self.container = Container(ENVIRONMENT | environment, telemetry=self.telemetry)

    def __call__(self, *records: bytes) -> list[dict[str, Any]]:
        with use(self.container):
            answers = handle(firehose_event(*records), None)["records"]
        assert [each["recordId"] for each in answers] == [f"4951{place}" for place in range(len(records))]
        return list(answers)


@pytest.fixture
def shaper() -> Shaper:
    return Shaper()


def text(answer: dict[str, Any]) -> bytes:
    return base64.b64decode(answer["data"])


def test_an_envelope_becomes_a_line_with_its_partition(shaper: Shaper) -> None:
    [answer] = shaper(CREATED)
    assert answer["result"] == "Ok"
    assert answer["metadata"] == {"partitionKeys": {"dt": "2026-11-16"}}
    line = json.loads(text(answer))
    assert (line["kind"], line["event_id"], line["recorded_timestamp"]) == ("case_event", "e", "2026-12-01T00:00:00.000Z")
    assert "dt" not in line
    assert text(answer).endswith(b"}\n")
    assert text(answer).count(b"\n") == 1


def test_a_row_of_ours_passes_as_it_is(shaper: Shaper) -> None:
    [answer] = shaper(json.dumps(OURS).encode() + b"\n")
    told = {name: value for name, value in OURS.items() if name != "dt"}
    assert json.loads(text(answer)) == told | {"recorded_timestamp": "2026-12-01T00:00:00.000Z"}
    assert answer["metadata"] == {"partitionKeys": {"dt": "2026-11-16"}}


@pytest.mark.parametrize(
    ("record", "where"),
    [
        (b"", "$"),
        (b"\xff\xfe", "$"),
        (b"[]", "$"),
        (b"{}", "$"),
        (json.dumps(OURS | {"kind": "guess"}).encode(), "$.kind"),
        (json.dumps(OURS | {"dt": "16.11.2026"}).encode(), "$.dt"),
        (json.dumps(OURS | {"event_id": ""}).encode(), "$.event_id"),
        (json.dumps({name: value for name, value in OURS.items() if name != "dt"}).encode(), "$"),
        (json.dumps(OURS | {"customer_name": "Jane"}).encode(), "$"),
        (CREATED.replace(b"approximateChangeTime", b"time"), "$.detail"),
        (b"[" * 100_000, "$"),
        (CREATED.replace(b"2026-11-16T12:00:00.000Z", b"0001-01-01T00:00:00+05:00"), "$.detail"),
        (CREATED.replace(b"Amazon Connect Cases Change", b"AWS API Call via CloudTrail"), "$.detail-type"),
    ],
)
def test_a_malformed_record_fails_alone_and_is_counted_and_kept(shaper: Shaper, record: bytes, where: str) -> None:
    first, broken, last = shaper(CREATED, record, CREATED)
    assert (first["result"], last["result"]) == ("Ok", "Ok")
    assert broken == {"recordId": "49511", "result": "ProcessingFailed", "data": base64.b64encode(record).decode()}
    assert shaper.telemetry.counts == {"RecordsMalformed": 1}
    assert shaper.telemetry.lines == [("record malformed", {"record_id": "49511", "where": where})]


def test_a_record_of_another_domain_is_dropped(shaper: Shaper) -> None:
    [answer] = shaper(CREATED.replace(b":domain/d", b":domain/other"))
    assert (answer["result"], text(answer)) == ("Dropped", CREATED.replace(b":domain/d", b":domain/other"))
    assert shaper.telemetry.counts == {"RecordsOfOtherDomains": 1}


def test_a_type_of_event_not_known_yet_is_kept_and_left_to_decide_to_count(shaper: Shaper) -> None:
    body = CREATED.replace(b"CASE.CREATED", b"CASE.MERGED")
    [answer] = shaper(body)
    line = json.loads(text(answer))
    assert (line["kind"], line["event_type"], line["case_id"]) == ("unrecognised_event", "CASE.MERGED", "c1")
    assert shaper.telemetry.counts == {}, "decide counts it; here it would count twice"


def test_personal_data_passes_only_where_the_deployment_lists_the_field() -> None:
    [answer] = Shaper()(CREATED)
    assert b"Jane" not in text(answer)
    assert b"high" not in text(answer)
    [answer] = Shaper(LISTED_FIELDS="f-1 title")(CREATED)
    assert json.loads(text(answer))["case_title"] == "Jane"
    assert json.loads(text(answer))["custom_fields"] == {"f-1": {"string_value": "high"}}


def test_every_sample_of_the_stream_is_shaped(shaper: Shaper) -> None:
    records = [path.read_bytes() for path in sorted(SAMPLES.glob("*.json"))]
    domain = json.loads(records[0])["resources"][0].rpartition("/")[2]
    answers = Shaper(DOMAIN_ID=domain)(*records)
    assert {answer["result"] for answer in answers} == {"Ok"}


NAMES = st.text() | st.sampled_from(["kind", "dt", "event_id", "source", "detail-type", "detail", "resources"])
VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner))
JUNK = st.binary() | st.dictionaries(NAMES, VALUES).map(lambda value: json.dumps(value).encode())


@given(JUNK)
def test_junk_is_malformed_and_nothing_else(record: bytes) -> None:
    with pytest.raises(MalformedEvent):
        shape(record, arrived_at=ARRIVED, domain_id=DOMAIN_ID, listed=frozenset())
