"""The events of our own that wake a case: milestones of its clocks and the schedules of rules, as production would send them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from casewright.aws.records import stamp
from casewright.cases.events import ClockDue, Event, Position, ScheduleDue
from casewright.cases.performers import Performer
from casewright.cases.subscriptions import AFTER_ALL_ELSE
from casewright.decision import Head
from casewright.rules.rule import Rule
from casewright.rules.schedules import firings
from casewright.sla.clocks import pending

_MOMENT = timedelta(microseconds=1)
_FAR = datetime(9999, 1, 1, tzinfo=UTC)


def scheduled(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules that a schedule sets off here."""
    return tuple(
        rule
        for rule in rules
        if rule.schedule is not None and "schedule" in rule.when and rule.mode != "off" and rule.runs_on == "casewright"
    )


def still_due(event: Event, head: Head) -> bool:
    """Whether a clock waits for the milestone that the event tells; True for every other event."""
    if not isinstance(event.change, ClockDue):
        return True
    clock = head.clocks.get(event.change.policy)
    return clock is not None and clock.cycle == event.change.cycle and (event.at, event.change.milestone) in pending(clock)


class Ticks:
    """What is still to come of one case. A tick looks like the events of the case: the same domain, account and region."""

    def __init__(self, first: Event, rules: tuple[Rule, ...]) -> None:
        """`rules` are the scheduled ones; they ask from the first event of the case on."""
        self._like = first
        self._schedules = {rule.name: (rule, firings(rule.schedule, first.at - _MOMENT, _FAR)) for rule in rules if rule.schedule}
        self._next = {name: at for name, (_, moments) in self._schedules.items() if (at := next(moments, None)) is not None}

    def before(self, position: Position, head: Head) -> Event | None:
        """The first tick before a position; once taken or refused, a tick of a schedule does not come again."""
        due = min((place for place, _ in self._all(head)), default=None)
        if due is None or due >= position:
            return None
        tick = next(event for place, event in self._all(head) if place == due)
        if isinstance(tick, ScheduleDue):
            self._advance(tick.rule)
        return self._event(due, tick)

    def _all(self, head: Head) -> Iterator[tuple[Position, ClockDue | ScheduleDue]]:
        case_id = self._like.case_id
        for policy, clock in head.clocks.items():
            for due, milestone in pending(clock):
                event_id = f"{AFTER_ALL_ELSE}clock/{case_id}/{policy}/{clock.cycle}/{milestone}/{stamp(due)}"
                yield Position(due.astimezone(UTC), event_id), ClockDue(policy, clock.cycle, milestone)
        if head.case.deleted:
            return
        for rule, at in self._next.items():
            yield Position(at, f"{AFTER_ALL_ELSE}schedule/{rule}/{stamp(at)}/{case_id}"), ScheduleDue(rule)

    def _advance(self, rule: str) -> None:
        following = next(self._schedules[rule][1], None)
        if following is None:
            del self._next[rule]
        else:
            self._next[rule] = following

    def _event(self, place: Position, change: ClockDue | ScheduleDue) -> Event:
        like = self._like
        return Event(
            id=place.event_id,
            at=place.at,
            case_id=like.case_id,
            domain_id=like.domain_id,
            account=like.account,
            region=like.region,
            event_type="CLOCK.DUE" if isinstance(change, ClockDue) else "SCHEDULE.DUE",
            performer=Performer(),
            change=change,
        )
