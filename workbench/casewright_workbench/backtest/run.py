"""A whole backtest: archives to partitions, partitions to counts."""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import msgspec

from casewright_workbench.backtest.differences import Differences
from casewright_workbench.backtest.left_out import LeftOut, left_out
from casewright_workbench.backtest.places import Place
from casewright_workbench.backtest.replaying import Outcome
from casewright_workbench.backtest.tally import Counts, Read
from casewright_workbench.backtest.worker import Configuration, Job, ReadPlace, ReplayPartition
from casewright_workbench.backtest.workers import Workers

PARTITIONS: Final = 128
"""Few enough to be open at once; of a million events, each holds eight thousand."""
SMALL: Final = 8 << 20
"""Bytes that one process has done sooner than a second one starts."""


class Progress(Protocol):
    """Hears how far a backtest is."""

    def read(self, size: int, records: int) -> None:
        """So many bytes were read, and so many records found in them."""
        ...

    def replayed(self, records: int) -> None:
        """So many records were replayed, of those found."""
        ...


class Question(msgspec.Struct, frozen=True):
    """What is asked: a configuration, perhaps another one, and the role that its own writes are known by."""

    config: Configuration
    against: Configuration | None = None
    own_role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a backtest found. `differences_in` are files of Differences as lines of JSON, those of one case together."""

    files: int
    read: Read
    problems: tuple[tuple[str, int, str], ...]
    """File, line and reason of the first records that are no events."""
    config: Counts
    against: Counts | None
    differences: Differences | None
    differences_in: tuple[Path, ...]
    left_out: Mapping[str, LeftOut]
    """What rules and policies of the configuration read that rows of the lake leave out, where events came from rows."""


@contextmanager
def backtest(question: Question, places: Sequence[Place], progress: Progress) -> Iterator[Report]:
    """Answer the question for all events of the places; the files of differences are there as long as the context is.

    Raises:
        BadInput: a catalog lacks a name that its bundle uses.
    """
    bundle = question.config.linked()
    if question.against:
        question.against.linked()
    count = (os.cpu_count() or 1) if sum(place.size for place in places) > SMALL else 1
    parts = tuple(part for place in places for part in place.parts())
    with tempfile.TemporaryDirectory(prefix="casewright-backtest-") as folder:
        job = Job(parts, question.config, question.against, question.own_role, folder, PARTITIONS)
        differences = tuple(Path(folder) / f"{number:04}.differences" for number in range(PARTITIONS))
        total = Outcome(Read(), Counts())
        if question.against:
            total.against, total.differences = Counts(), Differences()
        with Workers(job, count) as workers:
            first_lines = tuple(_read(parts, total.read, workers, progress))
            _replay(differences, total, workers, progress)
        yield Report(
            files=len(places),
            read=total.read,
            problems=tuple((parts[each.place].name, first_lines[each.place] + each.line, each.problem) for each in total.read.problems),
            config=total.config,
            against=total.against,
            differences=total.differences,
            differences_in=tuple(path for path in differences if path.exists()),
            left_out=left_out(bundle, total.read.carried) if total.read.from_rows else {},
        )


def _read(parts: Sequence[Place], read: Read, workers: Workers, progress: Progress) -> Iterator[int]:
    """Read every part; gives the number of lines before each in its file."""
    before = 0
    for part, found in zip(parts, workers.read(map(ReadPlace, range(len(parts)))), strict=True):
        before = before if part.start else 0
        yield before
        before += found.lines
        read.add(found.read)
        progress.read(part.size, found.records)


def _replay(differences: Sequence[Path], total: Outcome, workers: Workers, progress: Progress) -> None:
    if total.read.last is None:
        return
    tasks = [ReplayPartition(number, total.read.last, str(path)) for number, path in enumerate(differences)]
    for outcome in workers.replay(tasks):
        total.add(outcome)
        progress.replayed(outcome.records)
