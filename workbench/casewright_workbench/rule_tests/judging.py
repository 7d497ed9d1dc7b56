"""What a test expected and what came, compared."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from casewright_authoring.findings import Place
from casewright_workbench.explain.effects import Told
from casewright_workbench.explain.sentences import plainly
from casewright_workbench.explain.words import Json, instant
from casewright_workbench.rule_tests.playing import Played
from casewright_workbench.rule_tests.written import Expected, ExpectedClock, RuleTest

Kind = Literal["missing", "unexpected", "different", "not_fired", "fired", "clock", "broken"]


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that is not as expected. `rule` is the one whose trace tells why something did not come."""

    kind: Kind
    place: Place
    message: str
    expected: Json = None
    got: Json = None
    differences: tuple[str, ...] = ()
    rule: str = ""


def failures(test: RuleTest, played: Played) -> tuple[Failure, ...]:
    """Everything that is not as expected."""
    return (*_effects(test, played), *_rules(test, played), *_clocks(test, played), *_broken(test, played))


def _effects(test: RuleTest, played: Played) -> Iterator[Failure]:
    if test.expect is None:
        return
    got = [effect for taken in played.taken for effect in taken.effects]
    if not test.only:
        yield from _in_order(test.expect, got)
        return
    matcher = SequenceMatcher(None, [(each.rule, each.action) for each in test.expect], [(each.rule, each.action) for each in got], False)
    for kind, low, high, first, end in matcher.get_opcodes():
        if kind == "equal":
            yield from (_different(*pair) for pair in zip(test.expect[low:high], got[first:end], strict=True) if _differences(*pair))
            continue
        yield from map(_missing, test.expect[low:high])
        yield from (_unexpected(each, test) for each in got[first:end])


def _in_order(expect: Sequence[Expected], got: Sequence[Told]) -> Iterator[Failure]:
    """Each expected effect is the next one that agrees; what lies between is not asked about."""
    start = 0
    for each in expect:
        alike = [place for place in range(start, len(got)) if (got[place].rule, got[place].action) == (each.rule, each.action)]
        agreeing = next((place for place in alike if not _differences(each, got[place])), None)
        if agreeing is not None:
            start = agreeing + 1
        else:
            yield _different(each, got[alike[0]]) if alike else _missing(each)


def _missing(each: Expected) -> Failure:
    return Failure("missing", each.place, "expected, and did not come", _expected(each), rule=each.rule)


def _unexpected(each: Told, test: RuleTest) -> Failure:
    return Failure("unexpected", test.place, "came, and was not expected", got=each.as_json())


def _different(each: Expected, got: Told) -> Failure:
    return Failure("different", each.place, "came otherwise", _expected(each), got.as_json(), tuple(_differences(each, got)))


def _expected(each: Expected) -> Json:
    return {"rule": each.rule, "action": each.action, **each.members}


def _differences(each: Expected, got: Told) -> list[str]:
    return list(_unlike(each.members, got.members, ""))


def _unlike(expected: Json, got: Json, path: str) -> Iterator[str]:
    """Where what came differs; of a mapping only what is expected counts."""
    match expected, got:
        case dict(), dict():
            for name, wanted in expected.items():
                inner = f"{path}.{name}" if path else name
                if name in got:
                    yield from _unlike(wanted, got[name], inner)
                else:
                    yield f"{inner}: expected {plainly(wanted)}, and there is none"
        case list(), list() if len(expected) == len(got):
            for place, (wanted, found) in enumerate(zip(expected, got, strict=True)):
                yield from _unlike(wanted, found, f"{path}[{place}]")
        case _ if isinstance(expected, bool) is not isinstance(got, bool) or expected != got:
            yield f"{path}: expected {plainly(expected)}, got {plainly(got)}"


def _rules(test: RuleTest, played: Played) -> Iterator[Failure]:
    fired = {match.rule for taken in played.taken for match in taken.decided.decision.matched}
    for each in test.fired:
        if each.rule not in fired:
            yield Failure("not_fired", each.place, f"{each.rule} should have fired, and did not", rule=each.rule)
    for each in test.not_fired:
        if each.rule in fired:
            yield Failure("fired", each.place, f"{each.rule} should not have fired, and did", rule=each.rule)


def _clocks(test: RuleTest, played: Played) -> Iterator[Failure]:
    for each in test.clocks:
        clock = played.head.clocks.get(each.policy)
        got: dict[str, Json] = {"status": clock.status, "due": instant(clock.due_at)} if clock else {"status": "absent"}
        wanted = _wanted(each)
        if unlike := tuple(_unlike(wanted, got, "")):
            yield Failure("clock", each.place, f"the clock {each.policy} stands otherwise", wanted, got, unlike)


def _wanted(each: ExpectedClock) -> dict[str, Json]:
    status: dict[str, Json] = {"status": each.status} if each.status else {}
    return status | ({"due": instant(each.due)} if each.due else {})


def _broken(test: RuleTest, played: Played) -> Iterator[Failure]:
    """What went wrong in deciding is no success, whatever was expected."""
    for taken in played.taken:
        decision = taken.decided.decision
        if decision.broken:
            yield Failure("broken", test.place, decision.broken)
        for each in decision.stalled:
            yield Failure("broken", test.place, f"the clock {each.policy} could not {each.step}: {each.reason}")
