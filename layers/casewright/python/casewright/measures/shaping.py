"""From a record of the stream into the lake to a line of JSON in the shape of `facts`.

A record is an EventBridge envelope of the Cases stream, or a row of ours (`decide` and `perform` put those), which has a `kind`.
"""

from datetime import date, datetime
from typing import Annotated, Any, Final

import msgspec

from casewright.cases.parsing import parse
from casewright.errors import MalformedEvent
from casewright.measures.columns import FACTS, KINDS, PARTITION, Kind
from casewright.measures.event_rows import of_event
from casewright.measures.row import Row, instant

_COLUMNS: Final = frozenset(column.name for column in FACTS)


class Line(msgspec.Struct, frozen=True):
    """A record ready for conversion: one JSON object with its newline, and the partition it goes to."""

    kind: Kind
    text: bytes
    dt: str


class Elsewhere(msgspec.Struct, frozen=True):
    """A record about another Cases domain: not of this lake."""

    domain_id: str


class _Row(msgspec.Struct):
    kind: Kind
    event_id: Annotated[str, msgspec.Meta(min_length=1)]
    dt: date


_rows: Final = msgspec.json.Decoder(_Row)
_objects: Final = msgspec.json.Decoder(dict[str, Any])


def shape(record: bytes, *, arrived_at: datetime, domain_id: str, listed: frozenset[str]) -> Line | Elsewhere:
    """Read one record; `listed` are the fields whose texts may come in.

    Raises:
        MalformedEvent: it is neither an envelope of Cases nor a row of ours.
    """
    given = _object(record)
    if "kind" in given:
        return _line(_checked(record, given), arrived_at)
    event = parse(record)
    if event.domain_id != domain_id:
        return Elsewhere(event.domain_id)
    try:
        return _line(of_event(event, listed=listed), arrived_at)
    except OverflowError as error:
        raise MalformedEvent("$.detail", "a time lies outside the years 1 to 9999 of UTC") from error


def _object(record: bytes) -> Row:
    try:
        return _objects.decode(record)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedEvent("$", f"no JSON object: {error}") from error


def _checked(record: bytes, given: Row) -> Row:
    try:
        _rows.decode(record)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$")
        accepted = f"accepted is a row with kind ({', '.join(KINDS)}), event_id and {PARTITION.name} (YYYY-MM-DD)"
        raise MalformedEvent("$" + path.rstrip("`"), f"{problem}; {accepted}") from error
    unknown = sorted(given.keys() - _COLUMNS - {PARTITION.name})
    if unknown:
        raise MalformedEvent("$", f"the lake has no column {', '.join(unknown)}; accepted are the columns of measures/columns.py")
    return given


def _line(row: Row, arrived_at: datetime) -> Line:
    columns = {name: value for name, value in row.items() if name != PARTITION.name}
    text = msgspec.json.encode({**columns, "recorded_timestamp": instant(arrived_at)}) + b"\n"
    return Line(row["kind"], text, str(row[PARTITION.name]))  # type: ignore[arg-type]  # ours by construction, or just checked
