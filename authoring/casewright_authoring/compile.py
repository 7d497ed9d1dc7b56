"""From a directory that an operator writes to the bundle that decides and the definition of its domain."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec.structs import replace

from casewright import bundle
from casewright.bundle import Bundle
from casewright.calendars.hours import BusinessHours
from casewright.cases.catalog import Catalog
from casewright.cases.definition import Directory, DomainDefinition
from casewright.rules.instructions import Email
from casewright.rules.matching import in_order
from casewright.rules.rule import Rule
from casewright.sla.policies import Policy
from casewright_authoring import emails as emails_file
from casewright_authoring.calendars import read_calendars
from casewright_authoring.catalog_file import CatalogFile
from casewright_authoring.domain import Domain, read_domain
from casewright_authoring.findings import Findings, Report
from casewright_authoring.known import Known, Names
from casewright_authoring.native.catalogs import placeholders
from casewright_authoring.native.checking import tell_unsayable
from casewright_authoring.resolving import span_of
from casewright_authoring.rules import Rules
from casewright_authoring.slas import Slas, known_slas
from casewright_authoring.sources import Sources, read_sources
from casewright_authoring.webhooks import Webhook, read_webhooks
from casewright_authoring.webhooks import names_in as webhooks_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """Everything a directory says.

    `written` is the bundle as stored, `hash` its name. `catalog` is there only where catalog.yaml itself gives the ids of a domain
    that exists; for a domain that `definition` describes, the catalog is written once its resources exist.
    """

    bundle: Bundle
    written: bytes
    hash: str
    definition: DomainDefinition
    directory: Directory
    catalog: Catalog | None
    webhooks: tuple[Webhook, ...] = ()
    """What the stacks provision for `call_webhook`."""
    sources: Sources = field(default_factory=Sources)
    """What it was compiled from: where everything stands."""


def compile_directory(path: Path, *, today: date | None = None) -> Compiled:
    """Compile a directory such as contact_center/.

    Calendars are resolved for the years around `today`, by default the present day: equal files give equal bundles all year long.

    Raises:
        Findings: something in it is wrong; the error carries every finding, each with its place.
    """
    report = Report()
    compiled = _compile(path, today or datetime.now(UTC).date(), report)
    if report.findings:
        raise Findings(report.findings)
    return compiled


def names_of(path: Path) -> Names:
    """What a directory names, as far as it can be read; what is wrong with it is not told."""
    report = Report()
    sources = read_sources(path, report)
    calendars = read_calendars(sources.files.get("calendars.yaml"), span_of(datetime.now(UTC).date()), report)
    return _names(read_domain(sources, report), sources, calendars, emails=_told(sources))


def _compile(path: Path, today: date, report: Report) -> Compiled:
    sources = read_sources(path, report)
    domain = read_domain(sources, report)
    calendars = read_calendars(sources.files.get("calendars.yaml"), span_of(today), report)
    names = _names(domain, sources, calendars, emails={})
    emails = dict(report.each(emails_file.Emails(names, report).read, sources.folders.get("emails", ())))
    names = _names(domain, sources, calendars, emails={**_told(sources), **emails})
    rules = Rules(names, report)
    made = Bundle(
        rules=in_order(_rules(sources, rules, report)),
        policies=tuple(sorted(_policies(sources, names, report), key=lambda policy: policy.name)),
        emails=emails,
        calendars={name: hours for name, hours in calendars.items() if hours is not None},
        importers=domain.catalog_file.importers,
    )
    webhooks = _webhooks(sources, report)
    directory, catalog = _directory(domain.catalog_file, webhooks)
    if not report.findings:
        ids = catalog or placeholders(domain.definition, directory)
        tell_unsayable(made, ids, rules.places, report)
    written = bundle.write(made)
    return Compiled(
        bundle=made,
        written=written,
        hash=bundle.content_hash(written),
        definition=domain.definition,
        directory=directory,
        catalog=catalog,
        webhooks=webhooks,
        sources=sources,
    )


def _told(sources: Sources) -> dict[str, None]:
    """Emails by the names that their files give them, whether or not they can be read."""
    return {name: None for node in sources.folders.get("emails", ()) if (name := emails_file.named_in(node))}


def _rules(sources: Sources, reader: Rules, report: Report) -> tuple[Rule, ...]:
    files = report.each(reader.read_file, sources.folders.get("rules", ()))
    return tuple(rule for rules in files for rule in rules)


def _policies(sources: Sources, names: Names, report: Report) -> tuple[Policy, ...]:
    node = sources.files.get("slas.yaml")
    return report.attempt(Slas(names, report).read_file, node, ()) if node is not None else ()


def _webhooks(sources: Sources, report: Report) -> tuple[Webhook, ...]:
    node = sources.files.get("webhooks.yaml")
    return report.attempt(lambda one: read_webhooks(one, report), node, ()) if node is not None else ()


def _directory(catalog_file: CatalogFile, webhooks: tuple[Webhook, ...]) -> tuple[Directory, Catalog | None]:
    """What catalog.yaml names, with the webhooks that come with the stacks."""
    names = tuple(webhook.name for webhook in webhooks)
    catalog = catalog_file.catalog
    return replace(catalog_file.directory, webhooks=names), replace(catalog, webhooks=names) if catalog else None


def _names(domain: Domain, sources: Sources, calendars: Mapping[str, BusinessHours | None], *, emails: Mapping[str, Email | None]) -> Names:
    whole, arns = sources.whole("catalog.yaml"), domain.catalog_file.arns
    return Names(
        fields=domain.fields,
        templates=domain.templates,
        queues=Known("queue", arns["queues"], whole),
        users=Known("user", arns["users"], whole),
        flows=Known("flow", arns["flows"], whole),
        quick_connects=Known("quick connect", arns["quick_connects"], whole),
        task_templates=Known("task template", arns["task_templates"], whole),
        mailboxes=Known("mailbox", domain.catalog_file.mailboxes, whole),
        buses=Known("bus", domain.catalog_file.buses, whole),
        webhooks=Known("webhook", webhooks_in(sources.files.get("webhooks.yaml")), sources.whole("webhooks.yaml")),
        slas=Known("SLA", known_slas(sources.files.get("slas.yaml")), sources.whole("slas.yaml")),
        emails=Known("email", emails, sources.whole("emails")),
        calendars=Known("calendar", calendars, sources.whole("calendars.yaml")),
        definition=domain.definition,
    )
