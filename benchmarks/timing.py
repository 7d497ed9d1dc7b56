"""Medians of repeated runs, in microseconds of wall time."""

import statistics
import time
from collections.abc import Callable


def microseconds(call: Callable[[], object], *, repeats: int = 200, rounds: int = 7) -> float:
    """The median over rounds of the mean time of a call."""
    call()
    means = []
    for _ in range(rounds):
        started = time.perf_counter()
        for _ in range(repeats):
            call()
        means.append((time.perf_counter() - started) / repeats)
    return statistics.median(means) * 1e6
