"""When schedules come, in time zones and over changes of the clocks; and which cases a search can leave out."""

from datetime import UTC, datetime, timedelta

import pytest
from building import CATALOG, START, case_event, equals, linked, parsed, rule
from hypothesis import given
from hypothesis import strategies as st

from casewright.cases.state import Case
from casewright.conditions.operators import HasText
from casewright.conditions.subjects import Facts, Field
from casewright.conditions.tree import All, Any, Condition, Leaf, Not, evaluate
from casewright.rules.rule import Schedule
from casewright.rules.schedules import firings
from casewright.rules.searching import MOST_VALUES, sought

NEW_YORK = "America/New_York"


def local(day: datetime, schedule: Schedule, days: int) -> list[str]:
    return [f"{each:%d %H:%M}" for each in firings(schedule, day, day + timedelta(days=days))]


@pytest.mark.parametrize(
    ("cron", "begin", "expected"),
    [
        ("0 9 * * mon-fri", datetime(2026, 3, 6, 20, tzinfo=UTC), ["09 13:00", "10 13:00"]),  # summer time since Sunday: 9:00 is 13:00 UTC
        ("0 9 * * mon-fri", datetime(2026, 10, 30, 20, tzinfo=UTC), ["02 14:00", "03 14:00"]),
        ("30 2 * * *", datetime(2026, 3, 7, 12, tzinfo=UTC), ["08 07:00", "09 06:30", "10 06:30", "11 06:30"]),  # 2:30 is left out
        ("30 1 * * *", datetime(2026, 10, 31, 12, tzinfo=UTC), ["01 05:30", "02 06:30", "03 06:30", "04 06:30"]),  # 1:30 comes twice
    ],
)
def test_a_cron_time_is_that_of_its_time_zone(cron: str, begin: datetime, expected: list[str]) -> None:
    assert local(begin, Schedule(cron=cron, time_zone=NEW_YORK), 4) == expected


def test_a_rate_is_counted_from_midnight_of_its_time_zone_in_1970() -> None:
    assert local(datetime(2026, 1, 5, tzinfo=UTC), Schedule(every=timedelta(hours=8)), 1) == ["05 08:00", "05 16:00", "06 00:00"]
    assert local(datetime(2026, 1, 5, tzinfo=UTC), Schedule(every=timedelta(days=1), time_zone=NEW_YORK), 2) == ["05 05:00", "06 05:00"]


@given(
    st.sampled_from(
        [
            Schedule(cron="*/20 * * * *", time_zone=NEW_YORK),
            Schedule(cron="15 1-3 * * sun", time_zone=NEW_YORK),
            Schedule(every=timedelta(hours=5)),
        ]
    ),
    st.lists(st.integers(0, 40 * 1440 * 60), min_size=3, max_size=3),
)
def test_no_firing_is_lost_or_told_twice_wherever_a_sweep_stopped(schedule: Schedule, seconds: list[int]) -> None:
    first, middle, last = (datetime(2026, 2, 15, tzinfo=UTC) + timedelta(seconds=each) for each in sorted(seconds))
    whole = list(firings(schedule, first, last))
    assert whole == [*firings(schedule, first, middle), *firings(schedule, middle, last)]
    assert all(first < each <= last for each in whole)
    assert whole == sorted(set(whole))


LEAVES = st.sampled_from(
    [
        equals("status", "open"),
        equals("status", "open", "waiting"),
        equals("status", "closed", negated=True),
        equals("priority", "high"),
        equals("amount", 5.0),
        equals("vip", True),
        equals("title", "a"),
        equals("assigned_queue", "Escalations"),
        Leaf(Field("title"), HasText("contains", "a")),
    ]
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Any(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=6,
)


@given(
    CONDITIONS,
    st.fixed_dictionaries(
        {},
        optional={
            "status": st.sampled_from(["open", "waiting", "closed", ""]),
            "f-priority": st.sampled_from(["high", "low"]),
            "f-amount": st.sampled_from([5.0, 6.0]),
            "f-vip": st.booleans(),
            "title": st.sampled_from(["a", "b"]),
        },
    ),
)
def test_a_search_finds_every_case_the_condition_holds_for(condition: Condition, fields: dict[str, str | float | bool]) -> None:
    bundle = linked(rule("r", "schedule", condition=condition))
    event = parsed(case_event("e", 0, "CREATED"))
    case = Case("c1", "t-billing", START, fields)
    facts = Facts(event, case, case, CATALOG.included_field_ids)
    if evaluate(bundle.rules[0].condition, facts) is True:
        assert all(fields.get(field_id) in values for field_id, values in sought(bundle.rules[0].condition).items())


def test_a_search_says_what_it_can() -> None:
    [asked] = linked(
        rule(
            "r", "schedule", condition=All((equals("status", "open", "waiting"), equals("priority", "high"), equals("template", "Billing")))
        )
    ).rules
    assert sought(asked.condition) == {"status": ("open", "waiting"), "f-priority": ("high",)}
    assert sought(equals("title", *(f"t{number}" for number in range(MOST_VALUES + 1)))) == {}
