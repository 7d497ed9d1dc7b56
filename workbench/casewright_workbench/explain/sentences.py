"""Why a rule fired or did not, in one line."""

import json
from typing import assert_never

from casewright.conditions.operators import Changed
from casewright.rules.explaining import Asked, LeafTrace, decisive
from casewright_workbench.explain.words import Json, Words

VERDICTS = {True: "true", False: "false", None: "unknown"}


def reason(asked: Asked, words: Words) -> str:  # noqa: C901  # one line an outcome
    """The line; of a condition that is not true it names the first test that made it so."""
    rule = asked.rule
    match asked.outcome:
        case "fired":
            return f"fired by {came(asked)}"
        case "false" | "unknown":
            leaf = decisive(asked.trace)
            assert leaf is not None, "a condition that asks nothing is true"
            return f"{leaf.place}: {asking(leaf, words)} is {VERDICTS[leaf.verdict]}; {seen(leaf, words)}"
        case "trigger":
            return f"not asked: {' or '.join(rule.when)} sets it off"
        case "stopped":
            return f"stopped by {asked.stopped_by}"
        case "shadow" if rule.mode == "canary":
            return f"would have fired: it acts on {rule.canary_percent:g}% of cases, and this is none of them"
        case "shadow":
            return "would have fired: its mode is shadow"
        case "looped":
            return "would have fired: writes of our own set it off too often in a row"
        case "own_write":
            return "not asked: it was a write of our own"
        case "schedule":
            return "not asked: the schedule of another rule came"
        case "off":
            return "not asked: its mode is off"
        case "connect":
            return "not asked: Amazon Connect runs it"
        case _ as never:
            assert_never(never)


def came(asked: Asked) -> str:
    """The trigger, and the clock it speaks of."""
    clock = asked.clock
    return f"{asked.trigger} ({clock.name}{' ' + clock.milestone if clock.milestone else ''})" if clock else str(asked.trigger)


def asking(leaf: LeafTrace, words: Words) -> str:
    """The test: `priority in ["low", "normal"]`."""
    operator, operand = words.test(leaf.subject, leaf.test)
    ignoring = " ignoring case" if getattr(leaf.test, "ignore_case", False) else ""
    return f"{leaf.subject.name} {operator} {plainly(operand)}{ignoring}"


def seen(leaf: LeafTrace, words: Words) -> str:
    """What the test read: `it was "low"`."""
    now = plainly(words.reading(leaf.subject, leaf.value))
    if not isinstance(leaf.test, Changed) or leaf.before is None:
        return f"it was {now}"
    before = plainly(words.reading(leaf.subject, leaf.before))
    return f"it changed from {before} to {now}" if leaf.changed else f"it did not change; it was {now}"


def plainly(value: Json) -> str:
    """A value as a person reads it."""
    match value:
        case {"missing": str(how)}:
            return how
        case float() if value.is_integer():
            return str(int(value))
        case list():
            return f"[{', '.join(map(plainly, value))}]"
        case dict():
            return f"{{{', '.join(f'{name}: {plainly(inner)}' for name, inner in value.items())}}}"
        case _:
            return json.dumps(value, ensure_ascii=False).replace("\\\\", "\\")
