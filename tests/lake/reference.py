"""The metrics computed a second time: from the messages themselves, in plain Python, sharing nothing with rows, columns or SQL."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from casewright_workbench.lake.metrics import MetricPoint

MINUTE = timedelta(minutes=1)

Place = tuple[date, str, str]


def metric_points(messages: Iterable[str]) -> set[MetricPoint]:
    cases = _cases(messages)
    created, resolved = Counter[Place](), Counter[Place]()
    seconds: dict[Place, float] = defaultdict(float)
    measured = Counter[Place]()
    for events in cases.values():
        opened, template = _opened(events), _template(events)
        if opened:
            created[opened.date(), template, _queue(_first(events))] += 1
        for moment, queue in _closings(events):
            place = (moment.date(), template, queue)
            resolved[place] += 1
            if opened:
                measured[place] += 1
                seconds[place] += max(0.0, (moment - opened) / timedelta(milliseconds=1))
    return {
        *(MetricPoint("cases_created", *place, float(count)) for place, count in created.items()),
        *(MetricPoint("cases_resolved", *place, float(count)) for place, count in resolved.items()),
        *(MetricPoint("average_resolution_time", *place, seconds[place] / 1000, float(count)) for place, count in measured.items()),
    }


def _cases(messages: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    once = {envelope["id"]: envelope["detail"] | {"id": envelope["id"]} for envelope in map(json.loads, messages)}
    cases = defaultdict(list)
    for detail in sorted(once.values(), key=lambda each: (_time(each["approximateChangeTime"]), each["id"])):
        if "case" in detail:
            cases[detail["case"]["caseId"]].append(detail)
    return cases


def _closings(events: list[dict[str, Any]]) -> list[tuple[datetime, str]]:
    told: dict[datetime, str] = {}
    for event in events:
        if closed := _field(event, "last_closed_datetime"):
            told.setdefault(_time(closed), _queue(event))
    seen = [
        (_time(event["approximateChangeTime"]), _queue(event))
        for event in events
        if event["eventType"] == "CASE.UPDATED" and "status" in event["changedFieldIds"] and _field(event, "status") == "closed"
    ]
    return [*told.items(), *(each for each in seen if not any(abs(each[0] - moment) <= MINUTE for moment in told))]


def _opened(events: list[dict[str, Any]]) -> datetime | None:
    times = [event["case"].get("createdDateTime") for event in events if event["eventType"] != "CASE.DELETED"]
    return min((_time(each) for each in times if each), default=None)


def _template(events: list[dict[str, Any]]) -> str:
    return next((str(event["case"]["templateId"]) for event in events if event["case"]["templateId"]), "")


def _first(events: list[dict[str, Any]]) -> dict[str, Any]:
    return next((event for event in events if event["eventType"] != "CASE.DELETED"), events[0])


def _queue(event: dict[str, Any]) -> str:
    return _field(event, "assigned_queue")


def _field(event: dict[str, Any], name: str) -> str:
    holder = event["case"].get("fields", {}).get(name, {}).get("value", {})
    return str(holder.get("stringValue", ""))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
