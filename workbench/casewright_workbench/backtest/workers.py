"""Processes that read and replay side by side."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from types import TracebackType
from typing import Final, Self, TypeVar

import msgspec

from casewright.errors import CasewrightError
from casewright_workbench.backtest.reading import Sorted
from casewright_workbench.backtest.replaying import Outcome
from casewright_workbench.backtest.worker import Job, ReadPlace, ReplayPartition

T = TypeVar("T")

_PROGRAM: Final = "casewright_workbench.backtest.worker"


class WorkerFailed(CasewrightError):
    """A process of the backtest ended before its work did."""

    def __init__(self, code: int) -> None:
        super().__init__(f"a process of the backtest ended with exit code {code}; what it said stands above")


class Workers:
    """So many processes; use it as a context manager. They ignore Ctrl-C, and end with this process, however it ends."""

    def __init__(self, job: Job, count: int) -> None:
        self._processes = [_started(job) for _ in range(count)]
        self._idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        for process in self._processes:
            self._idle.put(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        for process in self._processes:
            process.kill()
            process.communicate()

    def read(self, tasks: Iterable[ReadPlace]) -> Iterator[Sorted]:
        """What reading each place found, in their order.

        Raises:
            WorkerFailed: a process ended.
        """
        return self._answers(tasks, Sorted)

    def replay(self, tasks: Iterable[ReplayPartition]) -> Iterator[Outcome]:
        """The outcome of each partition, in their order.

        Raises:
            WorkerFailed: a process ended.
        """
        return self._answers(tasks, Outcome)

    def _answers(self, tasks: Iterable[ReadPlace | ReplayPartition], kind: type[T]) -> Iterator[T]:
        with ThreadPoolExecutor(len(self._processes)) as threads:
            for line in threads.map(self._answer, tasks):
                yield msgspec.json.decode(line, type=kind)

    def _answer(self, task: ReadPlace | ReplayPartition) -> bytes:
        process = self._idle.get()
        assert process.stdin is not None, "started with pipes"
        assert process.stdout is not None, "started with pipes"
        try:
            process.stdin.write(msgspec.json.encode(task) + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = b""
        finally:
            self._idle.put(process)
        if not line:
            raise WorkerFailed(process.wait())
        return line


def _started(job: Job) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", _PROGRAM]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)  # noqa: S603  # our own module
    assert process.stdin is not None, "started with pipes"
    process.stdin.write(msgspec.json.encode(job) + b"\n")
    process.stdin.flush()
    return process
