"""What a directory defines, by name: everything that rules, policies and emails may speak of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from casewright.bundle import Bundle
from casewright.calendars.hours import BusinessHours
from casewright.cases.catalog import Catalog, FieldType
from casewright.cases.definition import DomainDefinition
from casewright.conditions.subjects import FACT_NAMES
from casewright.rules.instructions import Email
from casewright_authoring.findings import Fault, Place, fault
from casewright_authoring.nodes import Node
from casewright_authoring.shapes import text
from casewright_authoring.suggestions import unknown

T = TypeVar("T")

RESERVED: frozenset[str] = frozenset({"all", "any", "not", "when", "id", *FACT_NAMES})
"""Names no field may have: they mean something else where a field's name may stand."""


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """Names of one kind. A name whose definition is wrong has None: using it is no second finding.

    `whole` is False where a file of definitions could not be read at all: then no name counts as unknown.
    """

    kind: str
    entries: Mapping[str, T | None]
    whole: bool = True

    def named(self, node: Node) -> T:
        """What the name in the node stands for."""
        return self.find(text(node, f"the name of a {self.kind}"), node.place)

    def find(self, name: str, place: Place) -> T:
        """What a name that stands at a place stands for."""
        found = self.entries.get(name)
        if found is not None:
            return found
        if name in self.entries or not self.whole:
            raise Fault(None)
        raise fault(place, unknown(self.kind, name, self.entries))


@dataclass(frozen=True, slots=True)
class KnownField:
    """A field as rules see it. `id` is that of a system field, or of the catalog; empty for a field yet to be created."""

    name: str
    type: FieldType
    id: str
    options: Mapping[str, str]
    """Label -> value."""
    in_events: bool = True
    """Whether events carry it, so that conditions and texts can read it."""


@dataclass(frozen=True, slots=True)
class KnownSla:
    """A policy as rules see it."""

    milestones: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Everything that can be named."""

    fields: Known[KnownField]
    templates: Known[str]
    queues: Known[str]
    users: Known[str]
    flows: Known[str]
    quick_connects: Known[str]
    task_templates: Known[str]
    mailboxes: Known[tuple[str, ...]]
    buses: Known[str]
    webhooks: Known[str]
    slas: Known[KnownSla]
    emails: Known[Email]
    calendars: Known[BusinessHours]
    definition: DomainDefinition = field(default_factory=DomainDefinition)
    """Of a domain that the directory describes; empty for one that exists."""


def themselves(names: Iterable[str]) -> dict[str, str]:
    """Names that stand for nothing but themselves."""
    return {name: name for name in names}


def names_in(bundle: Bundle, catalog: Catalog) -> Names:
    """The names of a bundle and of the domain it is linked with."""
    entries = catalog.fields.items()
    slas = {policy.name: KnownSla(tuple(each.name for each in policy.milestones)) for policy in bundle.policies}
    return Names(
        fields=Known("field", {name: KnownField(name, each.type, each.id, each.options, each.in_events) for name, each in entries}),
        templates=Known("template", themselves(catalog.templates)),
        queues=Known("queue", catalog.queues),
        users=Known("user", catalog.users),
        flows=Known("flow", catalog.flows),
        quick_connects=Known("quick connect", catalog.quick_connects),
        task_templates=Known("task template", catalog.task_templates),
        mailboxes=Known("mailbox", catalog.mailboxes),
        buses=Known("bus", catalog.buses),
        webhooks=Known("webhook", themselves(catalog.webhooks)),
        slas=Known("SLA", slas),
        emails=Known("email", bundle.emails),
        calendars=Known("calendar", bundle.calendars),
    )
