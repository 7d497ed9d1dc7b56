"""The views of analytics/views: written for Athena, run by DuckDB through sqlglot.

Traps closed here: `date_diff` counts elapsed units in Athena and crossed boundaries in DuckDB, whose `date_sub` counts as Athena does.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
import sqlglot
from sqlglot import exp

VIEWS: Final = Path(__file__).resolve().parents[3] / "analytics" / "views"

FUNCTIONS: Final = frozenset({
    "abs", "cast", "coalesce", "contains", "count", "date_diff", "element_at", "first_value", "lower", "map_keys", "max", "min",
    "row_number", "sum", "unnest",
})  # fmt: skip
"""What a view may call: each means the same in Athena and, through `to_duckdb`, in DuckDB; tests hold the views to it."""


class View(msgspec.Struct, frozen=True):
    """A view: its name and its statement in Athena's SQL. Later views read earlier ones."""

    name: str
    statement: str


def views(directory: Path = VIEWS) -> Iterator[View]:
    """Every view, in the order they must be created: that of their file names, `NN_name.sql`."""
    for path in sorted(directory.glob("*.sql")):
        yield View(path.stem.partition("_")[2], path.read_text(encoding="utf-8"))


@cache
def to_duckdb(statement: str) -> str:
    """The statement as DuckDB reads it."""
    return sqlglot.parse_one(statement, read="trino").transform(_elapsed).sql(dialect="duckdb")


def _elapsed(node: exp.Expression) -> exp.Expression:
    if not isinstance(node, exp.DateDiff):
        return node
    unit = exp.Literal.string(node.text("unit").lower())
    return exp.Anonymous(this="date_sub", expressions=[unit, node.expression, node.this])
