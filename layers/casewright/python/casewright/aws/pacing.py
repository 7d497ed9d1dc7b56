"""Pacing: every call of a client spends a token of its API before it is sent, and a throttled call stops the API for a while."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from casewright.aws.clients import Client
from casewright.aws.failures import is_throttling
from casewright.errors import Throttled, Unavailable, Unreached
from casewright.ports.clock import Time
from casewright.ports.effects import Tokens
from casewright.quotas import Quota, quota_of

AHEAD: Final = timedelta(seconds=5)
"""How far tokens are taken ahead, so that a row of calls asks the table once in a while and not each time."""

MOST: Final = 64
"""Tokens taken at once."""

LONGEST_WAIT: Final = timedelta(seconds=15)
"""What a call waits for its turn; later turns are not waited for, since the lease of its effect runs."""

PAUSE: Final = timedelta(seconds=5)
"""How long an API is left alone after it asked to slow down."""


class Pace:
    """Keeps clients to their quotas. What was taken ahead is used in the seconds it is for, or lost."""

    def __init__(self, tokens: Tokens, quotas: Mapping[str, Quota], time: Time) -> None:
        self._tokens, self._quotas, self._time = tokens, quotas, time
        self._turns: dict[str, list[datetime]] = {}
        self._taken: dict[str, tuple[int, datetime]] = {}

    def kept_by(self, client: Client) -> Client:
        """The client, whose calls wait for their turn from now on."""
        events = client.meta.events
        events.register("before-call", self._before)
        events.register("after-call", self._after)
        return client

    def wait(self, quota: str) -> None:
        """Wait for the next turn of a quota.

        Raises:
            Throttled: it comes too late to be waited for; the call is not made.
            Unreached: nobody could say when it comes; the call is not made.
        """
        now, mine = self._time.now(), self._quotas[quota]
        oldest = min(AHEAD, timedelta(seconds=mine.burst / mine.rate))  # more that was saved up would be more than a burst at once
        turns = [turn for turn in self._turns.get(quota, ()) if -oldest < turn - now < mine.furthest] or self._more(quota, now)
        wait = turns[0] - now
        self._turns[quota] = turns if wait > LONGEST_WAIT else turns[1:]
        if wait > LONGEST_WAIT:
            raise Throttled(f"{quota}: the next call may be made at {turns[0].isoformat()}")
        if wait > timedelta():
            self._time.sleep(wait.total_seconds())

    def _more(self, quota: str, now: datetime) -> list[datetime]:
        """Take tokens: one after a pause, then twice as many each time, up to those of the seconds ahead."""
        mine, (count, last) = self._quotas[quota], self._taken.get(quota, (0, now))
        most = 2 * count if last + AHEAD > now else 1
        try:
            turns = self._tokens.reserve(quota, mine, most=max(1, min(most, int(mine.rate * AHEAD.total_seconds()), MOST)), now=now)
        except Unavailable as error:
            raise Unreached(f"{quota}: the call was not made: {error}") from error
        self._taken[quota] = len(turns), turns[-1]
        return list(turns)

    def _before(self, *, model: Any, **_rest: Any) -> None:
        self.wait(quota_of(model.service_model.service_name, model.name))

    def _after(self, *, http_response: Any, parsed: Mapping[str, Any], model: Any, **_rest: Any) -> None:
        of_items = {each.get("errorCode", "") for each in (*parsed.get("failedCases", ()), *parsed.get("failedItems", ()))}
        of_call = is_throttling(parsed.get("Error", {}).get("Code", ""), http_response.status_code)
        if of_call or any(is_throttling(code) for code in of_items):
            quota = quota_of(model.service_model.service_name, model.name)
            self._turns.pop(quota, None)
            self._tokens.empty(quota, self._quotas[quota], until=self._time.now() + PAUSE)
