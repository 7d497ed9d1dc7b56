"""Act: perform the pending effects of one bucket, the most urgent first, within its quota."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from casewright.actions import Bucket, SendEmail, UpdateCase
from casewright.decision import Effect, Head, Outcome
from casewright.errors import Permanent, Retryable, SendingPaused, Throttled
from casewright.ports import CaseLog, EffectQueue, Lake, Pending, Row, Time, Tokens, Wake
from casewright.service.perform import Performing, perform
from casewright.telemetry import Telemetry

LEASE: Final = timedelta(minutes=2)
"""How long a claimed effect is left alone: longer than one call with its retries, shorter than anybody's patience."""

MOST_ATTEMPTS: Final = 8
PAUSED_FOR: Final = timedelta(minutes=5)


class Acting(msgspec.Struct, frozen=True, kw_only=True):
    """The ports of the use case. `rates` are calls per second for each bucket."""

    effects: EffectQueue
    log: CaseLog
    tokens: Tokens
    world: Performing
    lake: Lake
    wake: Wake
    time: Time
    telemetry: Telemetry
    rates: Mapping[Bucket, float]
    row: Callable[[Effect, Outcome, datetime], Row]


def act(bucket: Bucket, seconds_left: Callable[[], float], ports: Acting) -> int:
    """Perform what is pending in the bucket until nothing is, or the time is short; then ring again. Answers how many effects ended."""
    ended = 0
    while pending := ports.effects.urgent(bucket, ports.time.now()):
        for group in _writes(pending):
            if seconds_left() < LEASE.total_seconds() / 4:
                ports.wake.ring([bucket])
                return ended
            ended += _write(group, ports)
    return ended


def _writes(pending: Sequence[Pending]) -> list[list[Pending]]:
    """Effects in order of urgency, updates of one case together in one write; an interrupted write stays what it was."""
    groups: dict[tuple[str, str], list[Pending]] = {}
    for each in pending:
        merges = isinstance(each.effect.action, UpdateCase)
        groups.setdefault((each.effect.case_id, each.write_id or "new") if merges else ("", each.effect.key), []).append(each)
    return list(groups.values())


def _write(group: Sequence[Pending], ports: Acting) -> int:
    now = ports.time.now()
    ended, wanted = 0, list[Pending]()
    head = ports.log.head(group[0].effect.case_id).head
    for each in group:
        outcome = _moot(each, head, ports)
        if outcome is None:
            wanted.append(_narrowed(each, head))
        else:
            _finish(each.effect, outcome, ports)
            ended += 1
    if not wanted:
        return ended
    write_id = wanted[0].write_id or uuid.uuid4().hex
    claimed = ports.effects.claim(wanted, write_id=write_id, until=now + LEASE)
    return ended + (_attempt(claimed, write_id, ports, interrupted=bool(wanted[0].write_id)) if claimed else 0)


def _attempt(claimed: Sequence[Pending], write_id: str, ports: Acting, *, interrupted: bool) -> int:
    bucket = claimed[0].effect.bucket
    rate = ports.rates[bucket]
    while wait := ports.tokens.take(bucket, rate=rate, burst=max(1.0, rate), now=ports.time.now()):
        ports.time.sleep(wait.total_seconds())
    try:
        outcomes = perform([each.effect for each in claimed], write_id, ports.world, interrupted=interrupted)
    except Retryable as error:
        return _later(claimed, error, ports)
    except Permanent as error:
        outcomes = [Outcome(status="failed", detail=f"{type(error).__name__}: {error}")] * len(claimed)
    for each, outcome in zip(claimed, outcomes, strict=True):
        _finish(each.effect, outcome, ports)
    return len(claimed)


def _later(claimed: Sequence[Pending], error: Retryable, ports: Acting) -> int:
    """Give the effects back; those tried too often fail, visibly. Waiting for mail to be unpaused is not a try."""
    paused = isinstance(error, SendingPaused)
    given_up = [] if paused else [each for each in claimed if each.attempts + 1 >= MOST_ATTEMPTS]
    for each in given_up:
        _finish(each.effect, Outcome(status="failed", detail=f"gave up after {each.attempts + 1} attempts: {error}"), ports)
    again = [each for each in claimed if each not in given_up]
    if again:
        wait = PAUSED_FOR if paused else min(timedelta(minutes=5), timedelta(seconds=2 ** (again[0].attempts + 1)))
        definite = isinstance(error, Throttled | SendingPaused)
        if isinstance(again[0].effect.action, SendEmail) and not definite:
            wait = max(wait, LEASE)  # by then the event of the mail has come, if the mail was accepted
        ports.effects.postpone(again, until=ports.time.now() + wait, detail=str(error), keep_write_id=not definite)
        ports.telemetry.count("EffectsPostponed", len(again))
    return len(given_up)


def _moot(pending: Pending, head: Head, ports: Acting) -> Outcome | None:
    """Why the effect is no longer wanted, if so. An attempt that may have happened is always brought to its end."""
    effect = pending.effect
    if pending.sent_as:
        return Outcome(status="done", detail=pending.sent_as)
    if pending.write_id:
        return None
    if ports.time.now() > effect.expires_at:
        return Outcome(status="expired", detail=f"not performed before {effect.expires_at.isoformat()}")
    stale = _stale_fields(effect, head)
    if isinstance(effect.action, UpdateCase) and len(stale) == len(effect.action.fields):
        return Outcome(status="superseded", detail=f"changed by someone else since: {', '.join(sorted(stale))}")
    return None


def _narrowed(pending: Pending, head: Head) -> Pending:
    """The update without the fields that someone else has changed since."""
    stale = _stale_fields(pending.effect, head)
    if not stale or pending.write_id or not isinstance(pending.effect.action, UpdateCase):
        return pending
    fields = {field_id: value for field_id, value in pending.effect.action.fields.items() if field_id not in stale}
    return replace(pending, effect=replace(pending.effect, action=UpdateCase(fields)))


def _stale_fields(effect: Effect, head: Head) -> frozenset[str]:
    if not isinstance(effect.action, UpdateCase):
        return frozenset()
    changes = ((field_id, head.field_changes.get(field_id)) for field_id in effect.action.fields)
    return frozenset(field_id for field_id, change in changes if change and not change.ours and change.position > effect.position)


def _finish(effect: Effect, outcome: Outcome, ports: Acting) -> None:
    """The row goes first: a crash in between gives it twice, never not at all; the lake keeps one."""
    now = ports.time.now()
    ports.lake.put([ports.row(effect, outcome, now)])
    ports.effects.finish(effect, outcome, now)
    ports.wake.ring(sorted({each.bucket for each in outcome.follow_ups}))
    ports.telemetry.count(f"Effects{outcome.status.capitalize()}")
    ports.telemetry.log(
        "effect ended", case_id=effect.case_id, rule=effect.rule, effect=effect.key, bucket=effect.bucket, outcome=outcome.status
    )
