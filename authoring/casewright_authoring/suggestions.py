"""How a finding names what would be accepted."""

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from typing import Final

NEAR: Final = 0.75
"""How alike a name must be to be suggested; at 0.7 `older_than` would suggest `less_than`."""

MOST_SHOWN: Final = 60
"""More names than these are not all listed, but those most like the one given: a domain may have 500 fields."""


def unknown(kind: str, given: str, accepted: Iterable[str]) -> str:
    """`unknown field 'prioritty' (did you mean 'priority'?); accepted are ...`."""
    names = tuple(accepted)
    if len(names) > MOST_SHOWN:
        near = ", ".join(_likest(given, names))
        return f"unknown {kind} {given!r}{meant(given, names)}; accepted are {len(names)}, those most like it first: {near}"
    return f"unknown {kind} {given!r}{meant(given, names)}; {listed(names)}"


def listed(names: Iterable[str]) -> str:
    """`accepted are a, b, c`, in the order given."""
    accepted = tuple(dict.fromkeys(names))
    if not accepted:
        return "none is defined"
    return f"accepted {'is' if len(accepted) == 1 else 'are'} {', '.join(accepted)}"


def _likest(given: str, names: tuple[str, ...]) -> list[str]:
    """The names most like the one given, whatever the case of their letters; those that are equally alike in the order of the alphabet."""
    matcher = SequenceMatcher(b=given.casefold())

    def unlike(name: str) -> tuple[float, str]:
        matcher.set_seq1(name.casefold())
        return -matcher.ratio(), name

    return sorted(names, key=unlike)[:MOST_SHOWN]


def meant(given: str, names: tuple[str, ...]) -> str:
    """` (did you mean 'priority'?)`, or nothing where no name is like the one given."""
    close = get_close_matches(given.casefold(), [name.casefold() for name in names], n=1, cutoff=NEAR)
    alike = [name for name in names if close and name.casefold() == close[0]]
    nearest = get_close_matches(given, alike, n=1, cutoff=0)
    return f" (did you mean {nearest[0]!r}?)" if nearest else ""
