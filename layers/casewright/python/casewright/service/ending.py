"""Ending: how an effect ended is recorded once, what follows from it is asked for, and the lake is told."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from casewright.actions import MirrorSla
from casewright.decision import Effect, Outcome
from casewright.errors import Permanent, Retryable
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
    ended = [done for effect, outcome in outcomes if (done := _finished(effect, outcome, ports))]
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


def _finished(effect: Effect, outcome: Outcome, ports: Acting) -> tuple[Effect, Outcome] | None:
    """How it ended, None where it had before. One whose end the table refuses, with what follows, ends as failed and holds up no other."""
    now = ports.time.now()
    try:
        return (effect, outcome) if ports.effects.finish(effect, outcome, now, told_before=now + LEASE) else None
    except Permanent as error:
        said = f"{outcome.status}: {outcome.detail}" if outcome.detail else outcome.status
        kept = f"{said[:500]}; but that end could not be recorded, and nothing follows from it: {type(error).__name__}: {error}"
        failed = Outcome(status="failed", detail=kept)
        return (effect, failed) if ports.effects.finish(effect, failed, now, told_before=now + LEASE) else None


def tell(outcomes: Sequence[tuple[Effect, Outcome]], ports: Acting) -> None:
    """Write the rows of ended effects; while the lake does not take them, they stay in the queue to be told later."""
    if not outcomes:
        return
    try:
        ports.lake.put([ports.row(effect, outcome, ports.time.now()) for effect, outcome in outcomes])
    except (Retryable, Permanent) as error:
        ports.telemetry.count("RowsPostponed", len(outcomes))
        ports.telemetry.log("rows postponed", effects=len(outcomes), error=type(error).__name__)
        return
    ports.effects.told(effect for effect, _ in outcomes)
