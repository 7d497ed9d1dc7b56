"""Durations as operators write them: `4h`, `1h30m`, `2d`."""

import re
from datetime import timedelta
from typing import Final

from casewright_authoring.findings import fault
from casewright_authoring.nodes import Node, Scalar, shown

ACCEPTED: Final = "accepted is a duration such as 45s, 90m, 4h, 1h30m or 2d, up to 3650d"
LONGEST: Final = timedelta(days=3650)

_DURATION: Final = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII)


def duration(node: Node, what: str) -> timedelta:
    """The node as a duration longer than nothing: days (of 24 hours), hours, minutes and seconds, in this order."""
    parts = _DURATION.fullmatch(node.value) if isinstance(node, Scalar) and isinstance(node.value, str) else None
    if parts is None or not any(parts.groups()):
        raise fault(node.place, f"{shown(node)} is given for {what}; {ACCEPTED}")
    days, hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    given = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not timedelta() < given <= LONGEST:
        raise fault(node.place, f"{parts[0]} is given for {what}; {ACCEPTED}, and longer than nothing")
    return given
