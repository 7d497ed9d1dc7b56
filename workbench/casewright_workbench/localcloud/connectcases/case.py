"""A case with its related items and its audit history."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from casewright_workbench.localcloud.connectcases.errors import conflict, not_found
from casewright_workbench.localcloud.connectcases.moments import MILLISECOND, in_milliseconds
from casewright_workbench.localcloud.connectcases.related_content import Content, type_of, write_content
from casewright_workbench.localcloud.connectcases.system_fields import CLOSED
from casewright_workbench.localcloud.connectcases.values import FieldValue, present
from casewright_workbench.localcloud.service import Caller, Request


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: the signing principal, and the user or entity the request names."""

    principal_arn: str
    user: dict[str, str] | None = None  # {"userArn": ...} or {"customEntity": ...}

    @staticmethod
    def of(request: Request, caller: Caller) -> "Actor":
        """The actor of a request that may carry `performedBy`."""
        return Actor(caller.principal_arn, request.get("performedBy"))

    @property
    def user_arn(self) -> str | None:
        """The ARN of the Connect user, if a user it was."""
        return (self.user or {}).get("userArn")

    def to_wire(self) -> dict[str, Any]:
        """`performedBy` as events and audit entries carry it."""
        return present({"user": self.user, "iamPrincipalArn": self.principal_arn})


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field before and after; None is empty."""

    field_id: str
    old: FieldValue | None
    new: FieldValue | None


@dataclass(frozen=True, slots=True)
class MergeMark:
    """What ties an audit entry to a merge."""

    merge_id: str
    primary_id: str
    secondary_id: str


@dataclass(frozen=True, slots=True)
class PendingMerge:
    """A merge that is running: whose values and which items the primary gets when it ends."""

    mark: MergeMark
    field_ids: frozenset[str]
    item_types: frozenset[str]
    actor: Actor


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One edit in the history of a case."""

    id: str
    type: str
    at: datetime
    changes: tuple[FieldChange, ...]
    actor: Actor
    item_type: str | None = None
    merge: MergeMark | None = None


@dataclass(slots=True)
class RelatedItem:
    """Something tied to a case."""

    id: str
    arn: str
    case_id: str
    content: Content
    created: datetime
    created_by: dict[str, str] | None
    last_updated_by: dict[str, str] | None = None
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """Its `RelatedItemType`."""
        return type_of(self.content)

    def to_wire(self) -> dict[str, Any]:
        """The item as the searches return it."""
        found = {
            "relatedItemId": self.id,
            "type": self.type,
            "associationTime": self.created,
            "content": write_content(self.content),
            "performedBy": self.created_by,
            "tags": dict(self.tags),
        }
        return present(found)


@dataclass(slots=True)
class Case:
    """One case: the values it holds (an empty field has no entry), what is tied to it, what happened to it."""

    id: str
    arn: str
    template_id: str
    created: datetime
    values: dict[str, FieldValue]
    tags: dict[str, str]
    last_change: datetime
    items: dict[str, RelatedItem] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)
    merge: PendingMerge | None = None  # on both cases while a merge runs
    merged_into: str | None = None  # on the secondary, after the merge: the primary

    def stamp(self, now: datetime) -> datetime:
        """The moment of a change: now, and at least a millisecond after the case's previous change."""
        self.last_change = max(in_milliseconds(now), self.last_change + MILLISECOND)
        return self.last_change

    @property
    def is_closed(self) -> bool:
        """Whether the status is the one that ends a case."""
        return self.values["status"].plain == CLOSED

    @property
    def merging_into(self) -> str | None:
        """The primary case, while this one is the secondary of a merge that is running."""
        return self.merge.mark.primary_id if self.merge and self.merge.mark.secondary_id == self.id else None

    def item(self, item_id: str) -> RelatedItem:
        """The related item with this id, or a 404."""
        if item_id not in self.items:
            raise not_found("RelatedItem", item_id)
        return self.items[item_id]

    def assert_unlocked(self) -> None:
        """Refuse to touch the secondary case of a merge that is running."""
        if self.merging_into:
            primary = self.merging_into
            raise conflict(f"Case {self.id} is being merged into case {primary}; wait until GetMergeCasesStatus says COMPLETED.")

    def to_identifier(self) -> dict[str, str]:
        """The `CaseIdentifier` that batch responses carry."""
        return {"caseId": self.id, "referenceId": str(self.values["reference_id"].plain)}
