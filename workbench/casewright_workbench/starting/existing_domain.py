"""A Cases domain that exists, read into a catalog: its fields, options and templates, and what its Connect instance has."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from casewright.aws.clients import Client
from casewright.cases.catalog import FieldEntry
from casewright_authoring.known import RESERVED

_WANTED: Final[Mapping[str, Mapping[str, Any]]] = {
    "queues": {"QueueTypes": ["STANDARD"]},
    "users": {},
    "flows": {"ContactFlowTypes": ["CONTACT_FLOW"]},
    "quick_connects": {"QuickConnectTypes": ["USER", "QUEUE"]},
    "task_templates": {"Status": "ACTIVE"},
}
"""What rules can use: a task by quick connect runs in the flow of an agent or a queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingDomain:
    """What was found. Without an instance that these credentials can see, what an instance has is empty."""

    domain_id: str
    name: str
    fields: Mapping[str, FieldEntry]
    templates: Mapping[str, str]
    instance: str = ""
    queues: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)
    flows: Mapping[str, str] = field(default_factory=dict)
    quick_connects: Mapping[str, str] = field(default_factory=dict)
    task_templates: Mapping[str, str] = field(default_factory=dict)


def read_existing(cases: Client, connect: Client, domain_id: str) -> ExistingDomain:
    """Read the domain with clients of `connectcases` and `connect`."""
    domain = cases.get_domain(domainId=domain_id)
    templates = _pages(cases.list_templates, "templates", "nextToken", domainId=domain_id, status=["Active"])
    instance = _instance(connect, domain["domainArn"])
    return ExistingDomain(
        domain_id=domain_id,
        name=domain["name"],
        fields=_fields(cases, domain_id),
        templates={each["name"]: each["templateId"] for each in templates},
        instance=instance,
        **(_directory(connect, instance) if instance else {}),
    )


def _fields(cases: Client, domain_id: str) -> dict[str, FieldEntry]:
    found: dict[str, FieldEntry] = {}
    listed = _pages(cases.list_fields, "fields", "nextToken", domainId=domain_id)
    for each in sorted(listed, key=lambda one: (one["namespace"] != "System", one["name"])):
        wanted = each["fieldId"] if each["namespace"] == "System" else each["name"]
        found[_free_name(wanted, found)] = FieldEntry(each["fieldId"], each["type"], _options(cases, domain_id, each))
    return found


def _options(cases: Client, domain_id: str, listed: Mapping[str, Any]) -> dict[str, str]:
    if listed["type"] != "SingleSelect":
        return {}
    options = _pages(cases.list_field_options, "options", "nextToken", domainId=domain_id, fieldId=listed["fieldId"])
    return {option["name"]: option["value"] for option in options if option["active"]}


def _free_name(wanted: str, taken: Iterable[str]) -> str:
    """A name that rules can use: a letter, then letters, digits and `_`; a number is added where it is taken."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", wanted).strip("_").lower()[:90]
    if not name or not name[0].isalpha() or name in RESERVED:
        name = f"field_{name}".rstrip("_")
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def _instance(connect: Client, domain_arn: str) -> str:
    for instance in _pages(connect.list_instances, "InstanceSummaryList", "NextToken"):
        asked = {"InstanceId": instance["Id"], "IntegrationType": "CASES_DOMAIN"}
        ties = _pages(connect.list_integration_associations, "IntegrationAssociationSummaryList", "NextToken", **asked)
        if any(tie["IntegrationArn"] == domain_arn for tie in ties):
            return str(instance["Id"])
    return ""


def _directory(connect: Client, instance: str) -> dict[str, dict[str, str]]:
    def table(call: Any, member: str, name: str, kind: str) -> dict[str, str]:
        found = _pages(call, member, "NextToken", InstanceId=instance, **_WANTED[kind])
        return dict(sorted((each[name], each["Arn"]) for each in found))

    return {
        "queues": table(connect.list_queues, "QueueSummaryList", "Name", "queues"),
        "users": table(connect.list_users, "UserSummaryList", "Username", "users"),
        "flows": table(connect.list_contact_flows, "ContactFlowSummaryList", "Name", "flows"),
        "quick_connects": table(connect.list_quick_connects, "QuickConnectSummaryList", "Name", "quick_connects"),
        "task_templates": table(connect.list_task_templates, "TaskTemplates", "Name", "task_templates"),
    }


def _pages(call: Any, member: str, token: str, **request: object) -> Iterator[Any]:
    page: dict[str, str] = {}
    while True:
        answer = call(**request, **page)
        yield from answer[member]
        if not answer.get(token):
            return
        page = {token: answer[token]}
