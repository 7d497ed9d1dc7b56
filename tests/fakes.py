"""Small fakes of the ports, in memory."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from building import OWN_ROLE, START, envelope

from casewright.asking import effect_key
from casewright.bundle import LinkedBundle
from casewright.cases.events import CaseRead, Event
from casewright.decide import Decided, blank
from casewright.decision import Effect, Head
from casewright.errors import NotFound, VersionConflict
from casewright.ports.log import DueClock, StoredHead
from casewright.ports.messages import Row
from casewright.redecide import Logged
from casewright.service.decide import take
from casewright.service.deciding import Deciding
from casewright.service.returning import WAITS
from casewright.sla.clocks import pending

LONG_AFTER = START + timedelta(days=3650)
"""By then all that tests tell of has happened."""


class FakeTime:
    def __init__(self, now: datetime = START) -> None:
        self.moment = now

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class FakeLog:
    """CaseLog, Keeping and DueClocks; `before_record` lets a test come in between."""

    def __init__(self) -> None:
        self.heads: dict[str, StoredHead] = {}
        self.log: dict[tuple[str, str], Logged] = {}
        self.effects: list[Effect] = []
        self.kept: list[datetime | None] = []
        self.before_record: Callable[[], None] = lambda: None

    def read_ahead(self, case_ids: Sequence[str]) -> None:
        """Nothing: heads are at hand."""

    def head(self, case_id: str) -> StoredHead:
        return self.heads.get(case_id, StoredHead(blank(case_id), 0))

    def logged(self, case_id: str, event_id: str) -> Logged | None:
        return self.log.get((case_id, event_id))

    def entries(self, case_id: str) -> tuple[Logged, ...]:
        return tuple(entry for (case, _), entry in self.log.items() if case == case_id)

    def record(self, decided: Decided, event: Event, *, version: int, armed: bool) -> None:
        self.before_record()
        if self.head(event.case_id).version != version or (event.case_id, event.id) in self.log:
            raise VersionConflict(event.case_id)
        self.heads[event.case_id] = StoredHead(decided.head, version + 1)
        self.log[event.case_id, event.id] = Logged(event, decided.decision)
        if armed:
            self.effects.extend(effect for effect in decided.decision.effects if not effect.imported)

    def keep(self, head: Head) -> None:
        self.kept.append(head.kept_until)

    def due_before(self, moment: datetime) -> Iterator[DueClock]:
        return iter(self.due(moment))

    def due(self, moment: datetime) -> tuple[DueClock, ...]:
        return tuple(
            DueClock(case_id, policy, clock.cycle, milestone, due)
            for case_id, stored in self.heads.items()
            for policy, clock in stored.head.clocks.items()
            for due, milestone in pending(clock)
            if due < moment
        )


class FakePrograms:
    def __init__(self, bundle: LinkedBundle) -> None:
        self.bundle = bundle

    def current(self) -> LinkedBundle:
        return self.bundle


class FakeSwitch:
    def __init__(self, *, armed: bool = True) -> None:
        self.armed = armed

    def is_armed(self) -> bool:
        return self.armed


class FakeReader:
    def __init__(self) -> None:
        self.cases: dict[str, CaseRead] = {}

    def read(self, case_id: str, field_ids: Sequence[str]) -> CaseRead:
        if case_id not in self.cases:
            raise NotFound(case_id)
        return self.cases[case_id]


class FakeQueue:
    """CaseEvents, DeadLetters and Wake."""

    def __init__(self) -> None:
        self.sent_back: list[tuple[str, int, int]] = []
        self.due: list[DueClock] = []
        self.buried: list[tuple[str, str]] = []
        self.rung: list[str] = []

    def send_due(self, clocks: Iterable[DueClock], now: datetime) -> int:
        before = len(self.due)
        self.due.extend(clocks)
        return len(self.due) - before

    def send_back(self, body: str, *, waited: int, seconds: int) -> None:
        self.sent_back.append((body, waited, seconds))

    def bury(self, body: str, reason: str) -> None:
        self.buried.append((body, reason))

    def ring(self, buckets: Sequence[str]) -> None:
        self.rung.extend(buckets)


class FakeLake:
    def __init__(self) -> None:
        self.rows: list[Row] = []

    def put(self, rows: Sequence[Row]) -> None:
        self.rows.extend(rows)


class FakeTelemetry:
    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, object]]] = []
        self.counts: Counter[str] = Counter()

    def log(self, message: str, **facts: object) -> None:
        self.lines.append((message, facts))

    def count(self, name: str, value: int = 1) -> None:
        self.counts[name] += value

    def flush(self) -> None:
        pass


def deciding(bundle: LinkedBundle, *, log: FakeLog | None = None, armed: bool = True, now: datetime = LONG_AFTER) -> Deciding:
    queue, log = FakeQueue(), log or FakeLog()
    return Deciding(
        log=log,
        keeping=log,
        programs=FakePrograms(bundle),
        arming=FakeSwitch(armed=armed),
        reader=FakeReader(),
        queue=queue,
        dead_letters=queue,
        lake=FakeLake(),
        wake=queue,
        time=FakeTime(now),
        telemetry=FakeTelemetry(),
        own_role=OWN_ROLE,
        rows=lambda decided, event: [{"kind": "decision", "event_id": event.id, "effects": len(decided.decision.effects)}],
    )


def sweep(log: FakeLog, moment: datetime, ports: Deciding) -> None:
    """Fire what is due, one event of ours after the other, as the queue would deliver them."""
    while due := log.due(moment):
        first = min(due, key=lambda clock: (clock.due, clock.policy, clock.milestone))
        take(clock_due(first), 0, ports)


def clock_due(due: DueClock) -> str:
    """The event of ours that tells of a milestone."""
    told = {"policy": due.policy, "cycle": due.cycle, "milestone": due.milestone, "due": due.due.isoformat()}
    event_id = f"~clock/{due.policy}/{due.cycle}/{due.milestone}/{told['due']}"
    return ours(event_id, "Casewright Clock Due", {"caseId": due.case_id, **told})


def ours(event_id: str, detail_type: str, detail: dict[str, object]) -> str:
    """An event of our own source."""
    body = json.loads(envelope(event_id, 0, "-", {}))
    return json.dumps(body | {"source": "casewright", "detail-type": detail_type, "detail": detail})


def taken(bundle: LinkedBundle, arriving: Iterable[str | datetime], *, reading: CaseRead | None = None) -> FakeLog:
    """The log after messages have come in this order; at each moment among them what is due fires. `reading` is what Cases tells of c1."""
    log = FakeLog()
    ports = deciding(bundle, log=log)
    if reading is not None:
        ports.reader.cases["c1"] = reading  # type: ignore[attr-defined]
    for each in arriving:
        if isinstance(each, datetime):
            sweep(log, each, ports)
        else:
            take(each, WAITS, ports)
    return log


def asked_for(log: FakeLog) -> dict[tuple[str, str], str]:
    """What was asked for: rule and cause, and its key. A milestone is one cause for its cycle, whenever it was taken to be due."""
    asked = {effect.key for effect in log.effects}
    found = {}
    for entry in log.log.values():
        for match in entry.decision.matched:
            key = effect_key(match.because or entry.event.id, match.rule, 0)
            if key in asked:
                cause = match.because.rpartition("/")[0] if match.because.startswith("sla/") else match.because
                found[match.rule, cause or entry.event.id] = key
    return found
