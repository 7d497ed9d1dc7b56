"""The contacts of a Connect instance: what `connect` starts and ends, and what `connectcases` links to cases."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Contact:
    """One contact, as far as tasks and cases need it."""

    id: str
    arn: str
    channel: str  # VOICE, CHAT, TASK or EMAIL
    initiated: datetime
    name: str | None = None
    description: str | None = None
    initiation_method: str = "API"
    previous_contact_id: str | None = None
    related_contact_id: str | None = None
    scheduled: datetime | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    references: dict[str, Any] = field(default_factory=dict)
    segment_attributes: dict[str, Any] = field(default_factory=dict)
    started_by: str | None = None  # ARN of the flow, quick connect or task template
    expires: datetime | None = None
    disconnected: datetime | None = None
    disconnect_reason: str | None = None
    last_updated: datetime | None = None
    cases: dict[str, str] = field(default_factory=dict)  # case id -> reference number, one entry per linked case

    def ended_by(self, now: datetime) -> datetime | None:
        """When the contact ended, by hand or by expiring; None while it is active."""
        if self.disconnected:
            return self.disconnected
        return self.expires if self.expires and self.expires <= now else None


class ContactBook:
    """Every contact by its ARN."""

    def __init__(self) -> None:
        self._contacts: dict[str, Contact] = {}

    def add(self, contact: Contact) -> None:
        """Keep a contact; one with the same ARN is replaced."""
        self._contacts[contact.arn] = contact

    def find(self, arn: str) -> Contact | None:
        """The contact with this ARN."""
        return self._contacts.get(arn)

    def with_id(self, instance_arn: str, contact_id: str) -> Contact | None:
        """The contact of an instance with this id."""
        return self._contacts.get(f"{instance_arn}/contact/{contact_id}")

    def all(self) -> tuple[Contact, ...]:
        """The contacts in the order they began."""
        return tuple(self._contacts.values())

    def forget_case(self, case_id: str) -> None:
        """Untie a case from every contact."""
        for contact in self._contacts.values():
            contact.cases.pop(case_id, None)
