"""From the Cases API to a metric, through everything that lies between: stream, rules, Firehose, function, Parquet, views."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from casewright_workbench.house import House
from casewright_workbench.lake.metrics import metrics
from casewright_workbench.lake.opening import open_lake

ROOT = Path(__file__).parent.parent.parent
START = datetime(2026, 11, 16, 14, tzinfo=UTC)


def test_cases_made_and_closed_over_the_api_are_measured(tmp_path: Path) -> None:
    with House.open(ROOT / "contact_center", start=START, folder=tmp_path) as house:
        cases = house.session("agent").client("connectcases")
        ids, template = house.catalog.fields, house.catalog.templates["Technical"]
        fields = [
            {"id": "title", "value": {"stringValue": "Jane Doe wants her money"}},
            {"id": "customer_id", "value": {"stringValue": "arn:aws:profile:us-east-1:111122223333:domains/d/profiles/jane"}},
        ]
        made = [cases.create_case(domainId=house.domain_id, templateId=template, fields=fields)["caseId"] for _ in range(2)]
        house.run_until(START + timedelta(hours=1))
        closed = [
            {"id": "status", "value": {"stringValue": "closed"}},
            {"id": ids["resolution"].id, "value": {"stringValue": next(iter(ids["resolution"].options.values()))}},
        ]
        cases.update_case(domainId=house.domain_id, caseId=made[0], fields=closed)
        house.run_until(START + timedelta(hours=2))
        house.flush_lake()
        lake = open_lake(house.lake)
        points = {point.metric: point for point in metrics(lake)}
        kinds = Counter(kind for (kind,) in lake.execute("SELECT kind FROM facts").fetchall())
        everything = str(lake.execute("SELECT * FROM facts").fetchall())
    assert points["cases_created"].numerator == 2
    assert points["cases_resolved"].numerator == 1
    assert 3600 <= points["average_resolution_time"].numerator < 3660
    assert {"case_event", "decision", "clock", "effect"} <= kinds.keys()
    assert "Jane" not in everything
    assert "profiles/jane" not in everything
    assert {name for _, name in house.counts} & {"RecordsMalformed", "EventsUnrecognised"} == set()
