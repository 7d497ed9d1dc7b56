"""A process that reads and replays: `python -m casewright_workbench.backtest.worker`.

It imports what deciding needs and no more. Lines of JSON come in, first a Job, then tasks; for each task its answer goes out.
"""

import os
import sys
from datetime import datetime
from pathlib import Path

import msgspec

from casewright.bundle import LinkedBundle, content_hash, link, read
from casewright.cases.catalog import Catalog
from casewright_workbench.backtest.partitions import Originals, Partition, PartitionWriter
from casewright_workbench.backtest.places import Place
from casewright_workbench.backtest.reading import Reader, Sorted
from casewright_workbench.backtest.replaying import Outcome, Replaying


class Configuration(msgspec.Struct, frozen=True):
    """A bundle as stored, and the ids of the domain it is linked with."""

    written: bytes
    catalog: Catalog

    def linked(self) -> LinkedBundle:
        """The bundle that decides.

        Raises:
            UnlinkedName: the catalog lacks a name that the bundle uses.
        """
        return link(read(self.written), self.catalog, bundle_hash=content_hash(self.written))


class Job(msgspec.Struct, frozen=True):
    """What is read, what every partition is replayed with, where the partitions lie, and how many there are."""

    places: tuple[Place, ...]

    config: Configuration
    against: Configuration | None
    own_role: str
    folder: str
    partitions: int


class ReadPlace(msgspec.Struct, frozen=True, tag="read"):
    """Put the records of a place into partitions. The answer is Sorted."""

    number: int


class ReplayPartition(msgspec.Struct, frozen=True, tag="replay"):
    """Replay a partition: how far its clocks run, and where its differences go. The answer is an Outcome."""

    number: int
    until: datetime
    differences: str


class Worker:
    """One process at work."""

    def __init__(self, job: Job) -> None:
        against = job.against.linked() if job.against else None
        self._places, self._originals = job.places, Originals(job.places)
        self._folder = Path(job.folder)
        self._writer = PartitionWriter(self._folder / str(os.getpid()), job.partitions)
        self._replaying = Replaying(job.config.linked(), against, own_role=job.own_role)

    def answer(self, task: ReadPlace | ReplayPartition) -> Sorted | Outcome:
        """Do a task."""
        match task:
            case ReadPlace(number=number):
                return Reader(self._writer, self._places[number], number=number).take()
            case ReplayPartition(number=number, until=until, differences=differences):
                with Partition(self._folder, number, self._originals) as partition, Path(differences).open("wb") as into:
                    return self._replaying.replay(partition, until, into)


def main() -> None:
    """Answer tasks until there are no more."""
    first = sys.stdin.buffer.readline()
    if not first:
        return
    worker = Worker(msgspec.json.decode(first, type=Job))
    tasks: msgspec.json.Decoder[ReadPlace | ReplayPartition] = msgspec.json.Decoder(ReadPlace | ReplayPartition)
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(msgspec.json.encode(worker.answer(tasks.decode(line))) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
