"""Which bundle is in force: the last good one, whatever is published or breaks."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from building import CATALOG, rule
from fakes import FakeTelemetry, FakeTime

from casewright.bundle import Bundle, content_hash, write
from casewright.calendars.hours import business_hours
from casewright.cases.catalog import Catalog
from casewright.errors import Unavailable
from casewright.rules import instructions as do
from casewright.service.load import NOTHING, LinkedPrograms

GOOD = write(Bundle(rules=(rule("good"),)))
BETTER = write(Bundle(rules=(rule("better"),)))
BAD = write(Bundle(rules=(rule("bad", then=(do.CreateTask("No such flow", ()),)),)))


class FakeBundles:
    def __init__(self, *, published: bytes | None = None, before: bytes | None = None) -> None:
        self.published, self.before = published, before
        self.failures: Iterator[Exception] = iter(())

    def written(self) -> tuple[bytes, Catalog] | None:
        if failure := next(self.failures, None):
            raise failure
        return (self.published, CATALOG) if self.published else None

    def previous(self) -> bytes | None:
        return self.before


def programs(bundles: FakeBundles) -> tuple[LinkedPrograms, FakeTime]:
    time = FakeTime()
    return LinkedPrograms(bundles, time, FakeTelemetry()), time


def test_nothing_published_means_no_rules() -> None:
    assert programs(FakeBundles())[0].current() == NOTHING


def test_a_published_bundle_is_taken_within_ten_seconds() -> None:
    bundles = FakeBundles(published=GOOD)
    loaded, time = programs(bundles)
    assert loaded.current().hash == content_hash(GOOD)
    bundles.published = BETTER
    assert loaded.current().hash == content_hash(GOOD)
    time.sleep(10)
    assert loaded.current().hash == content_hash(BETTER)


def test_a_bundle_that_does_not_link_leaves_the_last_good_one() -> None:
    bundles = FakeBundles(published=GOOD)
    loaded, time = programs(bundles)
    loaded.current()
    bundles.published = BAD
    time.sleep(10)
    assert loaded.current().hash == content_hash(GOOD)


def test_a_cold_start_on_a_bundle_that_does_not_link_takes_the_one_before() -> None:
    assert programs(FakeBundles(published=BAD, before=GOOD))[0].current().hash == content_hash(GOOD)


def test_events_wait_when_nothing_published_links() -> None:
    loaded, _ = programs(FakeBundles(published=BAD))
    for _ in range(2):
        with pytest.raises(Unavailable, match="publish one that does"):
            loaded.current()


def test_a_store_that_does_not_answer_leaves_the_held_bundle() -> None:
    bundles = FakeBundles(published=GOOD)
    loaded, time = programs(bundles)
    loaded.current()
    time.sleep(10)
    bundles.failures = iter([Unavailable("s3")])
    assert loaded.current().hash == content_hash(GOOD)


def test_a_calendar_of_the_bundle_in_force_that_ends_within_180_days_is_named_once_a_load() -> None:
    time, telemetry = FakeTime(), FakeTelemetry()
    start, end = time.now() - timedelta(days=9), time.now() + timedelta(days=180)
    soon = business_hours(start, end - timedelta(minutes=1), [(start, end - timedelta(minutes=1))])
    bundles = FakeBundles(published=write(Bundle(calendars={"soon": soon, "later": business_hours(start, end, [(start, end)])})))
    loaded = LinkedPrograms(bundles, time, telemetry)
    for _ in range(3):
        loaded.current()
        time.sleep(10)
    assert telemetry.counts["CalendarEnds"] == 1
    assert telemetry.lines == [("calendar ends", {"calendar": "soon", "ends": soon.end.isoformat(), "days_left": 179})]
    bundles.published = BAD
    loaded.current()
    assert telemetry.counts["CalendarEnds"] == 1
