"""The regular expressions of AWS models, which are Java's, as Python's.

A value must match as a whole. Two slips that the published models contain are mended: backslashes escaped twice, and an expression
between slashes.
"""

import re
import sys
import unicodedata
from functools import cache
from itertools import groupby

_PROPERTY = re.compile(r"\\([pP])\{(\w)\}")
_CATEGORIES = ("C", "L", "N", "Z")


@cache
def whole_match(expression: str) -> re.Pattern[str]:
    """The compiled pattern; use its `fullmatch`."""
    mended = expression.replace("\\\\", "\\")
    if mended.startswith("/^") and mended.endswith("$/"):
        mended = mended[1:-1]
    return re.compile(_expand_properties(mended), re.ASCII)


def _expand_properties(expression: str) -> str:
    parts: list[str] = []
    position, in_class = 0, False
    while position < len(expression):
        found = _PROPERTY.match(expression, position)
        if found:
            ranges = _ranges(found.group(2), negated=found.group(1) == "P")
            parts.append(ranges if in_class else f"[{ranges}]")
            position = found.end()
            continue
        width = 2 if expression[position] == "\\" else 1
        symbol = expression[position : position + width]
        in_class = symbol == "[" or (in_class and symbol != "]")
        parts.append(symbol)
        position += width
    return "".join(parts)


@cache
def _ranges(category: str, *, negated: bool) -> str:
    """The code points of a general category (`L`, `N`, `Z`, `C`), as the inside of a character class."""
    if category not in _CATEGORIES:
        raise ValueError(f"Unicode category {category!r} is not known here; known: {', '.join(_CATEGORIES)}")
    spans: list[tuple[int, int]] = []
    for of, first, last in _runs():
        if (of == category) == negated:
            continue
        if spans and spans[-1][1] == first - 1:
            spans[-1] = (spans[-1][0], last)
        else:
            spans.append((first, last))
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in spans)


@cache
def _runs() -> tuple[tuple[str, int, int], ...]:
    """Code points that follow each other in one general category: it, the first and the last."""
    found = groupby(range(sys.maxunicode + 1), key=lambda point: unicodedata.category(chr(point))[0])
    runs = ((of, list(points)) for of, points in found)
    return tuple((of, points[0], points[-1]) for of, points in runs)
