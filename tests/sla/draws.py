"""Random promises, and random cases in which something happens near what the promises expect."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sla.opening_hours import AroundTheClock, Hours
from sla.oracle import play
from sla.plain import Asks, Becomes, Changed, Happens, Moment, Promise, Told, Wish

OPTIONS = {"status": ("open", "waiting", "closed"), "priority": ("low", "normal", "high")}
HALF_DAYS = dict.fromkeys(range(7), ((480, 720),))
WEEKS: Mapping[str, tuple[str, Mapping[int, Sequence[tuple[int, int]]]]] = {
    "office": ("America/New_York", dict.fromkeys(range(5), ((540, 720), (780, 1050)))),
    "nights": ("Europe/Berlin", dict.fromkeys(range(7), ((1320, 240),))),
    "hills": ("Asia/Kathmandu", HALF_DAYS | {5: ((0, 1440),)}),
}
ORIGINS = tuple(datetime.fromisoformat(f"{day}T14:00:00+00:00") for day in ("2026-11-16", "2027-03-11", "2027-03-25", "2027-10-28"))
"""Begins of cases: an ordinary one, and some just before the clocks change in New York and Berlin."""

DAYS = 60
END = 30 * 1440
"""Half of the cases are looked at again in this minute: later than anything else happens, earlier than the hours end."""

BY_USER = Asks("performed_by.kind", frozenset({"user"}))


@cache
def hours(calendar: str, origin: datetime) -> Hours:
    """The oracle's own hours of a calendar."""
    return Hours(origin, DAYS, *WEEKS[calendar]) if calendar else AroundTheClock()


def promise(chance: random.Random, name: str) -> Promise:
    """A promise with any of the features."""
    minutes = sorted(chance.sample([20, 40, 60, 120, 240, 480, 960], 2))
    targets: list[tuple[Wish, int]] = [(_state(chance, "priority"), minutes[0]), ((), minutes[1])]
    targets = chance.choice([targets, targets, targets[:1], targets[1:]])
    met: list[Wish | Happens] = [CLOSED, CLOSED, _state(chance), _happens(chance)]
    reset: list[Wish | Happens | None] = [None, (Changed("status", "closed"),), REOPENED, _turning(chance), _happens(chance)]
    cancel: list[Wish | Happens | None] = [None, None, DUPLICATE, _turning(chance), _happens(chance)]
    starts: list[str | Becomes] = [
        "case_created",
        "case_created",
        "related_item_added",
        "case_updated",
        "assigned",
        Becomes(_turning(chance)),
    ]
    start = chance.choice(starts)
    return Promise(
        name=name,
        start=start,
        met=chance.choice(met),
        targets=tuple(targets),
        applies=_state(chance) if start != "assigned" and chance.random() < 0.2 else (),
        paused=chance.choice([None, WAITING, WAITING, _state(chance)]),
        reset=chance.choice(reset),
        cancel=chance.choice(cancel),
        assigned=_state(chance) if start == "assigned" or chance.random() < 0.1 else None,
        milestones={name: each for name, each in _MILESTONES.items() if chance.random() < 0.4 and _can_come(each, targets)},
        calendar=chance.choice(["", "", *WEEKS]),
    )


_MILESTONES = {
    "quarter": (25, 0),
    "half": (50, 0),
    "three": (75, 0),
    "half-again": (150, 0),
    "soon": (100, -60),
    "early": (100, -240),
    "late": (100, 30),
}
CLOSED: Wish = (Asks("status", frozenset({"closed"})),)
WAITING: Wish = (Asks("status", frozenset({"waiting"})),)
DUPLICATE: Wish = (Asks("title", frozenset({"duplicate"})),)
REOPENED: Wish = (Changed("status", "closed", "open"),)


def _can_come(milestone: tuple[int, int], targets: Sequence[tuple[Wish, int]]) -> bool:
    """Whether it lies after the start with some target."""
    percent, minutes = milestone
    return max(target for _, target in targets) * percent // 100 + minutes >= 0


def _state(chance: random.Random, subject: str = "") -> Wish:
    """Something that lasts."""
    subject = subject or chance.choice(["status", "status", "priority", "title"])
    options = OPTIONS.get(subject, ("x", "duplicate"))
    values = frozenset(chance.sample(options, chance.randint(1, len(options) - 1)))
    asks = Asks(subject, values, chance.choice(["in", "in", "in", "not_in", "not"]))
    return (asks, BY_USER) if chance.random() < 0.1 else (asks,)


def _turning(chance: random.Random) -> Wish:
    """Something an event can turn."""
    field = chance.choice(["status", "priority"])
    before, after = chance.sample(OPTIONS[field], 2)
    changed = Changed(field, *chance.choice([(None, None), (before, None), (None, after), (before, after)]))
    return chance.choice([(changed,), _state(chance), (*_state(chance), changed)])


def _happens(chance: random.Random) -> Happens:
    """Something that is over at once."""
    item = Asks("related_item.type", frozenset({chance.choice(["comment", "contact"])}))
    wishes: list[Wish] = [(), (BY_USER,), (item,), (BY_USER, item), (BY_USER, *_state(chance))]
    when = chance.choice([("related_item_added",), ("related_item_added",), ("related_item_added", "related_item_removed")])
    if chance.random() < 0.2:
        return Happens(("case_updated", *when), chance.choice([(BY_USER,), _turning(chance)]))
    return Happens(when, chance.choice(wishes))


@dataclass(frozen=True)
class Drawn:
    """A case: where its minutes begin, its promises, and its events in their order."""

    origin: datetime
    promises: tuple[Promise, ...]
    moments: tuple[Moment, ...]

    def told(self) -> dict[str, Told]:
        """What the oracle says."""
        return told(self.promises, self.moments, self.origin)

    def at(self, minute: int) -> datetime:
        """A minute of the case as an instant."""
        return self.origin + timedelta(minutes=minute)


def told(promises: Sequence[Promise], moments: Sequence[Moment], origin: datetime) -> dict[str, Told]:
    """What the oracle says of each promise."""
    return {each.name: play(each, moments, hours(each.calendar, origin)) for each in promises}


def case(chance: random.Random, pool: Sequence[Promise]) -> Drawn:
    """A case whose events come near, at and after what the oracle expects of its promises."""
    origin, promises = chance.choice(ORIGINS), tuple(chance.sample(pool, 2))
    fields = {name: options[chance.randrange(2)] for name, options in OPTIONS.items()}
    moments = [Moment("e00", 0, "case_created", "user", fields=dict(fields))]
    for number in range(1, chance.randint(3, 9)):
        minute = _minute(chance, moments[-1].minute, told(promises, moments, origin).values())
        moments.append(_moment(chance, f"e{number:02}", minute, fields, moments))
    end = chance.choice([END, moments[-1].minute + chance.randint(0, 300)])
    moments.append(Moment("e99", end, "related_item_updated", "custom_entity", item="file"))
    return Drawn(origin, promises, tuple(moments))


def _minute(chance: random.Random, last: int, expected: Iterable[Told]) -> int:
    coming = [minute for each in expected for minute, _ in each.coming if minute < END // 2]
    if coming and chance.random() < 0.5:
        return max(last, chance.choice(coming) + chance.choice([0, 0, 0, -1, 1]))
    return last + chance.choice([0, chance.randint(1, 30), chance.randint(1, 300), chance.randint(1, 300), chance.randint(1, 1500)])


def _moment(chance: random.Random, name: str, minute: int, fields: dict[str, str], before: Sequence[Moment]) -> Moment:
    by = chance.choice(["user", "user", "custom_entity"])
    fate = chance.random()
    if fate < 0.03:
        return Moment(name, minute, "case_deleted", by)
    if fate < 0.35:
        trigger = chance.choice(["related_item_added", "related_item_added", "related_item_updated", "related_item_removed"])
        return Moment(name, minute, trigger, by, item=chance.choice(["comment", "contact"]))
    if fate < 0.38:
        return Moment(name, minute, "case_updated", by)
    return Moment(name, minute, "case_updated", by, changed=_change(chance, fields), fields=dict(fields))


def _change(chance: random.Random, fields: dict[str, str]) -> frozenset[str]:
    """Change one or two fields in place; the names of those that changed."""
    names = chance.choice([("status",), ("status",), ("priority",), ("status", "priority"), ("title",)])
    for each in names:
        if each == "title":
            fields[each] = chance.choice(["x", "x", "duplicate"])
        else:
            fields[each] = chance.choice([value for value in OPTIONS[each] if value != fields[each]])
    return frozenset(names)
