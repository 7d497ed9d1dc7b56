"""Following: what decisions are followed by, gathered over a batch and delivered in as few calls as it takes."""

from collections.abc import Sequence

from casewright.actions import Bucket
from casewright.ports.effects import Wake
from casewright.ports.messages import Lake, Row


class Following:
    """Fulfils Lake and Wake for one batch at a time.

    A batch is acknowledged only after `deliver`: where that fails or is cut off, its messages come again, and what is logged already is
    delivered as a duplicate.
    """

    def __init__(self, lake: Lake, wake: Wake) -> None:
        self._lake, self._wake = lake, wake
        self._rows: list[Row] = []
        self._buckets: set[Bucket] = set()

    def put(self, rows: Sequence[Row]) -> None:
        """Keep rows for the end of the batch."""
        self._rows += rows

    def ring(self, buckets: Sequence[Bucket]) -> None:
        """Keep bells for the end of the batch."""
        self._buckets.update(buckets)

    def deliver(self) -> None:
        """Ring and put what was gathered. Raises what the ports raise; nothing is kept for the next batch."""
        rows, buckets = self._rows, sorted(self._buckets)
        self._rows, self._buckets = [], set()
        self._wake.ring(buckets)
        self._lake.put(rows)
