"""What a condition accepts of a reading, as things that `in` can be asked of. A reading that is unknown is accepted by none of them."""

from collections.abc import Container
from typing import Final, TypeAlias

from casewright.cases.state import Missing
from casewright.conditions.operators import Among, Compares, TextPart
from casewright.rules.readings import Kind, key_of, kind_of

Accepted: TypeAlias = Container[object]
"""A frozenset of keys is the plainest: the reading is one of them."""

NOTHING: Final[frozenset[object]] = frozenset()


class Others:
    """Any reading of these kinds, save the keys; without kinds, whatever is known."""

    __slots__ = ("_kinds", "_takes_texts", "keys")

    def __init__(self, keys: frozenset[object], kinds: frozenset[Kind] | None = None) -> None:
        self.keys, self._kinds = keys, kinds
        self._takes_texts = self.takes(str)

    def __contains__(self, value: object) -> bool:
        if value in self.keys:
            return False
        return self._takes_texts if type(value) is str else self.takes(kind_of(value))

    def takes(self, kind: Kind) -> bool:
        """Whether readings of the kind are accepted that are none of the keys."""
        return kind is not Missing.UNKNOWN if self._kinds is None else kind in self._kinds


class Otherwise:
    """A known reading that something else does not accept."""

    __slots__ = ("_accepted",)

    def __init__(self, accepted: Accepted) -> None:
        self._accepted = accepted

    def __contains__(self, value: object) -> bool:
        return value is not Missing.UNKNOWN and value not in self._accepted


class Beyond:
    """A number on one side of a threshold; `itself` is whether the threshold counts too."""

    __slots__ = ("above", "itself", "threshold")

    def __init__(self, threshold: float, *, above: bool, itself: bool) -> None:
        self.threshold, self.above, self.itself = threshold, above, itself

    def __contains__(self, value: object) -> bool:
        if type(value) is not float and type(value) is not int:
            return False
        if value == self.threshold:
            return self.itself
        return value > self.threshold if self.above else value < self.threshold


class Part:
    """A text that holds, begins with or ends with another; or does not."""

    __slots__ = ("_negated", "_part", "_text", "sought")

    def __init__(self, part: TextPart, text: str, *, negated: bool) -> None:
        self._part, self._text, self._negated = part, text, negated
        self.sought = text if part == "contains" and not negated else None
        """What a text need only hold; None where more is asked."""

    def __contains__(self, value: object) -> bool:
        if type(value) is not str:
            return False
        if self._part == "contains":
            return (self._text in value) is not self._negated
        found = value.startswith(self._text) if self._part == "starts_with" else value.endswith(self._text)
        return found is not self._negated


class Named:
    """Changed ids that name a field; or do not."""

    __slots__ = ("_field_id", "_negated")

    def __init__(self, field_id: str, *, negated: bool) -> None:
        self._field_id, self._negated = field_id, negated

    def __contains__(self, changed_ids: object) -> bool:
        return isinstance(changed_ids, tuple) and (self._field_id in changed_ids) is not self._negated


def among(test: Among, *, wanted: bool) -> Accepted:
    """What `equals`, `in` and their twins accept of a value, folded if they ignore case; or what makes them false."""
    values = [value.casefold() if test.ignore_case and isinstance(value, str) else value for value in test.values]
    keys = frozenset(key_of(value) for value in values if value == value)  # noqa: PLR0124  # nothing equals NaN
    if not test.negated:
        return keys if wanted else Others(keys)
    others = Others(keys, frozenset(kind_of(key_of(value)) for value in values))
    return others if wanted else Otherwise(others)


def beyond(test: Compares) -> Accepted:
    """What a comparison with a number accepts."""
    if test.number is None or test.number != test.number:  # nothing is above or below NaN
        return NOTHING
    return Beyond(test.number, above=test.order.startswith("greater"), itself=test.order.endswith("equal"))
