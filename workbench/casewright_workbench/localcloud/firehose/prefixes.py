"""Keys of objects: the expressions of a prefix, and the name Firehose gives an object."""

import re
import secrets
import string
from collections.abc import Mapping
from datetime import datetime

_EXPRESSION = re.compile(r"!\{(\w+):([^}]*)\}")
_LETTERS = re.compile(r"([A-Za-z])\1*|'([^']*)'")
_TIME = {
    "yyyy": "%Y",
    "yy": "%y",
    "MM": "%m",
    "dd": "%d",
    "HH": "%H",
    "mm": "%M",
    "ss": "%S",
    "DDD": "%j",
    "MMM": "%b",
    "EEE": "%a",
}


class PrefixError(Exception):
    """A prefix that cannot be worked out, with the reason."""


def worked_out(prefix: str, *, at: datetime, partition_keys: Mapping[str, str] | None = None, error_type: str = "") -> str:
    """The prefix with its expressions replaced; one without any gets the hour, as Firehose does."""
    if "!{" not in prefix:
        return f"{prefix}{f'{error_type}/' if error_type else ''}{at:%Y/%m/%d/%H/}"

    def value(found: re.Match[str]) -> str:
        namespace, name = found.groups()
        if namespace == "timestamp":
            return formatted(at, name)
        if namespace == "partitionKeyFromLambda":
            if not (partition_keys or {}).get(name):
                raise PrefixError(f"the record's metadata holds no partition key {name}")
            return (partition_keys or {})[name]
        if (namespace, name) == ("firehose", "error-output-type"):
            return error_type
        if (namespace, name) == ("firehose", "random-string"):
            return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(11))
        raise PrefixError(f"the expression {found.group()} is not known here")

    return _EXPRESSION.sub(value, prefix)


def formatted(at: datetime, pattern: str) -> str:
    """A moment by the letters of Java's DateTimeFormatter."""

    def value(found: re.Match[str]) -> str:
        if found.group(2) is not None:
            return found.group(2)
        if found.group() not in _TIME:
            raise PrefixError(f"the timestamp letters {found.group()} are not known here; known are {', '.join(_TIME)}")
        return at.strftime(_TIME[found.group()])

    return _LETTERS.sub(value, pattern)


def object_name(stream: str, at: datetime, serial: int, extension: str) -> str:
    """`stream-1-2026-01-31-12-00-00-<serial>`: unique, and in order of delivery."""
    return f"{stream}-1-{at:%Y-%m-%d-%H-%M-%S}-{serial:012d}{extension}"
