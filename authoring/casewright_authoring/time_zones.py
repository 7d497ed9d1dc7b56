"""Time zones by name."""

from typing import Final
from zoneinfo import available_timezones

from casewright_authoring.findings import fault
from casewright_authoring.nodes import Node
from casewright_authoring.shapes import text
from casewright_authoring.suggestions import meant

_OF_THE_MACHINE: Final = frozenset({"localtime"})
"""Stands among the names on many machines, and means another zone on each."""


def time_zone(node: Node) -> str:
    """The name of a time zone."""
    given = text(node, "a time zone")
    zones = available_timezones() - _OF_THE_MACHINE
    if given not in zones:
        hint = meant(given, tuple(sorted(zones)))
        raise fault(node.place, f"unknown time zone {given!r}{hint}; accepted is a name of the IANA database such as America/New_York")
    return given
