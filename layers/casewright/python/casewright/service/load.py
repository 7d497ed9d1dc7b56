"""Load: the linked bundle in force, kept until a newer one links."""

from datetime import datetime, timedelta
from typing import Final

from casewright.bundle import LinkedBundle, content_hash, link, read
from casewright.errors import BadInput
from casewright.ports import Bundles, Time
from casewright.telemetry import Telemetry

FRESH_FOR: Final = timedelta(seconds=10)
"""How long a loaded bundle is used before asking again: a publish takes effect within this time."""

NOTHING: Final = LinkedBundle(hash="none", rules=(), policies=(), included_field_ids=frozenset())


class LinkedPrograms:
    """Answers the bundle in force; keeps the last good one when a name is missing, and says so."""

    def __init__(self, bundles: Bundles, time: Time, telemetry: Telemetry) -> None:
        self._bundles, self._time, self._telemetry = bundles, time, telemetry
        self._current = NOTHING
        self._read_at: datetime | None = None
        self._seen: tuple[str, object] | None = None

    def current(self) -> LinkedBundle:
        """The last bundle that links; the one without rules as long as nothing was published."""
        now = self._time.now()
        if self._read_at is None or now - self._read_at >= FRESH_FOR:
            self._refresh()
            self._read_at = now
        return self._current

    def _refresh(self) -> None:
        found = self._bundles.written()
        if found is None:
            return
        written, catalog = found
        seen = (content_hash(written), catalog)
        if seen == self._seen:
            return
        try:
            self._current = link(read(written), catalog, bundle_hash=seen[0])
        except BadInput as error:
            self._telemetry.count("BundleRefused")
            self._telemetry.log("bundle refused, the last good one stays", bundle=seen[0], kept=self._current.hash, reason=str(error))
        self._seen = seen
