"""Metrics read from the lake, as points that add up."""

from collections.abc import Iterable
from datetime import date

import duckdb
import msgspec


class MetricPoint(msgspec.Struct, frozen=True, order=True):
    """A metric on one day, for one template and one value of its dimension. The denominator of a count is None."""

    metric: str
    day: date
    template_id: str
    dimension: str
    numerator: float
    denominator: float | None = None


def metrics(connection: duckdb.DuckDBPyConnection) -> tuple[MetricPoint, ...]:
    """Every point of `metric_points`, sorted."""
    found = connection.cursor().execute("SELECT metric, day, template_id, dimension, numerator, denominator FROM metric_points")
    return tuple(sorted(MetricPoint(*row) for row in found.fetchall()))


def value(points: Iterable[MetricPoint]) -> float | None:
    """The value of one metric over these points: a sum, or a ratio of sums; None where there is none."""
    given = tuple(points)
    if not given:
        return None
    numerator = sum(point.numerator for point in given)
    if any(point.denominator is None for point in given):
        return numerator
    denominator = sum(point.denominator or 0.0 for point in given)
    return numerator / denominator if denominator else None
