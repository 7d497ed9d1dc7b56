"""The three metrics: as defined in docs/lake.md, whatever the stream does to its events."""

from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lake.logs import NOON, QUEUE, case_message, contact_message, iso, lake
from lake.reference import metric_points

from casewright.cases.values import FieldValue
from casewright_workbench.lake.metrics import MetricPoint, metrics, value

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = NOON.date()


def opened(event_id: str = "a", case_id: str = "c1", moment: datetime = NOON) -> str:
    return case_message(event_id, moment, "CREATED", case_id=case_id, created=moment, fields={"status": "open", "assigned_queue": QUEUE})


def closed(event_id: str, moment: datetime, *, case_id: str = "c1", created: datetime | None = NOON) -> str:
    fields: dict[str, FieldValue] = {"status": "closed", "assigned_queue": QUEUE, "last_closed_datetime": iso(moment)}
    return case_message(event_id, moment, "UPDATED", case_id=case_id, created=created, changed=["status"], fields=fields)


def reopened(event_id: str, moment: datetime, *, last_closed: datetime) -> str:
    fields: dict[str, FieldValue] = {"status": "open", "assigned_queue": QUEUE, "last_closed_datetime": iso(last_closed)}
    return case_message(event_id, moment, "UPDATED", changed=["status"], fields=fields)


def points(path: Path, *messages: str) -> dict[tuple[str, date], tuple[float, float | None]]:
    found = metrics(lake(path, *messages))
    assert set(found) == metric_points(messages)
    places = {(point.metric, point.day) for point in found}
    return {place: summed([point for point in found if (point.metric, point.day) == place]) for place in places}


def summed(of_one: list[MetricPoint]) -> tuple[float, float | None]:
    denominators = [point.denominator for point in of_one if point.denominator is not None]
    return sum(point.numerator for point in of_one), sum(denominators) if denominators else None


def test_a_case_counts_where_it_was_created_and_where_it_was_closed(tmp_path: Path) -> None:
    assert points(tmp_path, opened(), contact_message("k", NOON + HOUR), closed("b", NOON + DAY)) == {
        ("cases_created", TODAY): (1, None),
        ("cases_resolved", TODAY + DAY): (1, None),
        ("average_resolution_time", TODAY + DAY): (86_400, 1),
    }


def test_copies_count_once_in_whichever_file_they_lie(tmp_path: Path) -> None:
    log = [opened(), closed("b", NOON + HOUR), contact_message("k", NOON), contact_message("k", NOON)]
    assert points(tmp_path, *log, *log, *log)[("cases_resolved", TODAY)] == (1, None)


def test_every_closing_counts_and_takes_the_time_since_the_case_was_created(tmp_path: Path) -> None:
    log = [
        opened(),
        closed("b", NOON + HOUR),
        reopened("c", NOON + 2 * HOUR, last_closed=NOON + HOUR),
        closed("d", NOON + 4 * HOUR),
        closed("e", NOON + 4 * HOUR),
    ]
    found = points(tmp_path, *log)
    assert found[("cases_resolved", TODAY)] == (2, None)
    assert found[("average_resolution_time", TODAY)] == (5 * 3600, 2)


def test_a_lost_closing_is_read_from_a_later_event(tmp_path: Path) -> None:
    found = points(tmp_path, opened(), reopened("c", NOON + 2 * DAY, last_closed=NOON + HOUR))
    assert found[("cases_resolved", TODAY)] == (1, None)


def test_a_creation_is_counted_on_its_day_whichever_event_tells_it_and_however_late(tmp_path: Path) -> None:
    found = points(tmp_path, closed("b", NOON + 3 * DAY), closed("c", NOON + 3 * DAY, case_id="c2", created=NOON - DAY))
    assert found[("cases_created", TODAY)] == (1, None)
    assert found[("cases_created", TODAY - DAY)] == (1, None)


def test_a_case_without_a_creation_time_is_resolved_but_neither_created_nor_timed(tmp_path: Path) -> None:
    assert points(tmp_path, closed("b", NOON, created=None)) == {("cases_resolved", TODAY): (1, None)}


def test_a_deleted_case_keeps_what_it_counted(tmp_path: Path) -> None:
    gone = case_message("z", NOON + DAY, "DELETED", created=None)
    unknown = case_message("y", NOON + DAY, "DELETED", case_id="never-seen", created=None)
    assert points(tmp_path, opened(), gone, unknown) == {("cases_created", TODAY): (1, None)}


def test_a_case_closed_before_its_creation_by_a_skewed_clock_took_no_time(tmp_path: Path) -> None:
    found = points(tmp_path, opened(), closed("b", NOON - timedelta(seconds=2)))
    assert found[("average_resolution_time", TODAY)] == (0, 1)


def test_without_the_closing_time_on_the_stream_the_change_of_status_counts(tmp_path: Path) -> None:
    def bare(event_id: str, moment: datetime, status: str) -> str:
        return case_message(event_id, moment, "UPDATED", changed=["status"], fields={"status": status})

    found = points(
        tmp_path, opened(), bare("b", NOON + HOUR, "closed"), bare("c", NOON + 2 * HOUR, "open"), bare("d", NOON + DAY, "closed")
    )
    assert found[("cases_resolved", TODAY)] == (1, None)
    assert found[("average_resolution_time", TODAY + DAY)] == (86_400, 1)


def test_a_closing_told_both_ways_counts_once(tmp_path: Path) -> None:
    early = case_message("b", NOON + HOUR, "UPDATED", changed=["status"], fields={"status": "closed"})
    told = reopened("c", NOON + DAY, last_closed=NOON + HOUR + timedelta(seconds=59))
    late = reopened("d", NOON + 2 * DAY, last_closed=NOON + HOUR + timedelta(seconds=61))
    assert points(tmp_path / "one", opened(), early, told)[("cases_resolved", TODAY)] == (1, None)
    assert points(tmp_path / "two", opened(), early, late)[("cases_resolved", TODAY)] == (2, None)


def test_a_day_ends_at_midnight_utc(tmp_path: Path) -> None:
    midnight = datetime(2026, 11, 17, tzinfo=NOON.tzinfo)
    found = points(tmp_path, opened(), closed("b", midnight - timedelta(milliseconds=1)), opened("x", "c2", midnight))
    assert found[("cases_resolved", TODAY)] == (1, None)
    assert found[("cases_created", TODAY + DAY)] == (1, None)


STEPS = st.sampled_from([timedelta(milliseconds=1), timedelta(seconds=59), timedelta(seconds=61), HOUR, 7 * HOUR, DAY])


@st.composite
def logs(draw: st.DrawFn) -> list[str]:
    """Some cases and what befell them, with events that get lost, doubled and reordered."""
    messages = []
    for number in range(draw(st.integers(1, 3))):
        moment, created, last_closed = NOON, NOON + draw(STEPS), None
        tells_closing, status = draw(st.booleans()), "open"
        template, queue = draw(st.sampled_from(["t-1", "t-2"])), draw(st.sampled_from([QUEUE, ""]))
        steps = draw(st.lists(st.sampled_from(["close", "open", "queue", "silent", "delete", "contact", "config"]), max_size=6))
        for place, step in enumerate(["create", *steps]):
            moment += draw(STEPS)
            changed = ["status"] if step in ("close", "open") else ["assigned_queue"]
            match step:
                case "close":
                    status, last_closed = "closed", moment + draw(st.sampled_from([timedelta(), timedelta(milliseconds=3)]))
                case "open":
                    status = "open"
                case "queue":
                    queue = "other"
                case "config":
                    tells_closing = not tells_closing
            event_id, case_id = f"e{number}-{place}", f"c{number}"
            if step == "contact":
                messages.append(contact_message(event_id, moment, case_id=case_id))
                continue
            fields: dict[str, FieldValue] = {"status": status, "assigned_queue": queue}
            if tells_closing and last_closed:
                fields["last_closed_datetime"] = iso(last_closed)
            verb = {"create": "CREATED", "delete": "DELETED"}.get(step, "UPDATED")
            bare = step in ("silent", "delete")
            messages.append(
                case_message(
                    event_id,
                    moment,
                    verb,
                    case_id=case_id,
                    template_id=template,
                    created=None if step == "delete" else created,
                    changed=[] if verb != "UPDATED" else changed,
                    fields=None if bare else fields,
                )
            )
    survived = draw(st.lists(st.sampled_from(messages), min_size=1, max_size=2 * len(messages)))
    return draw(st.permutations(survived))


@settings(max_examples=40)
@given(logs())
def test_the_views_agree_with_plain_python_on_any_log(log: list[str]) -> None:
    with TemporaryDirectory() as path:
        assert set(metrics(lake(Path(path), *log))) == metric_points(log)


def point(day: int, numerator: float, denominator: float | None) -> MetricPoint:
    return MetricPoint("m", date(2026, 11, day), "t", "", numerator, denominator)


@pytest.mark.parametrize(
    ("given_points", "expected"),
    [
        ([], None),
        ([point(1, 2, None), point(2, 3, None)], 5),
        ([point(1, 10, 1), point(2, 20, 4)], 6),
        ([point(1, 0, 0)], None),
    ],
)
def test_points_add_up_before_a_ratio_is_taken(given_points: list[MetricPoint], expected: float | None) -> None:
    assert value(given_points) == expected
