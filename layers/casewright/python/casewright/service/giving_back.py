"""Giving back: when an effect that was tried is tried again, and whether as the write it was."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from casewright.actions import SendEmail
from casewright.errors import (
    CasewrightError,
    ItemFailed,
    MailNotReady,
    NotPermitted,
    Retryable,
    SendingPaused,
    Throttled,
    Unreached,
)
from casewright.ports.effects import Pending
from casewright.service.ending import LEASE, Acting

_LONGEST_WAIT: Final = timedelta(minutes=5)

_ANEW: Final = "its last write may have happened, and is not repeated: a field was changed by someone else, or an effect of it has ended"


def one_by_one(effects: Sequence[Pending], error: CasewrightError, ports: Acting) -> None:
    """Let each be tried by itself: one bad value, or one bad case, must not take the others with it."""
    ports.effects.postpone(effects, until=ports.time.now(), detail=str(error), keep_write=False, alone=True)


def write_anew(effects: Sequence[Pending], ports: Acting) -> None:
    """Let what is still wanted of a write that may have happened be another one: repeated as it was, it could set what nobody wants."""
    ports.effects.postpone(effects, until=ports.time.now(), detail=_ANEW, keep_write=False)


def try_later(claimed: Sequence[Pending], error: Retryable, ports: Acting, *, interrupted: bool) -> None:
    """Give the effects back, until they expire. The write stays the same wherever some attempt at it may have happened."""
    refused = isinstance(error, Throttled | SendingPaused | NotPermitted | MailNotReady | Unreached)
    keep_write = not isinstance(error, ItemFailed) and (interrupted or not refused)
    paused = isinstance(error, SendingPaused)
    doubled = min(_LONGEST_WAIT, timedelta(seconds=2 ** min(claimed[0].tries + 1, 9)))
    wait = _LONGEST_WAIT if paused or isinstance(error, NotPermitted) else doubled
    if isinstance(claimed[0].effect.action, SendEmail) and keep_write:
        wait = max(wait, LEASE)  # by then the event of the mail has come, if the mail was accepted
    ports.effects.postpone(claimed, until=ports.time.now() + wait, detail=str(error), keep_write=keep_write, held=paused)
    ports.telemetry.count("EffectsPostponed", len(claimed))
    if isinstance(error, NotPermitted):
        ports.telemetry.count("EffectsNotPermitted", len(claimed))
