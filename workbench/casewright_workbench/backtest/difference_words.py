"""One difference in a few words: what was asked for, and where both asked, what about it differs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from casewright.asking import MIRROR
from casewright_workbench.backtest.differences import Difference

_LONGEST: Final = 60
_LED_BY: Final = 12
"""Characters shown of what both have before that in which they differ."""


def in_words(difference: Difference, others: Sequence[Difference]) -> str:
    """What one configuration did; `others` are those among which the other's own may be."""
    match difference.what:
        case "rule":
            return "rule fires"
        case "breach":
            return "clock breached"
        case "effect":
            place = "" if difference.name.startswith(MIRROR) else f" (then[{difference.index}])"
            twin = next((each for each in others if _is_twin(each, difference)), None)
            unlike = "; ".join(_unlike(_members(difference), _members(twin))) if twin else ""
            return f"{difference.action}{place}{unlike and f': {unlike}'}"


def _is_twin(one: Difference, other: Difference) -> bool:
    """Whether these are one effect, asked for with other content in each configuration."""
    same = ("event_id", "what", "name", "index", "action")
    return one.only_in != other.only_in and all(getattr(one, name) == getattr(other, name) for name in same)


def _members(difference: Difference) -> Mapping[str, Any]:
    members: Mapping[str, Any] = msgspec.to_builtins(difference.asked)
    return members


def _unlike(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
    for name in {**mine, **theirs}:
        own, other = (_text(each.get(name)) for each in (mine, theirs))
        if own != other:
            yield f"{name.removesuffix('_at')} {_from_where_it_differs(own, other)}"


def _text(value: object) -> str:
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _from_where_it_differs(own: str, other: str) -> str:
    same = next((place for place, (mine, theirs) in enumerate(zip(own, other, strict=False)) if mine != theirs), min(len(own), len(other)))
    begins = same - _LED_BY
    shown = f"…{own[begins:]}" if len(own) > _LONGEST and begins > 0 else own
    shown = " ".join(shown.split())
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
