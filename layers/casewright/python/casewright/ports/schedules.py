"""Ports to how far each schedule is, and to the cases it asks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from casewright.cases.values import FieldValue


class ScheduleMark(msgspec.Struct, frozen=True):
    """How far a rule's schedule is: the firing it is at, and the page of the search that comes next; empty when all were asked."""

    at: datetime
    page: str = ""


class ScheduleMarks(Protocol):
    """How far each schedule is."""

    def get(self, rule: str) -> ScheduleMark | None:
        """The mark; None when the rule was never seen."""
        ...

    def put(self, rule: str, mark: ScheduleMark) -> None:
        """Move the mark."""
        ...


class FoundCases(msgspec.Struct, frozen=True):
    """A page of cases; `next_page` is empty after the last."""

    case_ids: tuple[str, ...]
    next_page: str


class CaseFinder(Protocol):
    """Finding cases."""

    def find(self, fields: Mapping[str, Sequence[FieldValue]], *, page: str) -> FoundCases:
        """Cases each of whose `fields` has one of the values given; every case where none is given. The first page is the empty text."""
        ...
