"""catalog.yaml: names of what exists already, with its ids: of the Connect instance, and of the domain where that exists too."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

from casewright.cases.catalog import Catalog, FieldEntry
from casewright.cases.definition import Directory
from casewright_authoring.fields import field_name, field_type
from casewright_authoring.findings import Fault, Place, Report, fault
from casewright_authoring.known import KnownField
from casewright_authoring.nodes import Entry, Node, Scalar
from casewright_authoring.options import read_options
from casewright_authoring.shapes import boolean, mapping, one_or_more, record, refuse_twice, sequence, text
from casewright_authoring.then.recipients import OF_THE_CASE, mail_address

V = TypeVar("V")

DIRECTORY_KEYS: Final = ("queues", "users", "flows", "quick_connects", "task_templates", "mailboxes", "importers", "buses")
DOMAIN_KEYS: Final = ("domain_id", "fields", "templates")

FIELD_REQUIRED_KEYS: Final = ("id", "type")
FIELD_OPTIONAL_KEYS: Final = ("options", "in_events")

_ARN: Final = r"arn:aws[a-z-]*:connect:[a-z0-9-]+:\d+:instance/[^/\s]+/(?:%s)/[^/\s]+"
ARNS: Final = {
    "queues": ("queue", re.compile(_ARN % "queue")),
    "users": ("agent", re.compile(_ARN % "agent|user")),
    "flows": ("contact-flow", re.compile(_ARN % "contact-flow")),
    "quick_connects": ("transfer-destination", re.compile(_ARN % "transfer-destination")),
    "task_templates": ("task-template", re.compile(_ARN % "task-template")),
}

_IMPORTER: Final = re.compile(rf"{_ARN % 'agent|user'}|(?!arn:)[a-zA-Z0-9_\-.@:/ +=,]+")
"""The alphabets of role names and of custom entities. The ARN of a role is refused: events carry that of its session."""

BUS_ARN: Final = re.compile(r"arn:aws[a-z-]*:events:[a-z0-9-]+:\d+:event-bus/[A-Za-z0-9._-]{1,256}")


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """What the file says. A None stands for an entry that could not be read; `domain_id` is empty for a domain yet to be made."""

    arns: dict[str, dict[str, str | None]]
    mailboxes: dict[str, tuple[str, ...] | None]
    importers: tuple[str, ...]
    domain_id: str
    describes_domain: bool
    fields: dict[str, KnownField | None]
    templates: dict[str, str | None]
    buses: dict[str, str | None] = field(default_factory=dict)

    @property
    def directory(self) -> Directory:
        """The names of the Connect instance."""
        arns = {kind: _readable(self.arns[kind]) for kind in ARNS}
        return Directory(
            queues=arns["queues"],
            users=arns["users"],
            flows=arns["flows"],
            quick_connects=arns["quick_connects"],
            task_templates=arns["task_templates"],
            mailboxes=_readable(self.mailboxes),
            buses=_readable(self.buses),
        )

    @property
    def catalog(self) -> Catalog | None:
        """The whole catalog, when the file describes a domain that exists."""
        if not self.domain_id:
            return None
        known = self.directory
        return Catalog(
            domain_id=self.domain_id,
            fields={name: FieldEntry(each.id, each.type, each.options, each.in_events) for name, each in _readable(self.fields).items()},
            templates=_readable(self.templates),
            queues=known.queues,
            users=known.users,
            flows=known.flows,
            quick_connects=known.quick_connects,
            task_templates=known.task_templates,
            mailboxes=known.mailboxes,
            buses=known.buses,
        )


NOTHING: Final = CatalogFile({kind: {} for kind in ARNS}, {}, (), "", False, {}, {})


def read_catalog(node: Node, report: Report) -> CatalogFile:
    """The file, read."""
    given = record(node, "the catalog", report, optional=(*DOMAIN_KEYS, *DIRECTORY_KEYS))
    described = [key for key in DOMAIN_KEYS if given.node.get(key) is not None]
    if described and "domain_id" not in described:
        report.tell(given.node.place, f"{' and '.join(described)} with ids belong to a domain that exists: the key 'domain_id' is needed")

    return CatalogFile(
        arns={kind: _table(given.node.get(kind), partial(_arn, kind=kind), report) for kind in ARNS},
        mailboxes=_table(given.node.get("mailboxes"), partial(_addresses, report=report), report),
        importers=given.read("importers", partial(_importers, report=report), ()),
        domain_id=given.read("domain_id", lambda one: text(one, "domain_id"), ""),
        describes_domain=bool(described),
        fields=_table(given.node.get("fields"), partial(_field, report=report), report),
        templates=_table(given.node.get("templates"), lambda entry: text(entry.value, f"the id of the template {entry.name!r}"), report),
        buses=_table(given.node.get("buses"), _bus_arn, report),
    )


def _arn(entry: Entry, *, kind: str) -> str:
    given = text(entry.value, f"the ARN of {entry.name!r}")
    resource, pattern = ARNS[kind]
    if not pattern.fullmatch(given):
        accepted = f"arn:aws:connect:REGION:ACCOUNT:instance/INSTANCE/{resource}/ID"
        raise fault(entry.value.place, f"{given!r} is given for {entry.name!r} of {kind}; accepted is {accepted}")
    return given


def _bus_arn(entry: Entry) -> str:
    if entry.name == "default":
        raise fault(entry.key.place, "'default' cannot name a bus: put_event takes the default bus where it names none")
    given = text(entry.value, f"the ARN of {entry.name!r}")
    if not BUS_ARN.fullmatch(given):
        accepted = "arn:aws:events:REGION:ACCOUNT:event-bus/NAME"
        raise fault(entry.value.place, f"{given!r} is given for {entry.name!r} of buses; accepted is {accepted}")
    return given


def _addresses(entry: Entry, report: Report) -> tuple[str, ...]:
    def address(node: Node) -> str:
        return mail_address(text(node, "a mail address"), node.place, "accepted is one such as leads@example.com")

    if "@" in entry.name:
        raise fault(entry.key.place, f"{entry.name!r} cannot name a mailbox: with an @ it would be read as an address")
    if entry.name in OF_THE_CASE:
        raise fault(entry.key.place, f"{entry.name!r} cannot name a mailbox: in `to` it stands for a person of the case")
    return report.each(address, one_or_more(entry.value, f"the mailbox {entry.name!r}"))


def _importers(node: Node, report: Report) -> tuple[str, ...]:
    seen: dict[str, Place] = {}

    def importer(item: Node) -> str:
        given = text(item, "an importer")
        if not _IMPORTER.fullmatch(given):
            accepted = "accepted are the name of an IAM role, the ARN of a Connect user and a custom entity"
            raise fault(item.place, f"{given!r} is given for an importer; {accepted}")
        refuse_twice(seen, given, item.place, "the importer")
        return given

    return report.each(importer, sequence(node, "'importers'").items)


def _field(entry: Entry, report: Report) -> KnownField:
    name = field_name(entry)
    given = record(entry.value, f"the field {name!r}", report, required=FIELD_REQUIRED_KEYS, optional=FIELD_OPTIONAL_KEYS)
    kind = given.read("type", field_type, None)
    options = given.read("options", partial(read_options, report=report), ())
    if options and kind not in {"SingleSelect", None}:
        report.tell(given.node.place, f"only a SingleSelect field has options; {name!r} is of type {kind}")
    field_id = given.read("id", lambda one: text(one, "the id of a field"), "")
    if kind is None:
        raise Fault(None)
    in_events = given.read("in_events", lambda one: boolean(one, "in_events"), otherwise=True)
    return KnownField(name, kind, field_id, {option.label: option.value for option in options}, in_events)


def _table(node: Node | None, reader: Callable[[Entry], V], report: Report) -> dict[str, V | None]:
    """What stands under a key, by name."""
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return {}
    given = report.attempt(lambda one: mapping(one, "this table of names"), node, None)
    return {entry.name: report.attempt(reader, entry, None) for entry in given.entries} if given else {}


def _readable(entries: Mapping[str, V | None]) -> dict[str, V]:
    return {name: entry for name, entry in entries.items() if entry is not None}
