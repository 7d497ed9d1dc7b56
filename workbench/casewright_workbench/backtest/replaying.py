"""One partition replayed, case after case, by one configuration or by two over the same events."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import BinaryIO, Self

import msgspec
from msgspec.structs import replace

from casewright.bundle import LinkedBundle
from casewright.cases.events import CaseCreated, CaseRead, CaseUpdated, Event, Unrecognised
from casewright.cases.parsing import parse
from casewright.cases.performers import own_write, role_name
from casewright.errors import MalformedEvent
from casewright_workbench.backtest.differences import Difference, Differences, differences
from casewright_workbench.backtest.partitions import Entry, Partition
from casewright_workbench.backtest.row_events import event_of
from casewright_workbench.backtest.tally import Counts, Read
from casewright_workbench.replay.case_replay import CaseReplay, Step
from casewright_workbench.replay.ticks import scheduled


class Program:
    """A linked bundle, and the same one knowing nothing of fields that an event does not carry."""

    def __init__(self, bundle: LinkedBundle) -> None:
        self._bundle = bundle
        self._of_rows = replace(bundle, included_field_ids=frozenset())
        self._schedules = scheduled(bundle.rules)

    def replay(self, case_id: str, *, from_rows: bool) -> CaseReplay:
        """A replay of a case; where a row of the lake tells one of its events, fields that are left out are unknown."""
        return CaseReplay(case_id, self._of_rows if from_rows else self._bundle, schedules=self._schedules)


class Outcome(msgspec.Struct):
    """What came of some cases. `against` and `differences` are None where there is one configuration."""

    read: Read
    config: Counts
    records: int = 0
    """Read of the partition, whatever they were."""
    against: Counts | None = None
    differences: Differences | None = None

    def add(self, other: Self) -> None:
        """Take in what came of other cases."""
        self.records += other.records
        self.read.add(other.read)
        self.config.add(other.config)
        if self.against is not None and other.against is not None:
            self.against.add(other.against)
        if self.differences is not None and other.differences is not None:
            self.differences.add(other.differences)


class Replaying:
    """Replays partitions by the configuration, and by another one if there is one."""

    def __init__(self, config: LinkedBundle, against: LinkedBundle | None, *, own_role: str) -> None:
        self._config = Program(config)
        self._against = Program(against) if against else None
        self._own_role = own_role

    def replay(self, partition: Partition, until: datetime, into: BinaryIO) -> Outcome:
        """Every case of the partition, its clocks running to a moment; differences are written as lines of JSON."""
        two = self._against is not None
        outcome = Outcome(Read(), Counts(), against=Counts() if two else None, differences=Differences() if two else None)
        for case_id, entries in partition.cases().items():
            outcome.records += len(entries)
            events, from_rows = self._events(partition, entries, outcome.read)
            if not events:
                continue
            outcome.read.cases += 1
            outcome.read.events += len(events)
            found = self._case(case_id, events, until, outcome, from_rows=from_rows)
            into.writelines(msgspec.json.encode(difference) + b"\n" for difference in found)
        return outcome

    def _case(self, case_id: str, events: Sequence[Event], until: datetime, outcome: Outcome, *, from_rows: bool) -> Iterator[Difference]:
        config = self._config.replay(case_id, from_rows=from_rows)
        against = self._against.replay(case_id, from_rows=from_rows) if self._against else None
        differs = False
        for event in (*events, None):
            steps = _taken(config, event, until)
            for step in steps:
                outcome.config.note(step)
            if against is not None and outcome.against is not None and outcome.differences is not None:
                others = _taken(against, event, until)
                for step in others:
                    outcome.against.note(step)
                for difference in differences(steps, others):
                    outcome.differences.note(difference, first_of_case=not differs)
                    differs = True
                    yield difference

    def _events(self, partition: Partition, entries: Sequence[Entry], read: Read) -> tuple[list[Event], bool]:
        """The events of a case in their order, each once: an envelope rather than the row made of it."""
        found: dict[str, Event] = {}
        rows = set[str]()
        for entry in entries:
            event = self._event(partition, entry, read)
            if event is None:
                continue
            if event.id in found:
                read.duplicates += 1
                continue
            found[event.id] = event
            if entry.is_row:
                rows.add(event.id)
                _note_carried(event, read)
        read.from_rows += len(rows)
        return sorted(found.values(), key=lambda event: (event.at, event.id)), bool(rows)

    def _event(self, partition: Partition, entry: Entry, read: Read) -> Event | None:
        text = partition.text(entry)
        try:
            event = event_of(text, own_role=self._own_role) if entry.is_row else parse(text, own_role=self._own_role)
        except (MalformedEvent, RecursionError) as error:
            read.note_problem(entry.place, entry.line, error)
            return None
        if isinstance(event.change, Unrecognised):
            read.unrecognised += 1
            return None
        if event.own is None and event.performer.custom_entity:
            _note_claim(event, read)
        return event


def _taken(replay: CaseReplay, event: Event | None, until: datetime) -> list[Step]:
    return replay.until(until) if event is None else replay.take(event)


def _note_carried(event: Event, read: Read) -> None:
    match event.change:
        case CaseCreated(fields=fields) | CaseUpdated(fields=fields) | CaseRead(fields=fields) if fields:
            read.carried.update(fields)


def _note_claim(event: Event, read: Read) -> None:
    """A change that is ours but for the role."""
    role = role_name(event.performer.iam_principal_arn)
    if own_write(event.performer, own_role=role, is_delete=False):
        read.claims[role] = read.claims.get(role, 0) + 1
