"""The domain and its event stream: without these nothing comes in."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from botocore.exceptions import ClientError

from casewright.bundle import link
from casewright.cases.subscriptions import CASES_SOURCE
from casewright.conditions.subjects import Field
from casewright.conditions.texts import Variable
from casewright.conditions.tree import Leaf
from casewright_workbench.deployment.clients import is_missing, pages
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.findings import Finding, fail, listed, ok, warn

_NAMESPACES: Final = {"All": {"System", "Custom"}, "System": {"System"}, "Custom": {"Custom"}}
_CONFIGURE: Final = "deploy the cases stack again: configure_domain adds what is missing and removes nothing"
_LIMITS: Final = {"fields": 500, "templates": 100, "layouts": 100, "event integrations": 10}
"""Default quotas of a domain, and of event integrations in a region."""

_NEAR: Final = 0.8


def active(context: Context) -> Iterable[Finding]:
    """The domain is there, and active."""
    try:
        domain = context.clients("connectcases").get_domain(domainId=context.domain_id)
    except ClientError as error:
        if not is_missing(error):
            raise
        yield fail(
            f"domain {context.domain_id}", wrong="there is no such domain here", do="look at the region, and at domain_id of the stage"
        )
        return
    found = f"{domain['name']} ({domain['domainId']}) is {domain['domainStatus']}"
    if domain["domainStatus"] == "Active":
        yield ok(found)
    else:
        yield fail(found, wrong="a domain that is not Active publishes nothing", do="wait for its creation to end, or make it anew")


def association(context: Context) -> Iterable[Finding]:
    """The domain is that of the instance: agents work in it."""
    arns = [each["IntegrationArn"] for each in context.associations("CASES_DOMAIN")]
    if context.domain_arn in arns:
        yield ok(f"instance {context.instance_id} works with {context.domain_arn}")
    else:
        found = f"instance {context.instance_id} works with {listed(arns) or 'no Cases domain'}"
        yield fail(
            found, wrong=f"it should be {context.domain_arn}", do="associate the domain (CASES_DOMAIN), or correct instance_id of the stage"
        )


def events(context: Context) -> Iterable[Finding]:
    """The event configuration carries every field that the bundle in force reads, and the content of related items."""
    asked = context.clients("connectcases").get_case_event_configuration(domainId=context.domain_id)["eventBridge"]
    included = asked.get("includedData", {})
    if not asked.get("enabled"):
        yield fail("events are off", wrong="the domain publishes nothing", do=_CONFIGURE)
        return
    if not included.get("relatedItemData", {}).get("includeContent"):
        yield fail("events of related items have no content", wrong="comments, contacts and SLAs are unknown to rules", do=_CONFIGURE)
    carried = _carried(context, included.get("caseData", {}))
    read = {one.id: one.name for one in fields_read(context)}
    if missing := sorted(name for field_id, name in read.items() if field_id not in carried):
        found = f"{len(carried)} fields are carried, {len(read)} are read by bundle {context.bundle_hash}"
        yield fail(found, wrong=f"events do not carry {listed(missing)}: conditions on them stay unknown", do=_CONFIGURE)
    elif included.get("relatedItemData", {}).get("includeContent"):
        yield ok(f"on, with content; {len(carried)} fields are carried, among them all {len(read)} that bundle {context.bundle_hash} reads")


def integration(context: Context) -> Iterable[Finding]:
    """One event integration for aws.cases, associated once: Connect's own rules come by it, twice where there are two."""
    listing = pages(context.clients("appintegrations").list_event_integrations, "EventIntegrations")
    there = [each for each in listing if each["EventFilter"]["Source"] == CASES_SOURCE]
    ties = [each for each in context.associations("EVENT") if each.get("SourceType") == "CASES"]
    arns = {each["EventIntegrationArn"] for each in there}
    names = listed([each["Name"] for each in there])
    if not there:
        yield fail("none for aws.cases", wrong="rules of Connect see no case", do=_CONFIGURE)
    elif len(there) > 1:
        yield warn(
            f"{len(there)} for aws.cases: {names}", wrong="one is enough, and a region has ten", do="delete those without an association"
        )
    if len(ties) > 1:
        told = listed([each["IntegrationArn"] for each in ties])
        yield fail(f"{len(ties)} associations: {told}", wrong="every event counts twice in Connect", do="delete all but one (aws connect)")
    elif there and not ties:
        yield fail(f"{names}, associated with nothing", wrong="rules of Connect see no case", do=_CONFIGURE)
    elif ties and ties[0]["IntegrationArn"] not in arns:
        wrong = "the association is with an integration that is not for aws.cases here"
        yield fail(ties[0]["IntegrationArn"], wrong=wrong, do="delete the association, then deploy the cases stack again")
    elif len(there) == 1:
        yield ok(f"{names}, associated once")


def size(context: Context) -> Iterable[Finding]:
    """Fields, templates, layouts and event integrations are not near their limits."""
    integrations = pages(context.clients("appintegrations").list_event_integrations, "EventIntegrations")
    counts = {
        "fields": len(context.of_domain("list_fields", "fields")),
        "templates": len(context.of_domain("list_templates", "templates")),
        "layouts": len(context.of_domain("list_layouts", "layouts")),
        "event integrations": sum(1 for _ in integrations),
    }
    near = [name for name, count in counts.items() if count >= _NEAR * _LIMITS[name]]
    for name in near:
        found = f"{counts[name]} of {_LIMITS[name]} {name}"
        yield warn(found, wrong="the default quota is nearly reached", do="delete what is not used, or ask for a higher quota")
    if not near:
        yield ok(", ".join(f"{count} of {_LIMITS[name]} {name}" for name, count in counts.items()))


def fields_read(context: Context) -> set[Field]:
    """The fields that the rules, texts and policies of the bundle in force read, with their ids."""
    linked = link(context.bundle, context.catalog, bundle_hash=context.bundle_hash)
    asked = [each for each in (*linked.rules, *linked.policies) if getattr(each, "mode", "on") != "off"]
    return {one for part in asked for one in _read_in(part)}


def _read_in(value: object) -> Iterator[Field]:
    """Whatever is read of a case in it, at any depth: subjects of conditions, and variables of texts."""
    match value:
        case Leaf(subject=Field() as read) | Variable(subject=Field() as read):
            yield read
        case msgspec.Struct():
            for name in value.__struct_fields__:
                yield from _read_in(getattr(value, name))
        case tuple() | list() | frozenset():
            for each in value:
                yield from _read_in(each)
        case dict():
            for each in value.values():
                yield from _read_in(each)


def _carried(context: Context, case_data: dict[str, Any]) -> set[str]:
    """The ids of the fields that events carry: those listed, and those of the kinds taken as a whole."""
    kinds: set[str] = _NAMESPACES.get(case_data.get("autoIncludeFields", ""), set())
    whole = {each["fieldId"] for each in context.of_domain("list_fields", "fields") if each["namespace"] in kinds} if kinds else set()
    return whole | {each["id"] for each in case_data.get("fields", ())}
