"""The course of a count over days, drawn in one line."""

import math
from collections.abc import Sequence
from typing import Final

_BARS: Final = "▁▂▃▄▅▆▇█"
_MOST: Final = 40


def bars(counts: Sequence[int]) -> str:
    """One bar a day, or for several days each where there are more than fit; nothing is a blank."""
    width = math.ceil(len(counts) / _MOST)
    sums = [sum(counts[start : start + width]) for start in range(0, len(counts), width)]
    highest = max(sums, default=0) or 1
    return "".join(_BARS[math.ceil(each / highest * len(_BARS)) - 1] if each else " " for each in sums)
