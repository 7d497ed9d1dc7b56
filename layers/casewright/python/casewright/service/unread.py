"""Unread: cases that cannot be compared are told of, once each, and the walk over the others goes on."""

from collections.abc import Iterator
from contextlib import contextmanager

from casewright.errors import Refused, UnreadableRecord, named
from casewright.service.telling import tell_unread
from casewright.telemetry import Telemetry


class UnreadCases:
    """What keeps cases from being compared: records that cannot be read, and what AWS refuses of a case."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self.errors = dict[str, UnreadableRecord | Refused]()
        """By case, the first of each; the notes of an error name the case where the words of AWS do not."""

    @contextmanager
    def passed_over(self, case_id: str) -> Iterator[None]:
        """Read something of a case; the case is left where that cannot be."""
        try:
            yield
        except (UnreadableRecord, Refused) as error:
            self.tell(case_id, error)

    def tell(self, case_id: str, error: UnreadableRecord | Refused) -> None:
        """Tell of a case, the first time."""
        if case_id in self.errors:
            return
        self.errors[case_id] = error
        if isinstance(error, UnreadableRecord):
            tell_unread(error, self._telemetry)
        else:
            error.add_note(f"case {case_id}")
            self._telemetry.log("case not audited", case_id=case_id, error=named(error))
