"""Processes that replay partitions side by side."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from types import TracebackType
from typing import Final, Self

import msgspec

from casewright.errors import CasewrightError
from casewright_workbench.backtest.replaying import Outcome
from casewright_workbench.backtest.worker import Job, Task

_PROGRAM: Final = "casewright_workbench.backtest.worker"


class WorkerFailed(CasewrightError):
    """A process of the backtest ended before its work did."""

    def __init__(self, partition: str, code: int) -> None:
        super().__init__(f"replaying {partition} ended with exit code {code}; what it said stands above")


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

    def outcomes(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """The outcome of every task, in their order.

        Raises:
            WorkerFailed: a process ended.
        """
        with ThreadPoolExecutor(len(self._processes)) as threads:
            yield from threads.map(self._outcome, tasks)

    def _outcome(self, task: Task) -> Outcome:
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
            raise WorkerFailed(task.partition, process.wait())
        return msgspec.json.decode(line, type=Outcome)


def _started(job: Job) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", _PROGRAM]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)  # noqa: S603  # our own module
    assert process.stdin is not None, "started with pipes"
    process.stdin.write(msgspec.json.encode(job) + b"\n")
    process.stdin.flush()
    return process
