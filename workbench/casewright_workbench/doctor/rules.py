"""Rules in step with the domain: the bundle in force, the catalog, and the files that lie here."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from casewright.bundle import Bundle, content_hash, link, read
from casewright.calendars.hours import ANNOUNCED_DAYS, days_left
from casewright.cases.catalog import FieldEntry
from casewright.errors import BadInput, NotFound
from casewright_authoring.compile import Compiled, compile_directory
from casewright_authoring.findings import Findings
from casewright_workbench.deployment.clients import is_missing, pages
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.findings import Finding, counted, fail, listed, ok, unchecked, warn

_PUBLISH: Final = "casewright publish"
_RECONFIGURE: Final = "correct the name or id (catalog.yaml), then deploy the cases stack and publish again"
_OTHERWISE: Final = "an id of the catalog stands for nothing, or for something else"
_UNHEARD: Final = "EventBridge takes events for a bus that is not there without an error, and they are lost"
_CREATE: Final = "create the bus, or correct its ARN (catalog.yaml), then deploy the stacks and publish again"


def bundle(context: Context) -> Iterable[Finding]:
    """A bundle is in force, and every name in it is in the catalog."""
    try:
        catalog = context.catalog
    except NotFound:
        yield fail("no catalog.json", wrong="configure_domain has not run", do="deploy the cases stack")
        return
    if catalog.domain_id != context.domain_id:
        yield fail(
            f"the catalog is of domain {catalog.domain_id}", wrong=f"the functions serve {context.domain_id}", do="deploy the cases stack"
        )
    found = context.store.written()
    if found is None:
        yield fail("no bundle is in force", wrong="nothing is decided", do=_PUBLISH)
        return
    name = content_hash(found[0])
    try:
        linked = link(read(found[0]), catalog, bundle_hash=name)
    except BadInput as error:
        yield fail(f"bundle {name}", wrong=f"it does not link, so an older one may be in force: {error}", do=_PUBLISH)
        return
    yield ok(f"bundle {name}: {len(linked.rules)} rules, {len(linked.policies)} SLAs, every name in the catalog")


def catalog(context: Context) -> Iterable[Finding]:
    """What the catalog names of the domain and the instance is still there, under that id; fields with their types and options."""
    problems = [*_fields(context), *_templates(context), *_directory(context)]
    told = context.catalog
    for problem in problems[:10]:
        yield fail(problem, wrong=_OTHERWISE, do=_RECONFIGURE)
    if len(problems) > 10:
        yield fail(f"and {len(problems) - 10} more", wrong=_OTHERWISE, do=_RECONFIGURE)
    if not problems:
        yield ok(
            f"{len(told.fields)} fields, {len(told.templates)} templates, {len(told.queues)} queues, "
            f"{len(told.users)} users, {len(told.flows)} flows, {len(told.quick_connects)} quick connects "
            f"and {len(told.task_templates)} task templates are there"
        )


def buses(context: Context) -> Iterable[Finding]:
    """The event buses that the catalog names are there, as far as can be asked here."""
    here = {name: arn for name, arn in context.catalog.buses.items() if arn.split(":")[3:5] == [context.region, context.account]}
    gone = [name for name, arn in here.items() if not _is_bus(context, arn)]
    for name in gone:
        yield fail(f"bus {name}: the account has no {here[name]}", wrong=_UNHEARD, do=_CREATE)
    for name in sorted(context.catalog.buses.keys() - here.keys()):
        yield unchecked(f"bus {name} is of another account or region: {context.catalog.buses[name]}")
    if not gone:
        yield ok(f"event buses of this account and region that are there: {len(here)}")


def published(context: Context) -> Iterable[Finding]:
    """The files that lie here are what is in force."""
    if context.directory is None or not context.directory.is_dir():
        yield unchecked("no contact_center/ here; give --config DIRECTORY")
        return
    try:
        compiled = compile_directory(context.directory, today=context.now.date())
    except Findings as found:
        yield warn(f"{context.directory} does not compile", wrong=str(found.findings[0].message), do="casewright check")
        return
    if compiled.hash == context.bundle_hash:
        yield ok(f"{context.directory} is bundle {compiled.hash}, which is in force")
    else:
        differing = listed(_differing(compiled, context.bundle)) or "calendars are resolved for other years"
        wrong = f"bundle {context.bundle_hash} is in force, and differs: {differing}"
        yield warn(f"{context.directory} is bundle {compiled.hash}", wrong=wrong, do=f"{_PUBLISH}, or fetch the files that were published")


def calendars(context: Context) -> Iterable[Finding]:
    """Calendars of the bundle in force are resolved for at least 180 days more."""
    left = {name: days_left(hours, context.now) for name, hours in context.bundle.calendars.items()}
    for name, days in left.items():
        if days < 0:
            yield fail(f"{name} ended {-days} days ago", wrong="clocks of it stall", do=f"{_PUBLISH}: that resolves it for five years")
        elif days < ANNOUNCED_DAYS:
            yield warn(f"{name} ends in {days} days", wrong="clocks of it will stall", do=f"{_PUBLISH}: that resolves it for five years")
    if all(days >= ANNOUNCED_DAYS for days in left.values()):
        yield ok(counted(len(left), "calendar") + (f", the first ends in {min(left.values())} days" if left else ""))


def _fields(context: Context) -> Iterator[str]:
    there = {each["fieldId"]: each for each in context.of_domain("list_fields", "fields")}
    for name, entry in context.catalog.fields.items():
        if entry.id not in there:
            yield f"field {name}: the domain has no field {entry.id}"
        elif there[entry.id]["type"] != entry.type:
            yield f"field {name}: {entry.type} in the catalog, {there[entry.id]['type']} in the domain"
        elif entry.options:
            yield from _options(context, name, entry)


def _options(context: Context, name: str, entry: FieldEntry) -> Iterator[str]:
    options = context.of_domain("list_field_options", "options", fieldId=entry.id)
    active = {each["name"]: each["value"] for each in options if each["active"]}
    for label, value in entry.options.items():
        if active.get(label) != value:
            there = active.get(label, "not there, or not active")
            yield f"option {label!r} of field {name}: {value!r} in the catalog, {there!r} in the domain"


def _templates(context: Context) -> Iterator[str]:
    there = {each["templateId"]: each for each in context.of_domain("list_templates", "templates")}
    for name, template_id in context.catalog.templates.items():
        found = there.get(template_id)
        if found is None:
            yield f"template {name}: the domain has no template {template_id}"
        elif found["status"] != "Active":
            yield f"template {name} is {found['status']}"
        elif found["name"] != name:
            yield f"template {name} is called {found['name']!r} now"


def _directory(context: Context) -> Iterator[str]:
    named: tuple[tuple[str, Mapping[str, str], str, str], ...] = (
        ("queue", context.catalog.queues, "list_queues", "QueueSummaryList"),
        ("user", context.catalog.users, "list_users", "UserSummaryList"),
        ("flow", context.catalog.flows, "list_contact_flows", "ContactFlowSummaryList"),
        ("quick connect", context.catalog.quick_connects, "list_quick_connects", "QuickConnectSummaryList"),
        ("task template", context.catalog.task_templates, "list_task_templates", "TaskTemplates"),
    )
    for kind, arns, operation, member in named:
        if arns:
            call = getattr(context.clients("connect"), operation)
            there: dict[str, Any] = {each["Arn"]: each for each in pages(call, member, InstanceId=context.instance_id)}
            yield from (f"{kind} {name}: the instance has no {arn}" for name, arn in arns.items() if arn not in there)
            yield from (f"{kind} {name} is {there[arn]['Status']}" for name, arn in arns.items() if _is_inactive(there.get(arn, {})))


def _is_inactive(summary: Mapping[str, str]) -> bool:
    """Of what is listed here only a task template has a status; Connect makes no task of an inactive one."""
    return summary.get("Status", "ACTIVE") != "ACTIVE"


def _is_bus(context: Context, arn: str) -> bool:
    try:
        context.clients("events").describe_event_bus(Name=arn)
    except ClientError as error:
        if not is_missing(error):
            raise
        return False
    return True


def _differing(compiled: Compiled, in_force: Bundle) -> list[str]:
    """The names of rules, SLAs and emails that are not the same in both."""
    pairs: Iterable[tuple[str, Mapping[str, object], Mapping[str, object]]] = (
        ("rule", _named(compiled.bundle.rules), _named(in_force.rules)),
        ("SLA", _named(compiled.bundle.policies), _named(in_force.policies)),
        ("email", compiled.bundle.emails, in_force.emails),
    )
    return [f"{kind} {name}" for kind, ours, theirs in pairs for name in sorted({*ours, *theirs}) if ours.get(name) != theirs.get(name)]


def _named(parts: Iterable[Any]) -> dict[str, object]:
    return {part.name: part for part in parts}
