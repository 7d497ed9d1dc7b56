"""What a reading leaves of many alternatives at once, as a mask: an int whose bit n stands for alternative n."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from operator import or_
from typing import Any, Final, TypeAlias

from casewright.rules.accepted import Accepted, Beyond, Others, Part
from casewright.rules.readings import Kind, kind_of

Keyed: TypeAlias = frozenset[object] | Others
Scale: TypeAlias = tuple[list[float], list[int], list[int], int]
"""The numbers of one slot, divided into stretches: where the second and each later one begins; for each, the alternatives that survive some
number of it, and those of them for which it depends on the very number; and the alternatives that survive what is no number."""

MOST_MASKS: Final = 256
"""Kept of one column."""
MOST_STRETCHES: Final = 64
"""Into which one scale is divided."""
_SPARSE: Final = 10
"""One bit in 1,024: up to there a step over the whole mask for each bit is cheaper than one over its words."""
_TOP: Final = (0, *(1 << place for place in range(64)))


def mask_of(alternatives: Iterable[int], width: int, *, flipping: int = 0) -> int:
    """The mask of these alternatives, each named once; or another mask with them flipped."""
    bits = bytearray(flipping.to_bytes(width // 8 + 1, "little"))
    for each in alternatives:
        bits[each >> 3] ^= 1 << (each & 7)
    return int.from_bytes(bits, "little")


def chosen(mask: int, among: Sequence[int]) -> list[int]:
    """Those that stand at the places of the bits that are set, in no order."""
    found: list[int] = []
    if mask.bit_count() <= mask.bit_length() >> _SPARSE:
        while mask:
            place = mask.bit_length() - 1
            found.append(among[place])
            mask ^= 1 << place
        return found
    before = -1
    for word in memoryview(mask.to_bytes(mask.bit_length() // 64 * 8 + 8, "little")).cast("Q"):
        while word:
            top = word.bit_length()
            found.append(among[before + top])
            word ^= _TOP[top]  # noqa: PLW2901  # bit after bit
        before += 64
    return found


class Column(dict[Any, int]):
    """The alternatives that survive a reading of one slot, by that reading.

    `keyed` is what alternatives accept by key; `tests` are others that some of them share, at most one for each. No mask is kept of a text
    that nothing names: it may be another one in every event.
    """

    def __init__(self, width: int, keyed: Mapping[int, Keyed], tests: Mapping[Accepted, Sequence[int]]) -> None:
        self._width = width
        everything = (1 << width) - 1
        self._unkeyed = everything ^ mask_of(keyed, width)
        self._others = [(each, 1 << alternative) for alternative, each in keyed.items() if isinstance(each, Others)]
        self._of_kind: dict[Kind, int] = {}
        self._named: dict[object, list[int]] = {}
        for alternative, accepted in keyed.items():
            for key in accepted.keys if isinstance(accepted, Others) else accepted:
                self._named.setdefault(key, []).append(alternative)
        masks = [(accepted, mask_of(users, width)) for accepted, users in tests.items()]
        self._sought = [(each.sought, users) for each, users in masks if isinstance(each, Part) and each.sought is not None]
        self._tests = [(each, users) for each, users in masks if not isinstance(each, Part) or each.sought is None]
        self._is_tested = bool(tests)
        self._untested = everything ^ mask_of((each for users in tests.values() for each in users), width)

    def __missing__(self, reading: object) -> int:
        """Work it out, and keep it if it may be asked for again."""
        named = self._named.get(reading)
        mask = self._unnamed(kind_of(reading))
        if named is not None:
            mask = mask_of(named, self._width, flipping=mask)
        if self._is_tested:
            mask &= self._tested(reading)
        if named is not None or (self._is_tested and type(reading) is not str):
            if len(self) >= MOST_MASKS:
                self.clear()
            self[reading] = mask
        return mask

    def _tested(self, reading: object) -> int:
        passed = self._untested
        for accepted, users in self._tests:
            if reading in accepted:
                passed |= users
        if type(reading) is str:
            for text, users in self._sought:
                if text in reading:
                    passed |= users
        return passed

    def _unnamed(self, kind: Kind) -> int:
        found = self._of_kind.get(kind)
        if found is None:
            found = self._of_kind[kind] = self._unkeyed | sum(bit for each, bit in self._others if each.takes(kind))
        return found


def scale_of(width: int, limits: Sequence[tuple[int, Beyond]]) -> Scale:
    """The scale of these limits, each with the alternative it is a limit of."""
    thresholds = sorted({limit.threshold for _, limit in limits})
    bounds = thresholds[:: len(thresholds) // MOST_STRETCHES + 1]
    within = {above: [set[int]() for _ in range(len(bounds) + 1)] for above in (True, False)}
    for alternative, limit in limits:
        within[limit.above][bisect_right(bounds, limit.threshold)].add(alternative)
    above, below = ([mask_of(each, width) for each in within[side]] for side in (True, False))
    too_low = [*accumulate(reversed(above), or_, initial=0)][::-1][1:]
    too_high = [*accumulate(below, or_, initial=0)][:-1]
    everything = (1 << width) - 1
    return (
        bounds,
        [everything & ~(low | high) for low, high in zip(too_low, too_high, strict=True)],
        [one | other for one, other in zip(above, below, strict=True)],
        everything ^ mask_of({alternative for alternative, _ in limits}, width),
    )
