"""How far a rule is let loose: `mode` and `budget`."""

import re
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, cast, get_args

from casewright.rules.rule import Budget, Mode
from casewright_authoring.durations import duration
from casewright_authoring.findings import Fault, Report, fault
from casewright_authoring.nodes import Node, Scalar, shown
from casewright_authoring.shapes import record, text, whole_number
from casewright_authoring.suggestions import meant

MODES: Final[tuple[Mode, ...]] = get_args(Mode)
RUNS_ON: Final = ("casewright", "connect")
BUDGET_KEYS: Final = ("effects", "per")

_CANARY: Final = re.compile(r"canary ([0-9]{1,3}(?:\.[0-9]{1,3})?)%")
_ACCEPTED: Final = "accepted are off, shadow, canary with the share of cases (canary 10%), and on"


@dataclass(frozen=True, slots=True)
class Rollout:
    """The mode of a rule; the share counts only for a canary."""

    mode: Mode = "on"
    percent: float = 100.0


def rollout(node: Node) -> Rollout:
    """`off`, `shadow`, `canary 10%` or `on`."""
    given = node.value if isinstance(node, Scalar) and isinstance(node.value, str) else ""
    if given in MODES and given != "canary":
        return Rollout(cast(Mode, given))
    found = _CANARY.fullmatch(given)
    if found is None:
        raise fault(node.place, f"{shown(node)} is given for mode{'' if given in MODES else meant(given, MODES)}; {_ACCEPTED}")
    percent = float(found[1])
    if not 0 < percent < 100:
        raise fault(
            node.place, f"{given!r} is given for mode; a canary acts on more than 0% and less than 100% of cases: off and on say the rest"
        )
    return Rollout("canary", percent)


def budget(node: Node, report: Report) -> Budget:
    """`{effects: 50, per: 1h}`."""
    given = record(node, "'budget'", report, required=BUDGET_KEYS)
    effects = given.read("effects", _at_least_one, None)
    per = given.read("per", partial(duration, what="per"), None)
    if effects is None or per is None:
        raise Fault(None)
    return Budget(effects, per)


def runs_on(node: Node) -> Literal["casewright", "connect"]:
    """`casewright` or `connect`."""
    match text(node, "runs_on"):
        case "casewright" | "connect" as where:
            return where
        case given:
            accepted = "accepted are casewright and connect: a rule of Amazon Connect itself"
            raise fault(node.place, f"{given!r} is given for runs_on{meant(given, RUNS_ON)}; {accepted}")


def _at_least_one(node: Node) -> int:
    effects = whole_number(node, "effects")
    if effects < 1:
        raise fault(node.place, f"{shown(node)} is given for effects; accepted is 1 or more (mode: off lets a rule do nothing)")
    return effects
