"""What the functions may do to the world: Cases, Connect tasks and events, each as narrow as IAM can say it."""

from collections.abc import Iterable

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam

from casewright.cases.subscriptions import OWN_SOURCE
from stacks.parts.grants import allow
from stacks.parts.place import Place

_ANY_CASE = "Rules act on every case of this one domain; ids of cases and of what belongs to them exist only later."
_ANY_PERSON = "Mail goes to whoever a case or a rule names; users come and go, and cases name the domain of their customers' profiles."
_ANY_CONTACT = "A task is started by what a rule names, and its contact has no id before; both are held to this instance."


def allow_reading_cases(role: iam.Role, place: Place) -> None:
    """GetCase is checked against the case and every field it reads."""
    domain = place.domain_arn(role)
    allow(role, ["cases:GetCase"], on=[domain, f"{domain}/*"], because=_ANY_CASE)


def allow_finding_cases(role: iam.Role, place: Place) -> None:
    """SearchCases is checked against the domain and every field of its filter."""
    domain = place.domain_arn(role)
    allow(role, ["cases:SearchCases"], on=[domain, f"{domain}/*"], because=_ANY_CASE)


def allow_auditing_cases(role: iam.Role, place: Place) -> None:
    """Read what Cases remembers of any case, and find what changed last."""
    domain = place.domain_arn(role)
    operations = ["GetCaseAuditEvents", "GetCase", "SearchCases", "SearchRelatedItems"]
    allow(role, ["cases:SearchAllRelatedItems"], on=[domain])
    allow(role, [f"cases:{operation}" for operation in operations], on=[domain, f"{domain}/*"], because=_ANY_CASE)


def allow_acting_on_cases(role: iam.Role, place: Place) -> None:
    """New cases, updates, comments, links, SLA items and tags.

    BatchUpdateCase is checked as cases:UpdateCase and BatchCreateRelatedItem as cases:CreateRelatedItem (API reference of both);
    there are no actions of those names. Creating a case for a customer takes profile:SearchProfiles,
    which whoever looks up addresses has.
    """
    domain = place.domain_arn(role)
    operations = ["CreateCase", "UpdateCase", "CreateRelatedItem", "SearchRelatedItems", "DeleteRelatedItem"]
    allow(role, [f"cases:{operation}" for operation in operations], on=[domain, f"{domain}/*"], because=_ANY_CASE)
    allow(role, ["cases:TagResource"], on=[f"{domain}/case/*"], because=_ANY_CASE)


def allow_starting_tasks(role: iam.Role, place: Place) -> None:
    """Start and end tasks. The ARN of a quick connect says transfer-destination.

    DescribeContact is also asked of whoever links a contact to a case.
    """
    instance = place.instance_arn(role)
    started_by = [f"{instance}/{kind}/*" for kind in ("contact", "contact-flow", "transfer-destination", "task-template")]
    allow(role, ["connect:StartTaskContact"], on=started_by, because=_ANY_CONTACT)
    allow(role, ["connect:StopContact", "connect:DescribeContact"], on=[f"{instance}/contact/*"], because=_ANY_CONTACT)


def allow_finding_recipients(role: iam.Role, place: Place) -> None:
    """Look up mail addresses of users and customers. A case names the domain of its customer's profile; there is none before."""
    stack, instance = Stack.of(role), place.instance_arn(role)
    profiles = f"arn:{Aws.PARTITION}:profile:{stack.region}:{stack.account}:domains/*"
    allow(role, ["connect:SearchUsers"], on=[instance])
    allow(role, ["connect:DescribeUser"], on=[f"{instance}/agent/*"], because=_ANY_PERSON)
    allow(role, ["profile:SearchProfiles"], on=[profiles], because=_ANY_PERSON)


def allow_emitting_events(role: iam.Role, *, buses: Iterable[str]) -> None:
    """Put events on the default bus and on those that catalog.yaml names, under our own source only."""
    stack = Stack.of(role)
    default = f"arn:{Aws.PARTITION}:events:{stack.region}:{stack.account}:event-bus/default"
    allow(role, ["events:PutEvents"], on=[default, *sorted(set(buses))], when={"StringEquals": {"events:source": OWN_SOURCE}})
