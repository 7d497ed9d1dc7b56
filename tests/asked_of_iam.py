"""What IAM is asked for a call of the local cloud: actions, resources and the context of conditions.

Where the service authorization reference lists several kinds of resource for an action, each is asked for: which of them AWS looks at
for a certain call is not always written down, and a role that allows all of them is enough in any case. An id that AWS makes up during
the call is written `*`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any, Final

from casewright_workbench.localcloud.wire.dispatch import Call

ACCOUNT, REGION = "111122223333", "us-east-1"
Request = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to IAM."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


def asked_of_iam(call: Call) -> tuple[Asked, ...]:
    """Every question that a recorded call puts to IAM.

    Raises:
        LookupError: the operation is not known here, and so nobody has said what it needs.
    """
    return tuple(_QUESTIONS[call.service](call))


def _unknown(call: Call) -> LookupError:
    return LookupError(f"{call.service} {call.operation}: say in {__name__} which IAM actions and resources it needs")


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


_ITEMS: Final = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
_TABLE_OPERATIONS: Final = frozenset({"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"})


def _dynamodb(call: Call) -> Iterator[Asked]:
    if call.operation == "TransactWriteItems":
        for item in call.request["TransactItems"]:
            for kind, write in item.items():
                yield Asked(f"dynamodb:{_ITEMS[kind]}", _arn("dynamodb", f"table/{write['TableName']}"))
    elif call.operation == "BatchGetItem":
        yield from (Asked("dynamodb:BatchGetItem", _arn("dynamodb", f"table/{table}")) for table in call.request["RequestItems"])
    elif call.operation in _TABLE_OPERATIONS:
        index = f"/index/{call.request['IndexName']}" if "IndexName" in call.request else ""
        item = call.request.get("Item") or call.request.get("Key")
        context = {"dynamodb:LeadingKeys": item["pk"]["S"]} if item else {}
        yield Asked(f"dynamodb:{call.operation}", _arn("dynamodb", f"table/{call.request['TableName']}{index}"), context)
    else:
        raise _unknown(call)


_CASE_KINDS: Final[Mapping[str, str]] = {
    "GetCase": "domain case field",
    "CreateCase": "domain template field",
    "UpdateCase": "domain case field",
    "CreateRelatedItem": "domain case related-item",
    "SearchRelatedItems": "domain case",
    "SearchCases": "domain field",
    "SearchAllRelatedItems": "domain",
    "GetCaseAuditEvents": "domain case",
    "DeleteRelatedItem": "domain case related-item",
    "DeleteCase": "domain case",
    "ListFields": "domain",
    "ListFieldOptions": "domain field",
    "BatchPutFieldOptions": "domain field",
    "CreateField": "domain field",
    "ListCaseRules": "domain",
    "CreateCaseRule": "domain case-rule",
    "ListTemplates": "domain",
    "CreateTemplate": "domain layout template",
    "ListLayouts": "domain",
    "CreateLayout": "domain layout",
    "GetCaseEventConfiguration": "domain",
    "PutCaseEventConfiguration": "domain",
}
_BATCHES: Final = {"BatchUpdateCase": "UpdateCase", "BatchCreateRelatedItem": "CreateRelatedItem"}
"""Checked as the operation for one case (API reference); there are no actions of their own names."""

_FIELD_MEMBERS: Final = {"title": "title", "status": "status", "customerId": "customer_id"}


def _connectcases(call: Call) -> Iterator[Asked]:
    if call.operation == "TagResource":
        yield Asked("cases:TagResource", call.request["arn"])
        return
    operation = _BATCHES.get(call.operation, call.operation)
    if operation not in _CASE_KINDS:
        raise _unknown(call)
    for kind in _CASE_KINDS[operation].split():
        for resource in _case_resources(kind, call.request):
            yield Asked(f"cases:{operation}", resource)
    customers = [
        each["value"]["stringValue"] for each in call.request.get("fields", ()) if each.get("id") == "customer_id" and "value" in each
    ]
    if operation == "CreateCase" and customers:
        # Administrator guide: CreateCase searches for the profile that the customer is.
        yield Asked("profile:SearchProfiles", customers[0].rpartition("/profiles/")[0])
    contact = call.request.get("content", {}).get("contact")
    if contact:
        # API reference of CreateRelatedItem: a contact is linked only by those who may describe it.
        yield Asked("connect:DescribeContact", contact["contactArn"])


def _case_resources(kind: str, request: Request) -> Iterator[str]:
    domain = _arn("cases", f"domain/{request['domainId']}")
    cases = [request["caseId"]] if "caseId" in request else [each["caseIdentifier"]["caseId"] for each in request.get("cases", ())]
    match kind:
        case "domain":
            yield domain
        case "case":
            yield from (f"{domain}/case/{case_id}" for case_id in cases)
        case "related-item":
            yield from (f"{domain}/case/{case_id}/related-item/{request.get('relatedItemId', '*')}" for case_id in cases)
        case "field":
            yield from (f"{domain}/field/{field_id}" for field_id in _field_ids(request))
        case "layout":
            yield f"{domain}/layout/{request.get('layoutConfiguration', {}).get('defaultLayout', '*')}"
        case _:
            yield f"{domain}/{kind}/*"


def _field_ids(request: Request) -> Iterator[str]:
    yield from (member for name, member in _FIELD_MEMBERS.items() if name in request)
    yield from (each["id"] if "id" in each else each["fieldIdentifier"]["id"] for each in request.get("fields", ()))
    if "fields" not in request:
        yield request.get("fieldId", "*")


def _connect(call: Call) -> Iterator[Asked]:
    request, action = call.request, f"connect:{call.operation}"
    instance = _arn("connect", f"instance/{request['InstanceId']}")
    match call.operation:
        case "StartTaskContact":
            yield Asked(action, f"{instance}/contact/*")
            kinds = {"ContactFlowId": "contact-flow", "QuickConnectId": "transfer-destination", "TaskTemplateId": "task-template"}
            yield from (Asked(action, f"{instance}/{kind}/{request[name]}") for name, kind in kinds.items() if name in request)
        case "DescribeContact" | "StopContact":
            yield Asked(action, f"{instance}/contact/{request['ContactId']}")
        case "ListIntegrationAssociations":
            yield Asked(action, instance)
        case "CreateIntegrationAssociation":
            yield Asked(action, instance)
            yield Asked(action, f"{instance}/integration-association/*")
        case "SearchUsers":
            yield Asked(action, instance)
        case "DescribeUser":
            yield Asked(action, f"{instance}/agent/{request['UserId']}")
        case _:
            raise _unknown(call)


def _profiles(call: Call) -> Iterator[Asked]:
    if call.operation != "SearchProfiles":
        raise _unknown(call)
    yield Asked("profile:SearchProfiles", _arn("profile", f"domains/{call.request['DomainName']}"))


def _appintegrations(call: Call) -> Iterator[Asked]:
    match call.operation:
        case "ListEventIntegrations":
            yield Asked("app-integrations:ListEventIntegrations", "*")
        case "CreateEventIntegration":
            yield Asked("app-integrations:CreateEventIntegration", _arn("app-integrations", f"event-integration/{call.request['Name']}"))
        case _:
            raise _unknown(call)


_SENT_ALSO: Final = {"SendMessageBatch": "SendMessage", "DeleteMessageBatch": "DeleteMessage"}
_QUEUE_OPERATIONS: Final = frozenset({"SendMessage", "ReceiveMessage", "DeleteMessage"})


def _sqs(call: Call) -> Iterator[Asked]:
    operation = _SENT_ALSO.get(call.operation, call.operation)
    if operation not in _QUEUE_OPERATIONS:
        raise _unknown(call)
    yield Asked(f"sqs:{operation}", _arn("sqs", call.request["QueueUrl"].rpartition("/")[2]))


def _s3(call: Call) -> Iterator[Asked]:
    if call.operation not in ("GetObject", "PutObject"):
        raise _unknown(call)
    bucket = f"arn:aws:s3:::{call.request['Bucket']}"
    yield Asked(f"s3:{call.operation}", f"{bucket}/{call.request['Key']}")
    if call.error == "404":
        # Of a missing object S3 says 403 to those who may not list the bucket (API reference of GetObject).
        yield Asked("s3:ListBucket", bucket)


def _sesv2(call: Call) -> Iterator[Asked]:
    if call.operation == "GetAccount":
        yield Asked("ses:GetAccount", "*")
        return
    if call.operation != "SendEmail":
        raise _unknown(call)
    _, sender = parseaddr(call.request["FromEmailAddress"])  # the name is a condition key of its own, ses:FromDisplayName
    context = {"ses:FromAddress": sender}
    reached = [address for addresses in call.request.get("Destination", {}).values() for address in addresses]
    for address in (sender, *reached):  # of a recipient that is an identity too: users of the sandbox report that it is asked for
        yield Asked("ses:SendEmail", _arn("ses", f"identity/{parseaddr(address)[1].rpartition('@')[2]}"), context)
    if "ConfigurationSetName" in call.request:
        yield Asked("ses:SendEmail", _arn("ses", f"configuration-set/{call.request['ConfigurationSetName']}"), context)


def _events(call: Call) -> Iterator[Asked]:
    if call.operation != "PutEvents":
        raise _unknown(call)
    for entry in call.request["Entries"]:
        named = entry.get("EventBusName", "default")
        bus = named if named.startswith("arn:") else _arn("events", f"event-bus/{named}")
        yield Asked("events:PutEvents", bus, {"events:source": entry["Source"]})


def _firehose(call: Call) -> Iterator[Asked]:
    if call.operation != "PutRecordBatch":
        raise _unknown(call)
    yield Asked("firehose:PutRecordBatch", _arn("firehose", f"deliverystream/{call.request['DeliveryStreamName']}"))


_QUESTIONS: Final[Mapping[str, Callable[[Call], Iterator[Asked]]]] = {
    "dynamodb": _dynamodb,
    "connectcases": _connectcases,
    "connect": _connect,
    "customer-profiles": _profiles,
    "appintegrations": _appintegrations,
    "sqs": _sqs,
    "s3": _s3,
    "sesv2": _sesv2,
    "events": _events,
    "firehose": _firehose,
}
