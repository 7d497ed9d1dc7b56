"""Load: the linked bundle in force, kept until a newer one links."""

from datetime import datetime, timedelta
from typing import Final

from casewright.bundle import Bundle, LinkedBundle, content_hash, link, read
from casewright.calendars.hours import ANNOUNCED_DAYS, days_left
from casewright.cases.catalog import Catalog
from casewright.errors import BadInput, Retryable, Unavailable, UnlinkedName
from casewright.ports.clock import Time
from casewright.ports.programs import Bundles
from casewright.telemetry import Telemetry

FRESH_FOR: Final = timedelta(seconds=10)
"""How long a loaded bundle is used before asking again: a publish takes effect within this time."""

NOTHING: Final = LinkedBundle(hash="none", rules=(), policies=(), included_field_ids=frozenset())


class LinkedPrograms:
    """Answers the bundle in force; keeps the last good one when a name is missing, and says so."""

    def __init__(self, bundles: Bundles, time: Time, telemetry: Telemetry, *, fresh_for: timedelta = FRESH_FOR) -> None:
        self._bundles, self._time, self._telemetry, self._fresh_for = bundles, time, telemetry, fresh_for
        self._current = NOTHING
        self._read_at: datetime | None = None
        self._seen: tuple[str, object] | None = None

    def current(self) -> LinkedBundle:
        """The last bundle that links; the one without rules as long as nothing was published.

        Raises:
            Unavailable: something is published, nothing of it links, and this container holds nothing from before: events wait.
        """
        now = self._time.now()
        if self._read_at is None or abs(now - self._read_at) >= self._fresh_for:  # a clock set back makes old what it read
            self._refresh()
            self._read_at = now
        return self._current

    def _refresh(self) -> None:
        try:
            found = self._bundles.written()
        except Retryable:
            if self._seen is None:
                raise
            return
        if found is None:
            return
        written, catalog = found
        seen = (content_hash(written), catalog)
        if seen != self._seen:
            self._current = self._linked(written, catalog) or self._before(catalog)
            self._seen = seen

    def _before(self, catalog: Catalog) -> LinkedBundle:
        """What stays in force when the published bundle does not link: what is held, else the bundle before it."""
        if self._seen is not None:
            return self._current
        previous = self._bundles.previous()
        linked = self._linked(previous, catalog) if previous else None
        if linked is None:
            raise Unavailable("the published bundle does not fit the catalog, and there is none before it: publish one that does")
        return linked

    def _linked(self, written: bytes, catalog: Catalog) -> LinkedBundle | None:
        bundle_hash = content_hash(written)
        try:
            bundle = read(written)
            linked = link(bundle, catalog, bundle_hash=bundle_hash)
        except BadInput as error:
            self._telemetry.count("BundleRefused")
            self._telemetry.log("bundle refused", bundle=bundle_hash, reason=_told(error))
            return None
        self._announce_ends(bundle)
        return linked

    def _announce_ends(self, bundle: Bundle) -> None:
        """Name the calendars that end soon, while there is time to publish again."""
        now = self._time.now()
        for name, hours in bundle.calendars.items():
            if (left := days_left(hours, now)) < ANNOUNCED_DAYS:
                self._telemetry.count("CalendarEnds")
                self._telemetry.log("calendar ends", calendar=name, ends=hours.end.isoformat(), days_left=left)


def _told(error: BadInput) -> str:
    """Without the names that the catalog has: those of users are people's."""
    return error.problem if isinstance(error, UnlinkedName) else str(error)
