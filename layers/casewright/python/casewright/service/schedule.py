"""Schedule: every minute, ask the rules whose schedule has come about every case they may be for."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from casewright.errors import Refused
from casewright.ports.clock import Time
from casewright.ports.messages import CaseEvents
from casewright.ports.programs import Programs
from casewright.ports.schedules import CaseFinder, ScheduleMark, ScheduleMarks
from casewright.rules.rule import Rule
from casewright.rules.schedules import firings
from casewright.rules.searching import sought
from casewright.telemetry import Telemetry

PAUSE_SECONDS: Final = 1.0
"""Between two pages of 100 cases: half of what SearchCases grants an account (2 a second)."""

SECONDS_KEPT: Final = 10.0
"""Left of the invocation when no further page is asked for; the next minute goes on from there."""


FIRST_PAGE: Final = "first"
"""Stands for the page of a search that has not begun."""


SCHEDULES_FRESH_FOR: Final = timedelta(minutes=5)
"""A schedule that is published takes effect within this time."""


class Scheduling(msgspec.Struct, frozen=True, kw_only=True):
    """The ports of the use case. `done` remembers between minutes up to when each rule is known to have been asked."""

    programs: Programs
    marks: ScheduleMarks
    finder: CaseFinder
    queue: CaseEvents
    time: Time
    telemetry: Telemetry
    done: dict[str, datetime] = msgspec.field(default_factory=dict)


def schedule(ports: Scheduling, seconds_left: Callable[[], float]) -> int:
    """Send an event of our own for every case that a due rule may be about; answers how many.

    A rule seen for the first time begins now. Of firings that were missed the last one is made up for; the others are counted.

    Raises:
        Refused: Cases does not search as a rule asks; all other rules have had their turn.
    """
    sent, refused = 0, None
    for rule in ports.programs.current().rules:
        if rule.schedule is not None and rule.mode != "off" and rule.runs_on == "casewright":
            try:
                sent += _ask(rule, ports, seconds_left)
            except Refused as error:
                refused = error
    if refused is not None:
        raise refused
    return sent


def _ask(rule: Rule, ports: Scheduling, seconds_left: Callable[[], float]) -> int:
    mark, sent, begun_again = _next(rule, ports), 0, False
    while mark is not None and seconds_left() > SECONDS_KEPT:
        try:
            found = ports.finder.find(sought(rule.condition), page="" if mark.page == FIRST_PAGE else mark.page)
        except Refused:  # the page may be of a search that the rule no longer makes, or too old; who was asked already is not asked twice
            if mark.page == FIRST_PAGE or begun_again:
                raise
            mark, begun_again = ScheduleMark(mark.at, FIRST_PAGE), True
            continue
        ports.queue.send_scheduled(rule.name, mark.at, found.case_ids)
        sent += len(found.case_ids)
        mark = ScheduleMark(mark.at, found.next_page)
        ports.marks.put(rule.name, mark)
        if not mark.page:
            ports.telemetry.log("schedule came", rule=rule.name, at=mark.at.isoformat())
            break
        ports.time.sleep(PAUSE_SECONDS)
    if sent:
        ports.telemetry.count("SchedulesAsked", sent)
    return sent


def _next(rule: Rule, ports: Scheduling) -> ScheduleMark | None:
    """Where to go on; None when nothing is due."""
    assert rule.schedule is not None, "the caller asked"
    now, done = ports.time.now(), ports.done.get(rule.name)
    if done is not None and not any(firings(rule.schedule, done, now)):
        return None
    mark = ports.marks.get(rule.name)
    if mark is None:
        ports.marks.put(rule.name, ScheduleMark(now))
        return None
    if mark.page:
        return mark
    ports.done[rule.name] = mark.at
    due = list(firings(rule.schedule, mark.at, now))
    if len(due) > 1:
        ports.telemetry.count("SchedulesMissed", len(due) - 1)
        ports.telemetry.log("schedule missed", rule=rule.name, times=len(due) - 1)
    return ScheduleMark(due[-1], FIRST_PAGE) if due else None
