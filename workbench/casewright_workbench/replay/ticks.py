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


class Ticks:
    """What is still to come of one case. A tick looks like the events of the case: the same domain, account and region."""

    def __init__(self, first: Event, rules: tuple[Rule, ...]) -> None:
        """`rules` are the scheduled ones; they ask from the first event of the case on."""
        self._like = first
        self._schedules = {rule.name: firings(rule.schedule, first.at - _MOMENT, _FAR) for rule in rules if rule.schedule}
        self._next = {name: at for name, moments in self._schedules.items() if (at := next(moments, None)) is not None}

    def before(self, position: Position, head: Head) -> Event | None:
        """The first tick before a position. That of a clock stays the first until it is decided; that of a schedule is given once."""
        if not head.clocks and not self._next:
            return None
        tick = min(self._coming(position.at, head), key=lambda tick: tick.position, default=None)
        if tick is None or tick.position >= position:
            return None
        if isinstance(tick.change, ScheduleDue):
            self._advance(tick.change.rule)
        return tick

    def _coming(self, until: datetime, head: Head) -> Iterator[Event]:
        """The next tick of each clock and of each schedule, up to an instant."""
        case_id = self._like.case_id
        for policy, clock in head.clocks.items():
            for at, milestone in pending(clock):
                if at > until:
                    break
                name = f"clock/{case_id}/{policy}/{clock.cycle}/{milestone}/{stamp(at)}"
                yield self._tick(name, at, "CLOCK.DUE", ClockDue(policy, clock.cycle, milestone))
        for rule, at in self._next.items():
            if at <= until and not head.case.deleted:
                yield self._tick(f"schedule/{rule}/{stamp(at)}/{case_id}", at, "SCHEDULE.DUE", ScheduleDue(rule))

    def _advance(self, rule: str) -> None:
        following = next(self._schedules[rule], None)
        if following is None:
            del self._next[rule]
        else:
            self._next[rule] = following

    def _tick(self, name: str, at: datetime, event_type: str, change: ClockDue | ScheduleDue) -> Event:
        like = self._like
        return Event(
            id=AFTER_ALL_ELSE + name,
            at=at.astimezone(UTC),
            case_id=like.case_id,
            domain_id=like.domain_id,
            account=like.account,
            region=like.region,
            event_type=event_type,
            performer=Performer(),
            change=change,
        )
