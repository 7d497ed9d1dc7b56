"""How a finding names what would be accepted."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

MOST_SHOWN: Final = 24
"""Names listed before `and N more`: a domain may have 500 fields."""


def unknown(kind: str, given: str, accepted: Iterable[str]) -> str:
    """`unknown field 'prioritty' (did you mean 'priority'?); accepted are ...`."""
    names = tuple(accepted)
    return f"unknown {kind} {given!r}{_meant(given, names)}; {listed(names)}"


def listed(names: Iterable[str]) -> str:
    """`accepted are a, b, c`, in the order given."""
    accepted = tuple(dict.fromkeys(names))
    if not accepted:
        return "none is defined"
    more = f" and {len(accepted) - MOST_SHOWN} more" if len(accepted) > MOST_SHOWN else ""
    verb = "accepted is" if len(accepted) == 1 else "accepted are"
    return f"{verb} {', '.join(accepted[:MOST_SHOWN])}{more}"


def _meant(given: str, names: tuple[str, ...]) -> str:
    by_folded = {name.casefold(): name for name in reversed(names)}
    close = get_close_matches(given.casefold(), by_folded, n=1, cutoff=0.6)
    return f" (did you mean {by_folded[close[0]]!r}?)" if close else ""
