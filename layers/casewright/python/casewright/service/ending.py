"""Ending: how an effect ended is recorded once, what follows from it is asked for, and the lake is told."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from casewright.actions import MirrorSla
from casewright.decision import Effect, Outcome
from casewright.errors import Retryable
from casewright.ports.clock import Time
from casewright.ports.effects import Arming, Budgets, EffectQueue, Turns, Wake
from casewright.ports.log import CaseLog
from casewright.ports.messages import Lake, Row
from casewright.service.perform import Performing
from casewright.telemetry import Telemetry

LEASE: Final = timedelta(minutes=2)
"""How long a claimed effect is left alone: longer than one call with its wait, shorter than anybody's patience."""


class Acting(msgspec.Struct, frozen=True, kw_only=True):
    """The ports of the use case `act`."""

    effects: EffectQueue
    log: CaseLog
    budgets: Budgets
    turns: Turns
    arming: Arming
    world: Performing
    lake: Lake
    wake: Wake
    time: Time
    telemetry: Telemetry
    row: Callable[[Effect, Outcome, datetime], Row]


def end(outcomes: Sequence[tuple[Effect, Outcome]], ports: Acting) -> int:
    """End effects, each once; what follows from them and their rows come after, and again if they were cut off. Answers how many."""
    told_before = ports.time.now() + LEASE
    ended = [each for each in outcomes if ports.effects.finish(*each, ports.time.now(), told_before=told_before)]
    if following := sorted({effect.bucket for _, outcome in ended for effect in outcome.follow_ups}):
        ports.wake.ring(following)
    for effect, outcome in ended:
        ports.telemetry.count(f"Effects{outcome.status.title().replace('_', '')}")
        if outcome.status == "skipped" and isinstance(effect.action, MirrorSla):
            ports.telemetry.count("SlaMirrorsSkipped")
        ports.telemetry.log(
            "effect ended", case_id=effect.case_id, rule=effect.rule, effect=effect.key, bucket=effect.bucket, outcome=outcome.status
        )
    tell(ended, ports)
    return len(ended)


def tell(outcomes: Sequence[tuple[Effect, Outcome]], ports: Acting) -> None:
    """Write the rows of ended effects; while the lake does not take them, they stay in the queue to be told later."""
    if not outcomes:
        return
    try:
        ports.lake.put([ports.row(effect, outcome, ports.time.now()) for effect, outcome in outcomes])
    except Retryable as error:
        ports.telemetry.count("RowsPostponed", len(outcomes))
        ports.telemetry.log("rows postponed", effects=len(outcomes), error=type(error).__name__)
        return
    ports.effects.told(effect for effect, _ in outcomes)
