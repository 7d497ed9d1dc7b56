"""Ports to the cases of the domain."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from casewright.actions import AddComment, CreateCase, MirrorSla
from casewright.cases.events import CaseRead
from casewright.cases.values import FieldValue
from casewright.errors import CasewrightError


class CaseReader(Protocol):
    """Reading one case."""

    def read(self, case_id: str, field_ids: Sequence[str]) -> CaseRead:
        """The case as it is now.

        Raises:
            NotFound: the case is gone.
        """
        ...


class CaseWriter(Protocol):
    """Writing to one case. `entity` is the customEntity of the write; a repeated `write_id` gives the first answer."""

    def update(
        self, case_ids: Sequence[str], fields: Mapping[str, FieldValue], *, write_id: str, entity: str
    ) -> Mapping[str, CasewrightError]:
        """Set the same fields of up to 100 cases; answers what went wrong, by case. Raises Refused, when all of it is wrong."""
        ...

    def comment(self, case_id: str, comment: AddComment, *, write_id: str, entity: str) -> str:
        """Add a comment; answers its id. Raises NotFound or Refused."""
        ...

    def create(self, case: CreateCase, *, client_token: str, entity: str) -> str:
        """Create a case; answers its id; the same token creates it once. Raises NotFound or Refused."""
        ...

    def tag(self, case_id: str, tags: Mapping[str, str]) -> None:
        """Give the case tags, or new values to those it has. Raises NotFound or Refused."""
        ...


class RelatedItems(Protocol):
    """Related items without a client token: looked for before they are created."""

    def attach_contact(self, case_id: str, contact: str, *, entity: str) -> str:
        """Link a contact, by ARN or id, unless it is linked; answers the item's id. Raises NotFound, QuotaReached or Refused."""
        ...

    def link_case(self, case_id: str, other_id: str, *, entity: str) -> str:
        """Link another case unless it is linked; answers the item's id. Raises NotFound, QuotaReached or Refused."""
        ...

    def mirror_sla(self, case_id: str, sla: MirrorSla, *, minutes: int, entity: str) -> str:
        """See that one open SLA item of that name is there, for that field and value, due when the clock is: in `minutes`. Answers its id.

        Raises:
            NotFound: the case is gone.
            QuotaReached: the case holds as many SLA items, or items, as it may.
            Refused: the service took the item for wrong.
        """
        ...

    def unmirror_sla(self, case_id: str, name: str, *, later_than: datetime | None = None) -> int:
        """Delete the open SLA items of that name, or those that do not show this due time but a later one; answers how many.

        Raises NotFound when the case is gone.
        """
        ...

    def task_ids(self, case_id: str) -> tuple[str, ...]:
        """The contact ids of the tasks linked to the case."""
        ...
