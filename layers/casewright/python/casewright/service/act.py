"""Act: perform the pending effects of one bucket, the most urgent first, in as few calls as they take."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from msgspec.structs import replace

from casewright.actions import Bucket, UpdateCase
from casewright.decision import Outcome
from casewright.errors import CasewrightError, Permanent, Retryable, UnreadableRecord
from casewright.ports.effects import Pending, Write
from casewright.service.assigning import settled
from casewright.service.ending import LEASE, Acting, end, tell
from casewright.service.giving_back import one_by_one, try_later, write_anew
from casewright.service.merging import Turn, shared, turn_of
from casewright.service.perform import perform
from casewright.service.repeating import is_wanted_by_the_others
from casewright.service.spending import over_budget
from casewright.service.wanted import moot

__all__ = ["Acting", "act"]

_ENOUGH_SECONDS: Final = LEASE.total_seconds() / 4
"""What one call may take, with the wait for its turn."""

_LOOK_HOLDS: Final = timedelta(seconds=5)
"""How long what was seen of a case holds: a page may take minutes, in which agents go on changing fields."""

_A_MOMENT: Final = 0.2
"""In which the index of the queue learns what was just written."""


def act(bucket: Bucket, seconds_left: Callable[[], float], ports: Acting) -> int:
    """Perform what is pending in the bucket until nothing is, or the time is short; then ring again. Answers how many effects ended.

    Disarmed, nothing is touched: what is pending waits, and expires. Before each call it is asked whether anything more urgent came, and
    whether the deployment is still armed.
    """
    if ports.effects.is_empty(bucket):
        return 0
    ended = 0
    while (page := ports.effects.urgent(bucket, ports.time.now())) and ports.arming.is_armed():
        if _is_short(seconds_left, bucket, ports):
            return ended
        turns, moved, looked_at = list[Turn](), False, ports.time.now()
        for found, count, has_moved in _looked_into(page, ports):
            turns, ended, moved = turns + found, ended + count, moved or has_moved
        for call in shared(turns):
            if _is_short(seconds_left, bucket, ports):
                return ended
            outranked = ports.effects.is_outranked(bucket, min(each.effect.priority for each in page), ports.time.now())
            if outranked or not ports.arming.is_armed():
                moved = True
                break
            count, has_moved = _call(call, ports, looked_at)
            ended, moved = ended + count, moved or has_moved
        if not moved:
            ports.time.sleep(_A_MOMENT)
    tell([(each.effect, each.outcome) for each in ports.effects.untold(bucket, ports.time.now()) if each.outcome], ports)
    return ended


def _is_short(seconds_left: Callable[[], float], bucket: Bucket, ports: Acting) -> bool:
    """Whether the time left is too short for more; then another performer is asked for."""
    is_short = seconds_left() < _ENOUGH_SECONDS
    if is_short:
        ports.wake.ring([bucket])
    return is_short


def _looked_into(page: Sequence[Pending], ports: Acting) -> Iterator[tuple[list[Turn], int, bool]]:
    """What is to be done about each effect of the page, its case read as a whole where it is an update; what followed from the look.

    The numbers are as those of `_call`.
    """
    seen: set[str] = set()
    for each in page:
        case_id = each.effect.case_id
        if not isinstance(each.effect.action, UpdateCase):
            yield [Turn(write=(each,))], 0, False
        elif case_id not in seen:
            seen.add(case_id)
            yield _look(case_id, ports)


def _look(case_id: str, ports: Acting) -> tuple[list[Turn], int, bool]:
    """See what is to be done about the updates of a case; end what nobody wants, and put off what must wait."""
    now, effects = ports.time.now(), ports.effects.of_case(case_id)
    try:
        turn = turn_of(effects, ports.log.head(case_id).head, now)
    except UnreadableRecord as error:  # the case has a head that nobody can tell anything from
        turn = Turn(
            over=tuple((each, _failed(error)) for each in effects if isinstance(each.effect.action, UpdateCase) and not each.outcome)
        )
    if turn.until:
        ports.effects.put_off(turn.waiting, until=turn.until)
    if turn.anew:
        write_anew(turn.anew, ports)
    ended = end([(each.effect, outcome) for each, outcome in turn.over], ports)
    return [turn] if turn.write else [], ended, bool(turn.over or turn.waiting or turn.anew)


def _call(call: Sequence[Turn], ports: Acting, looked_at: datetime) -> tuple[int, bool]:
    """Make one call; answers how many effects ended, and whether anything is now otherwise than it was read.

    Only now budgets are asked, and whose turn it is: none is lost to what is not performed. By either, and by what somebody changed since
    the case was looked into, writes may come to differ that were one call, and are several.
    """
    is_old = abs(ports.time.now() - looked_at) > _LOOK_HOLDS
    again = [_look_again(turn, ports) if is_old else ([turn], 0, False) for turn in call]
    ended, moved, wanted = sum(count for _, count, _ in again), any(has_moved for *_, has_moved in again), list[Turn]()
    for turn in chain.from_iterable(turns for turns, *_ in again):
        over = [(each, outcome) for each in turn.write if (outcome := _unwanted(each, ports))]
        ended += end([(each.effect, outcome) for each, outcome in over], ports)
        if len(over) < len(turn.write):
            wanted.append(settled(turn.without([each for each, _ in over]) if over else turn, ports.turns))
    written = [_write(turns, ports) for turns in shared(wanted)]
    return ended + sum(count for count, _ in written), moved or ended > 0 or any(has_moved for _, has_moved in written)


def _look_again(turn: Turn, ports: Acting) -> tuple[list[Turn], int, bool]:
    effect = turn.write[0].effect
    if not isinstance(effect.action, UpdateCase):
        return [turn], 0, False
    try:
        is_overtaken = turn.is_overtaken(ports.log.head(effect.case_id).head)
    except UnreadableRecord:
        is_overtaken = True
    return _look(effect.case_id, ports) if is_overtaken else ([turn], 0, False)


def _write(turns: Sequence[Turn], ports: Acting) -> tuple[int, bool]:
    effects = list(chain.from_iterable(turn.write for turn in turns))
    write = turns[0].as_write(new_id=uuid.uuid4().hex)
    if effects[0].write is None:
        write = replace(write, cases=tuple(dict.fromkeys(each.effect.case_id for each in effects)))
    elif not is_wanted_by_the_others(write, effects, ports):
        write_anew(effects, ports)
        return 0, True
    try:
        claimed = ports.effects.claim(effects, write=write, until=ports.time.now() + LEASE)
    except Permanent as error:  # it does not fit beside the effects, so that it could not be repeated
        if len(effects) > 1 and effects[0].write is None:
            one_by_one(effects, error, ports)
            return 0, True
        return end([(each.effect, _failed(error)) for each in effects], ports), True
    return _attempt(claimed, write, ports, interrupted=effects[0].write is not None) if claimed else 0, bool(claimed)


def _unwanted(pending: Pending, ports: Acting) -> Outcome | None:
    now, effect = ports.time.now(), pending.effect
    try:
        outcome = None if isinstance(effect.action, UpdateCase) else moot(pending, ports.log.head(effect.case_id).head, now)
    except UnreadableRecord as error:
        return _failed(error)
    return outcome or over_budget(pending, ports.budgets, now, ports.telemetry)


def _attempt(claimed: Sequence[Pending], write: Write, ports: Acting, *, interrupted: bool) -> int:
    effects = [each.effect for each in claimed]
    try:
        answers: Sequence[Outcome | CasewrightError] = perform(effects, write, ports.world, now=ports.time.now(), interrupted=interrupted)
    except (Retryable, Permanent, UnreadableRecord) as error:
        answers = [error] * len(claimed)
    done = [(each.effect, answer) for each, answer in zip(claimed, answers, strict=True) if isinstance(answer, Outcome)]
    later: dict[CasewrightError, list[Pending]] = {}
    for each, answer in zip(claimed, answers, strict=True):
        if isinstance(answer, CasewrightError):
            later.setdefault(answer, []).append(each)
    for reason, given_back in later.items():
        if isinstance(reason, Retryable):
            try_later(given_back, reason, ports, interrupted=interrupted)
        elif len(given_back) > 1:
            one_by_one(given_back, reason, ports)
        else:
            done.append((given_back[0].effect, _failed(reason)))
    return end(done, ports)


def _failed(error: CasewrightError) -> Outcome:
    return Outcome(status="failed", detail=f"{type(error).__name__}: {error}")
