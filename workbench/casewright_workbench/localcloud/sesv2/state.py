"""What SES keeps: account switches, identities, configuration sets, suppressed addresses, templates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from casewright_workbench.localcloud.service import Clock, Publish, ServiceError

from .outbox import Outbox


@dataclass(slots=True)
class Identity:
    """A domain or address that may send, once it is verified."""

    name: str
    is_verified: bool
    configuration_set: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    mail_from_domain: str | None = None
    mail_from_verified: bool = False
    rejects_without_mail_from: bool = False

    @property
    def kind(self) -> str:
        """As the API names it."""
        return "EMAIL_ADDRESS" if "@" in self.name else "DOMAIN"


@dataclass(slots=True)
class ConfigurationSet:
    """A configuration set; its event destinations by name, as put."""

    name: str
    sends: bool = True
    suppressed_reasons: tuple[str, ...] | None = None
    tags: dict[str, str] = field(default_factory=dict)
    destinations: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An address that gets nothing."""

    address: str
    reason: str
    since: datetime


@dataclass(slots=True)
class SesState:
    """Everything of one account and region."""

    clock: Clock
    publish: Publish
    outbox: Outbox
    has_production_access: bool = True
    verifies_at_once: bool = True
    enforces_rate: bool = False
    sends: bool = True
    enforcement: str = "HEALTHY"
    suppressed_reasons: tuple[str, ...] = ("BOUNCE", "COMPLAINT")
    identities: dict[str, Identity] = field(default_factory=dict)
    configuration_sets: dict[str, ConfigurationSet] = field(default_factory=dict)
    suppressed: dict[str, Suppressed] = field(default_factory=dict)
    templates: dict[str, Mapping[str, str]] = field(default_factory=dict)
    sent_at: list[datetime] = field(default_factory=list)

    @property
    def daily_quota(self) -> int:
        """Recipients in 24 hours."""
        return 50_000 if self.has_production_access else 200

    @property
    def rate(self) -> int:
        """Recipients in a second."""
        return 14 if self.has_production_access else 1

    def identity_for(self, address: str) -> Identity | None:
        """The verified identity that covers an address: itself, its domain, or a domain above that."""
        names = [address.lower()]
        domain = address.rpartition("@")[2].lower()
        while "." in domain:
            names.append(domain)
            domain = domain.partition(".")[2]
        found = (self.identities.get(name) for name in names)
        return next((identity for identity in found if identity is not None and identity.is_verified), None)

    def configuration_set(self, name: str) -> ConfigurationSet:
        """The configuration set of that name."""
        if name not in self.configuration_sets:
            raise ServiceError("NotFoundException", f"Configuration set <{name}> does not exist.")
        return self.configuration_sets[name]
