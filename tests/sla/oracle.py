"""Clocks as the design tells them, played event by event in whole minutes. Written from its sentences; it shares nothing with the engine.

"After each event, in this order: cancel, met_when, reset, start, pause_while. start, reset and cancel act on becoming true; met_when and
pause_while while true. met_when true at the start: no clock. After an end only reset opens a new cycle. An overdue clock does not pause.
Met exactly at due is met. Targets are read again at each event: due = cycle start + new target + time paused; if that is past, the breach
fires now; a fired milestone never repeats; one before the start is skipped."
"""

from collections.abc import Iterator, Mapping, Sequence

from sla.opening_hours import Hours
from sla.plain import Asks, Becomes, Changed, Clock, Happens, Moment, Promise, Told, Wish

OPEN = ("Active", "Paused", "Overdue")


def play(promise: Promise, moments: Sequence[Moment], hours: Hours) -> Told:
    """The promise after the moments, which are in their order."""
    return _Play(promise, hours).all(moments)


class _Play:
    def __init__(self, promise: Promise, hours: Hours) -> None:
        self._promise, self._hours = promise, hours
        self._before: Mapping[str, str] | None = None
        self._after: Mapping[str, str] | None = None
        self._gone = False
        self._clock: Clock | None = None
        self._fired: list[tuple[int, str, int]] = []

    def all(self, moments: Sequence[Moment]) -> Told:
        for moment in moments:
            self._moment(moment)
        clock = self._clock
        return Told(clock, self._due(clock) if clock else 0, tuple(self._running()), tuple(self._fired))

    def _moment(self, moment: Moment) -> None:
        self._now = moment
        self._before = self._after
        if moment.trigger in ("case_created", "case_updated"):
            self._after = moment.fields
        self._gone = self._gone or moment.trigger == "case_deleted"
        self._time_passes(until=moment.minute - 1)
        begun = self._ends() or self._begins()
        self._pauses()
        if not begun:
            self._reads_the_target_again()
        self._catches_up()
        if self._clock is None and self._is_assigned():
            self._opens(1, asked=self._holds(self._promise.applies))
            self._pauses()
            self._catches_up()

    def _ends(self) -> bool:
        """cancel, met_when, reset; whether a new cycle begins."""
        clock, promise = self._clock, self._promise
        if clock is None:
            return False
        if clock.status in OPEN:
            if self._gone or self._turns(promise.cancel):
                self._end(clock, "Cancelled")
            elif self._met(promise.met):
                self._end(clock, "NotMet" if clock.status == "Overdue" else "Met")
        return self._turns(promise.reset) and self._opens(clock.cycle + 1)

    def _begins(self) -> bool:
        promise = self._promise
        if self._clock is not None:
            return False
        return self._opens(1, asked=self._starts(promise.start) and self._holds(promise.applies))

    def _starts(self, start: str | Becomes) -> bool:
        return self._turns(start.wish) if isinstance(start, Becomes) else start == self._now.trigger

    def _is_assigned(self) -> bool:
        assigned = self._promise.assigned
        return assigned is not None and self._now.trigger == "case_updated" and self._holds(assigned)

    def _opens(self, cycle: int, *, asked: bool = True) -> bool:
        promise, target = self._promise, self._target()
        over = isinstance(promise.met, Happens) and cycle > 1
        if not asked or self._gone or target is None or (self._met(promise.met) and not over):
            return False
        self._clock = Clock(cycle, self._now.minute, target)
        return True

    def _pauses(self) -> None:
        clock, wish = self._clock, self._promise.paused
        waits = wish is not None and self._holds(wish)
        if clock and clock.status == "Active" and waits:
            clock.status, clock.since = "Paused", self._now.minute
        elif clock and clock.status == "Paused" and not waits:
            self._end(clock, "Active")

    def _end(self, clock: Clock, status: str) -> None:
        """Leave the present status, and the pause if it was one."""
        if clock.since is not None:
            clock.paused += self._hours.passed(clock.since, self._now.minute)
        clock.status, clock.since = status, None

    def _reads_the_target_again(self) -> None:
        clock, target = self._clock, self._target()
        if clock is None or clock.status not in OPEN or target in (None, clock.target):
            return
        assert target is not None
        clock.target = target
        if clock.status == "Paused":
            as_if = Clock(clock.cycle, clock.begun, target, "Active", clock.paused, clock.since, clock.fired)
            self._end(as_if, "Active")
            past = [name for minute, name in self._coming(as_if) if minute < self._now.minute]
            for name in past:
                self._tell(name, self._now.minute)

    def _time_passes(self, *, until: int) -> None:
        """What comes up to that minute, each at its own."""
        for minute, name in self._running():
            if minute <= until:
                self._tell(name, minute)

    def _catches_up(self) -> None:
        """What the event put into the past comes now, and so do milestones of this minute. At due exactly it can still be met."""
        now = self._now.minute
        for minute, name in self._running():
            if minute < now or (minute == now and name != "breach"):
                self._tell(name, now)

    def _running(self) -> list[tuple[int, str]]:
        clock = self._clock
        return self._coming(clock) if clock and clock.status in ("Active", "Overdue") else []

    def _tell(self, name: str, minute: int) -> None:
        clock = self._clock
        assert clock is not None
        clock.fired[name] = minute
        self._fired.append((clock.cycle, name, minute))
        if name == "breach":
            self._end(clock, "Overdue")

    def _coming(self, clock: Clock) -> list[tuple[int, str]]:
        found = [(self._due(clock), "breach")]
        for name, (percent, minutes) in self._promise.milestones.items():
            elapsed = clock.target * percent // 100 + minutes
            if elapsed >= 0:
                found.append((self._hours.after(clock.begun, elapsed + clock.paused), name))
        return sorted(each for each in found if each[1] not in clock.fired)

    def _due(self, clock: Clock) -> int:
        return self._hours.after(clock.begun, clock.target + clock.paused)

    def _target(self) -> int | None:
        return next((minutes for wish, minutes in self._promise.targets if self._holds(wish)), None)

    def _met(self, met: Wish | Happens) -> bool:
        return self._happens(met) if isinstance(met, Happens) else self._holds(met)

    def _turns(self, wanted: Wish | Happens | None) -> bool:
        if wanted is None:
            return False
        if isinstance(wanted, Happens):
            return self._happens(wanted)
        return self._holds(wanted) and not _all(self._verdicts(wanted, self._before, changes=False))

    def _happens(self, wanted: Happens) -> bool:
        return self._now.trigger in wanted.when and self._holds(wanted.wish)

    def _holds(self, wish: Wish) -> bool:
        return _all(self._verdicts(wish, self._after, changes=True))

    def _verdicts(self, wish: Wish, fields: Mapping[str, str] | None, *, changes: bool) -> Iterator[bool | None]:
        for each in wish:
            if isinstance(each, Asks):
                yield self._asks(each, fields)
            else:
                yield changes and self._changed(each)

    def _asks(self, asks: Asks, fields: Mapping[str, str] | None) -> bool | None:
        event = {"performed_by.kind": self._now.by, "related_item.type": self._now.item}
        if asks.subject not in event and fields is None:
            return None
        value = event.get(asks.subject) or (fields or {}).get(asks.subject)
        found = value in asks.values
        match asks.how:
            case "in":
                return found
            case "not_in":
                return value is not None and not found
            case "not":
                return not found

    def _changed(self, wanted: Changed) -> bool | None:
        if wanted.subject not in self._now.changed:
            return False
        pairs = [(self._before, wanted.before), (self._after, wanted.after)]
        verdicts = [None if fields is None else fields.get(wanted.subject) == value for fields, value in pairs if value is not None]
        return False if False in verdicts else None if None in verdicts else True


def _all(verdicts: Iterator[bool | None]) -> bool:
    return all(verdict is True for verdict in verdicts)
