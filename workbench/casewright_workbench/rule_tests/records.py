"""A run of tests as JSON."""

from casewright_workbench.explain.records import rules_record
from casewright_workbench.explain.sentences import asking
from casewright_workbench.explain.words import Json, Words, instant
from casewright_workbench.rule_tests.coverage import LeafSeen, RuleSeen
from casewright_workbench.rule_tests.judging import Failure
from casewright_workbench.rule_tests.running import Result, Run


def run_record(run: Run) -> dict[str, Json]:
    """The whole run."""
    return {
        "passed": len(run.results) - len(run.failed),
        "failed": len(run.failed),
        "tests": [_result(result, run.words) for result in run.results],
        "coverage": [_rule(each, run.words) for each in run.coverage.rules.values()],
    }


def _result(result: Result, words: Words) -> Json:
    place = result.test.place
    return {
        "test": result.test.name,
        "path": place.path,
        "line": place.line,
        "passed": not result.failures,
        "failures": [_failure(failure, result, words) for failure in result.failures],
    }


def _failure(failure: Failure, result: Result, words: Words) -> Json:
    record: dict[str, Json] = {
        "kind": failure.kind,
        "line": failure.place.line,
        "message": failure.message,
        "expected": failure.expected,
        "got": failure.got,
        "differences": list(failure.differences),
    }
    if failure.rule:
        record["trace"] = [
            {"at": instant(taken.event.at), "event": taken.event.event_type, **entry}
            for taken in result.played.taken
            for entry in rules_record([each for each in taken.rules if each.rule.name == failure.rule], words)
            if isinstance(entry, dict)
        ]
    return record


def _rule(seen: RuleSeen, words: Words) -> Json:
    conditions: list[Json] = [_leaf(place, leaf, words) for place, leaf in seen.conditions.items()]
    return {"rule": seen.rule.name, "here": seen.here, "fired": seen.fired, "conditions": conditions}


def _leaf(place: str, seen: LeafSeen, words: Words) -> Json:
    verdicts: dict[str, Json] = {"true": True in seen.verdicts, "false": False in seen.verdicts, "unknown": None in seen.verdicts}
    return {"place": place, "test": asking(seen.leaf, words), **verdicts}
