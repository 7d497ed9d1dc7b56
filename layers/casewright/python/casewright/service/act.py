"""Act: perform the pending effects of one bucket, the most urgent first, within its quota."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from casewright.actions import Bucket, MirrorSla, SendEmail
from casewright.decision import Effect, Outcome
from casewright.errors import ItemFailed, MailNotReady, NotPermitted, Permanent, Retryable, SendingPaused, Throttled
from casewright.ports.clock import Time
from casewright.ports.effects import Arming, Budgets, EffectQueue, Pending, Turns, Wake, Write
from casewright.ports.log import CaseLog
from casewright.ports.messages import Lake, Row
from casewright.service.assigning import settled
from casewright.service.perform import Performing, perform
from casewright.service.spending import over_budget
from casewright.service.wanted import alone, groups, moot, write_of
from casewright.telemetry import Telemetry

LEASE: Final = timedelta(minutes=2)
"""How long a claimed effect is left alone: longer than one call with its retries, shorter than anybody's patience."""

LONGEST_WAIT: Final = timedelta(minutes=5)


class Acting(msgspec.Struct, frozen=True, kw_only=True):
    """The ports of the use case."""

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


def act(bucket: Bucket, seconds_left: Callable[[], float], ports: Acting) -> int:
    """Perform what is pending in the bucket until nothing is, or the time is short; then ring again. Answers how many effects ended.

    Disarmed, nothing is touched: what is pending waits, and expires.
    """
    ended = 0
    while (pending := ports.effects.urgent(bucket, ports.time.now())) and ports.arming.is_armed():
        for group in groups([settled(each, ports.turns, ports.log, ports.time.now()) for each in pending if each.outcome is None]):
            if seconds_left() < LEASE.total_seconds() / 4:
                ports.wake.ring([bucket])
                return ended
            ended += _write(group, ports)
        if not all(_tell(each.effect, each.outcome, ports) for each in pending if each.outcome is not None):
            return ended  # the lake takes nothing; the next bell asks again
    return ended


def _write(group: Sequence[Pending], ports: Acting) -> int:
    now, ended, wanted = ports.time.now(), 0, list[Pending]()
    head = ports.log.head(group[0].effect.case_id).head
    for each in group:
        if outcome := moot(each, head, now) or over_budget(each, ports.budgets, now, ports.telemetry):
            ended += _finish(each.effect, outcome, ports)
        else:
            wanted.append(each)
    if not wanted:
        return ended
    write = write_of(wanted, head, new_id=uuid.uuid4().hex)
    claimed = ports.effects.claim(wanted, write=write, until=now + LEASE)
    return ended + (_attempt(claimed, write, ports, interrupted=wanted[0].write is not None) if claimed else 0)


def _attempt(claimed: Sequence[Pending], write: Write, ports: Acting, *, interrupted: bool) -> int:
    try:
        outcomes = perform([each.effect for each in claimed], write, ports.world, now=ports.time.now(), interrupted=interrupted)
    except Retryable as error:
        _later(claimed, error, ports, interrupted=interrupted)
        return 0
    except Permanent as error:
        if len(claimed) > 1:  # one bad value must not take the others with it
            return sum(_write([alone(each)], ports) for each in claimed)
        outcomes = [Outcome(status="failed", detail=f"{type(error).__name__}: {error}")]
    return sum(_finish(each.effect, outcome, ports) for each, outcome in zip(claimed, outcomes, strict=True))


def _later(claimed: Sequence[Pending], error: Retryable, ports: Acting, *, interrupted: bool) -> None:
    """Give the effects back, until they expire. The write stays the same wherever some attempt at it may have happened."""
    refused = isinstance(error, Throttled | SendingPaused | NotPermitted | MailNotReady)
    keep_write = not isinstance(error, ItemFailed) and (interrupted or not refused)
    wait = LONGEST_WAIT if isinstance(error, SendingPaused) else min(LONGEST_WAIT, timedelta(seconds=2 ** min(claimed[0].tries + 1, 9)))
    if isinstance(claimed[0].effect.action, SendEmail) and keep_write:
        wait = max(wait, LEASE)  # by then the event of the mail has come, if the mail was accepted
    ports.effects.postpone(claimed, until=ports.time.now() + wait, detail=str(error), keep_write=keep_write)
    ports.telemetry.count("EffectsPostponed", len(claimed))


def _finish(effect: Effect, outcome: Outcome, ports: Acting) -> int:
    """End an effect, once; what follows from it and its row in the lake come after, and again if they were cut off."""
    if not ports.effects.finish(effect, outcome, ports.time.now(), told_before=ports.time.now() + LEASE):
        return 0
    ports.wake.ring(sorted({each.bucket for each in outcome.follow_ups}))
    ports.telemetry.count(f"Effects{outcome.status.title().replace('_', '')}")
    if outcome.status == "skipped" and isinstance(effect.action, MirrorSla):
        ports.telemetry.count("SlaMirrorsSkipped")
    ports.telemetry.log(
        "effect ended", case_id=effect.case_id, rule=effect.rule, effect=effect.key, bucket=effect.bucket, outcome=outcome.status
    )
    _tell(effect, outcome, ports)
    return 1


def _tell(effect: Effect, outcome: Outcome, ports: Acting) -> bool:
    """Write the row of an ended effect; while the lake does not take it, it stays in the queue to be told later."""
    try:
        ports.lake.put([ports.row(effect, outcome, ports.time.now())])
    except Retryable as error:
        ports.telemetry.count("RowsPostponed")
        ports.telemetry.log("row postponed", effect=effect.key, error=type(error).__name__)
        return False
    ports.effects.told(effect)
    return True
