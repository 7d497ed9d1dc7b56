"""Metrics of the lake for pages and the summary: read again only when a file was added, with the time of the newest."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import duckdb

from casewright_workbench.lake.metrics import metrics, value
from casewright_workbench.lake.opening import Bucket, open_lake

_ATTAINMENT: Final = "SELECT clock_policy, sum(numerator), sum(denominator) FROM sla_attainment GROUP BY clock_policy ORDER BY clock_policy"
_NEWEST: Final = "SELECT max(recorded_timestamp) FROM facts"


@dataclass(frozen=True, slots=True)
class Attainment:
    """Promises of one policy: how many were kept, of how many that came to an end or ran out."""

    policy: str
    kept: int
    judged: int

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.kept / self.judged


@dataclass(frozen=True, slots=True)
class LakeFigures:
    """What the lake holds, as of its newest record; None while it is empty. Averages are in seconds."""

    as_of: datetime | None
    metrics: tuple[tuple[str, float], ...]
    attainment: tuple[Attainment, ...]


class LakeReader:
    """Reads the lake of a house when it changed."""

    def __init__(self, lake: Bucket) -> None:
        self._lake = lake
        self._lock = threading.Lock()
        self._seen: frozenset[str] | None = None
        self._figures = LakeFigures(None, (), ())

    def read(self) -> LakeFigures:
        """The figures of now."""
        with self._lock:
            keys = self._keys()
            if keys != self._seen:
                self._figures = _read(open_lake(self._lake))
                self._seen = keys
            return self._figures

    def _keys(self) -> frozenset[str]:
        pages = self._lake.client.get_paginator("list_objects_v2").paginate(Bucket=self._lake.name, Prefix=self._lake.prefix)
        return frozenset(each["Key"] for page in pages for each in page.get("Contents", ()))


def _read(connection: duckdb.DuckDBPyConnection) -> LakeFigures:
    points = metrics(connection)
    named = ((name, value(each for each in points if each.metric == name)) for name in sorted({each.metric for each in points}))
    newest = connection.execute(_NEWEST).fetchone()
    attainment = connection.execute(_ATTAINMENT).fetchall()
    return LakeFigures(
        as_of=newest[0].replace(tzinfo=UTC) if newest and newest[0] else None,
        metrics=tuple((name, known) for name, known in named if known is not None),
        attainment=tuple(Attainment(policy, int(kept), int(judged)) for policy, kept, judged in attainment),
    )
