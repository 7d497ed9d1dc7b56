"""Readers of single values: from what JSON, a header or a URL holds to the Python value botocore's user would have passed."""

import base64
import binascii
import math
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from .expressions import whole_match
from .problems import Problems

Read = Callable[[Any, str, Problems], Any]
"""(raw value, path, problems) -> value; a problem noted makes the value meaningless."""

_INTEGER_BITS = {"integer": 31, "long": 63, "short": 15, "byte": 7}
_NAMED_FLOATS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def scalar_reader(shape: Any, *, from_text: bool, timestamp_format: str) -> Read:
    """The reader of a scalar shape; `from_text` where the value stands in a URL or header and has no JSON type."""
    kind = shape.type_name
    checks = _checks(shape)
    if kind in ("string", "character"):
        return _string_reader(checks)
    if kind in _INTEGER_BITS:
        return _number_reader(checks, convert=_integer(_INTEGER_BITS[kind], from_text=from_text), accepted=f"Member must be an {kind}")
    if kind in ("float", "double"):
        return _number_reader(checks, convert=_float(from_text=from_text), accepted="Member must be a number")
    if kind == "boolean":
        return _boolean_reader(from_text=from_text)
    if kind == "blob":
        return _blob_reader(checks)
    if kind == "timestamp":
        return _timestamp_reader(shape.serialization.get("timestampFormat", timestamp_format), from_text=from_text)
    raise TypeError(f"shape {shape.name} is a {kind}, which is not a scalar")


def _checks(shape: Any) -> list[tuple[Callable[[Any], bool], str]]:
    """(refuses, accepted) pairs for the constraints on a scalar."""
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    checks: list[tuple[Callable[[Any], bool], str]] = []
    if shape.type_name in ("string", "blob"):
        if least is not None:
            checks.append((lambda value: len(value) < least, f"Member must have length greater than or equal to {least}"))
        if most is not None:
            checks.append((lambda value: len(value) > most, f"Member must have length less than or equal to {most}"))
    else:
        if least is not None:
            checks.append((lambda value: value < least, f"Member must have value greater than or equal to {least}"))
        if most is not None:
            checks.append((lambda value: value > most, f"Member must have value less than or equal to {most}"))
    if "pattern" in shape.metadata:
        fullmatch = whole_match(shape.metadata["pattern"]).fullmatch
        pattern = shape.metadata["pattern"]
        checks.append((lambda value: fullmatch(value) is None, f"Member must satisfy regular expression pattern: {pattern}"))
    if shape.metadata.get("enum"):
        accepted = frozenset(shape.metadata["enum"])
        checks.append((lambda value: value not in accepted, f"Member must satisfy enum value set: [{', '.join(shape.metadata['enum'])}]"))
    return checks


def _string_reader(checks: list[tuple[Callable[[Any], bool], str]]) -> Read:
    def read(raw: Any, path: str, problems: Problems) -> Any:
        if not isinstance(raw, str):
            problems.add(path, raw, "Member must be a string")
            return raw
        for refuses, accepted in checks:
            if refuses(raw):
                problems.add(path, raw, accepted)
        return raw

    return read


def _number_reader(checks: list[tuple[Callable[[Any], bool], str]], *, convert: Callable[[Any], Any], accepted: str) -> Read:
    def read(raw: Any, path: str, problems: Problems) -> Any:
        try:
            value = convert(raw)
        except (TypeError, ValueError):
            problems.add(path, raw, accepted)
            return raw
        for refuses, limits in checks:
            if refuses(value):
                problems.add(path, value, limits)
        return value

    return read


def _integer(bits: int, *, from_text: bool) -> Callable[[Any], int]:
    def convert(raw: Any) -> int:
        if isinstance(raw, str) and from_text:
            raw = int(raw, 10)
        if isinstance(raw, bool) or not isinstance(raw, int | float) or raw != int(raw):
            raise TypeError(raw)
        if not -(1 << bits) <= raw < (1 << bits):
            raise ValueError(raw)
        return int(raw)

    return convert


def _float(*, from_text: bool) -> Callable[[Any], float]:
    def convert(raw: Any) -> float:
        if isinstance(raw, str):
            if raw in _NAMED_FLOATS:
                return _NAMED_FLOATS[raw]
            if not from_text:
                raise TypeError(raw)
        if isinstance(raw, bool):
            raise TypeError(raw)
        return float(raw)

    return convert


def _boolean_reader(*, from_text: bool) -> Read:
    texts = {"true": True, "false": False} if from_text else {}

    def read(raw: Any, path: str, problems: Problems) -> Any:
        value = texts.get(raw, raw) if isinstance(raw, str) else raw
        if not isinstance(value, bool):
            problems.add(path, raw, "Member must be a boolean: true, false")
        return value

    return read


def _blob_reader(checks: list[tuple[Callable[[Any], bool], str]]) -> Read:
    def read(raw: Any, path: str, problems: Problems) -> Any:
        try:
            value = base64.b64decode(raw.encode("ascii"), validate=True)
        except (AttributeError, UnicodeEncodeError, binascii.Error):
            problems.add(path, raw, "Member must be base64 text")
            return raw
        for refuses, accepted in checks:
            if refuses(value):
                problems.add(path, f"{len(value)} bytes", accepted)
        return value

    return read


def _timestamp_reader(timestamp_format: str, *, from_text: bool) -> Read:
    def read(raw: Any, path: str, problems: Problems) -> Any:
        try:
            return _parse_timestamp(raw, timestamp_format, from_text=from_text)
        except (TypeError, ValueError, OverflowError, OSError):
            problems.add(path, raw, f"Member must be a timestamp in the format {timestamp_format}")
            return raw

    return read


def _parse_timestamp(raw: Any, timestamp_format: str, *, from_text: bool) -> datetime:
    if timestamp_format == "unixtimestamp":
        if isinstance(raw, bool) or (isinstance(raw, str) and not from_text):
            raise TypeError(raw)
        return datetime.fromtimestamp(float(raw), UTC)
    moment = parsedate_to_datetime(raw) if timestamp_format == "rfc822" else datetime.fromisoformat(raw)
    if moment.tzinfo is None:
        raise ValueError(raw)
    return moment.astimezone(UTC)
