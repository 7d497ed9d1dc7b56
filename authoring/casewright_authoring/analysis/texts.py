"""Whether one text can pass several tests: texts that the tests name are tried, all others are reasoned about."""

from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import Final, TypeAlias

from casewright.cases.values import EMPTY
from casewright.conditions.operators import Among, HasText, Matches, TextPart, ValueTest
from casewright_authoring.analysis.verdicts import Verdicts, verdict_of

Wanted: TypeAlias = tuple[ValueTest, Verdicts]

_OTHER: Final = "\ue000"
"""Stands for a text that no test names, where only that matters."""


def text_passes(wanted: Sequence[Wanted]) -> bool:
    """Whether some text passes them all. Never False of what is possible; True also where no contradiction is seen."""
    named = dict.fromkeys((EMPTY, *(value for test, _ in wanted for value in _texts_of(test))))
    return any(all(verdict_of(test, text) in verdicts for test, verdicts in wanted) for text in named) or _other_passes(wanted)


def _texts_of(test: ValueTest) -> Iterable[str]:
    return (value for value in test.values if isinstance(value, str)) if isinstance(test, Among) else ()


def _other_passes(wanted: Sequence[Wanted]) -> bool:
    """Whether a text passes that no test names."""
    parts = list[tuple[HasText, bool]]()
    spelled = list[tuple[Among, bool]]()
    patterns = dict[Matches, bool]()
    for test, verdicts in wanted:
        must_hold = True in verdicts
        match test:
            case HasText():
                parts.append((test, must_hold is not test.negated))
            case Matches():
                if patterns.setdefault(test, must_hold) is not must_hold:
                    return False
            case Among(ignore_case=True) if any(_texts_of(test)):
                spelled.append((test, must_hold is not test.negated))
            case _ if verdict_of(test, _OTHER) not in verdicts:
                return False
    return not any(_exclude(one, other) for one, other in permutations(parts, 2)) and _some_spelling_passes(spelled, parts)


def _exclude(one: tuple[HasText, bool], other: tuple[HasText, bool]) -> bool:
    """Whether finding the first part means that the second test fails."""
    (first, found), (second, sought) = one, other
    if not found:
        return False
    if sought:
        return first.part == second.part != "contains" and not _agree(first, second)
    if first.ignore_case and not second.ignore_case:
        return False
    held, not_held = _alike(first, second, ignore_case=second.ignore_case)
    return second.part in {"contains", first.part} and _found(second.part, not_held, held)


def _agree(first: HasText, second: HasText) -> bool:
    """Whether one text can begin, or end, with both."""
    texts = _alike(first, second, ignore_case=first.ignore_case or second.ignore_case)
    short, long = sorted(texts, key=len)
    return _found(first.part, short, long)


def _alike(first: HasText, second: HasText, *, ignore_case: bool) -> tuple[str, str]:
    return (first.text.casefold(), second.text.casefold()) if ignore_case else (first.text, second.text)


def _found(part: TextPart, sought: str, text: str) -> bool:
    match part:
        case "contains":
            return sought in text
        case "starts_with":
            return text.startswith(sought)
        case "ends_with":
            return text.endswith(sought)


def _some_spelling_passes(spelled: Sequence[tuple[Among, bool]], parts: Sequence[tuple[HasText, bool]]) -> bool:
    """Whether, of the texts that tests name without regard to case, another spelling is left."""
    sets = [(frozenset(text.casefold() for text in _texts_of(test)), found) for test, found in spelled]
    needed = [folded for folded, found in sets if found]
    if not needed:
        return True
    left = frozenset.intersection(*needed).difference(*(folded for folded, found in sets if not found))
    return any(all(_may_be(test, found, folded) for test, found in parts) for folded in left)


def _may_be(test: HasText, found: bool, folded: str) -> bool:
    """Whether a text that is this without regard to case may pass."""
    holds = _found(test.part, test.text.casefold(), folded)
    return holds if found else not (holds and test.ignore_case)
