"""A whole backtest: archives to partitions, partitions to counts."""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from casewright_workbench.backtest.differences import Differences
from casewright_workbench.backtest.left_out import LeftOut, left_out
from casewright_workbench.backtest.partitions import PartitionWriter
from casewright_workbench.backtest.places import Place
from casewright_workbench.backtest.reading import Progress, Reader
from casewright_workbench.backtest.replaying import Outcome
from casewright_workbench.backtest.tally import Counts, Read
from casewright_workbench.backtest.worker import Job, Task
from casewright_workbench.backtest.workers import Workers

PARTITIONS: Final = 128
"""Few enough to be open at once; of a million events, each holds eight thousand."""
SMALL: Final = 8 << 20
"""Bytes that one process replays sooner than a second one starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a backtest found. `differences_in` are files of Differences as lines of JSON, those of one case together."""

    places: tuple[Place, ...]
    read: Read
    config: Counts
    against: Counts | None
    differences: Differences | None
    differences_in: tuple[Path, ...]
    left_out: Mapping[str, LeftOut]
    """What rules and policies of the configuration read that rows of the lake leave out, where events came from rows."""


@contextmanager
def backtest(job: Job, places: Sequence[Place], progress: Progress) -> Iterator[Report]:
    """Run the job over all events of the places; the files of differences are there as long as the context is.

    Raises:
        BadInput: a catalog lacks a name that its bundle uses.
    """
    bundle = job.config.linked()
    if job.against:
        job.against.linked()
    count = (os.cpu_count() or 1) if sum(place.size for place in places) > SMALL else 1
    with tempfile.TemporaryDirectory(prefix="casewright-backtest-") as folder, Workers(job, count) as workers:
        reader, sizes = _partitioned(places, Path(folder), progress)
        total = Outcome(reader.read, Counts(), Counts() if job.against else None, Differences() if job.against else None)
        tasks = [_task(path, reader.read.last) for path, size in sizes.items() if size and reader.read.last]
        progress.begin_replaying()
        for task, outcome in zip(tasks, workers.outcomes(tasks), strict=True):
            total.add(outcome)
            Path(task.partition).unlink()
            progress.replayed(sizes[Path(task.partition)])
        yield Report(
            places=tuple(places),
            read=total.read,
            config=total.config,
            against=total.against,
            differences=total.differences,
            differences_in=tuple(Path(task.differences) for task in tasks),
            left_out=left_out(bundle, total.read.carried) if total.read.from_rows else {},
        )


def _partitioned(places: Sequence[Place], folder: Path, progress: Progress) -> tuple[Reader, Mapping[Path, int]]:
    """The partitions with the number of records in each."""
    with PartitionWriter(folder, PARTITIONS) as writer:
        reader = Reader(writer, progress=progress)
        reader.take(places)
    return reader, dict(zip(writer.paths, writer.records, strict=True))


def _task(path: Path, until: datetime) -> Task:
    return Task(str(path), until, str(path.with_suffix(".differences")))
