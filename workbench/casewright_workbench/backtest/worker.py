"""A process that replays partitions: `python -m casewright_workbench.backtest.worker`.

It imports what deciding needs and no more. Lines of JSON come in, first a Job, then Tasks; for each task an Outcome goes out.
"""

import sys
from datetime import datetime
from pathlib import Path

import msgspec

from casewright.bundle import LinkedBundle, content_hash, link, read
from casewright.cases.catalog import Catalog
from casewright_workbench.backtest.partitions import Partition
from casewright_workbench.backtest.replaying import Replaying


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
    """What every partition is replayed with."""

    config: Configuration
    against: Configuration | None
    own_role: str


class Task(msgspec.Struct, frozen=True):
    """One partition: where it lies, how far its clocks run, and where its differences go."""

    partition: str
    until: datetime
    differences: str


def main() -> None:
    """Answer tasks until there are no more."""
    first = sys.stdin.buffer.readline()
    if not first:
        return
    job = msgspec.json.decode(first, type=Job)
    replaying = Replaying(job.config.linked(), job.against.linked() if job.against else None, own_role=job.own_role)
    for line in sys.stdin.buffer:
        task = msgspec.json.decode(line, type=Task)
        with Partition(Path(task.partition)) as partition, Path(task.differences).open("wb") as into:
            outcome = replaying.replay(partition, task.until, into)
        sys.stdout.buffer.write(msgspec.json.encode(outcome) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
