"""What the roles of the functions need: the grants of the stacks, said once more, so that what is deployed can be compared.

A test compares this table with the synthesised stacks. Logs are left out: Lambda itself says so when it cannot write them.
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from casewright.cases.subscriptions import OWN_SOURCE
from casewright_workbench.doctor.context import Context


class Need(msgspec.Struct, frozen=True):
    """Some actions on some resources, named as below; `context` is what conditions of the grants ask for."""

    actions: tuple[str, ...]
    on: tuple[str, ...]
    context: Mapping[str, str] = {}


def _need(actions: str, on: str, **context: str) -> Need:
    service, _, names = actions.partition(":")
    return Need(tuple(f"{service}:{name}" for name in names.split()), tuple(on.split()), context)


_POLLING: Final = "sqs:ReceiveMessage DeleteMessage GetQueueAttributes ChangeMessageVisibility GetQueueUrl"
_BUNDLES: Final = (_need("s3:GetObject", "bundle"), _need("s3:ListBucket", "bucket"))

NEEDS: Final[Mapping[str, tuple[Need, ...]]] = {
    "decide": (
        _need(_POLLING, "case_events"),
        _need("dynamodb:GetItem BatchGetItem Query PutItem UpdateItem ConditionCheckItem", "table"),
        *_BUNDLES,
        _need("cases:GetCase", "domain case"),
        _need("sqs:SendMessage", "case_events dead_letters wake"),
        _need("firehose:PutRecordBatch", "stream"),
    ),
    "perform": (
        _need(_POLLING, "wake"),
        _need("dynamodb:GetItem BatchGetItem Query PutItem UpdateItem", "table"),
        _need("dynamodb:Query", "pending"),
        _need("cases:CreateCase UpdateCase CreateRelatedItem SearchRelatedItems DeleteRelatedItem", "domain case"),
        _need("cases:TagResource", "case"),
        _need("connect:StartTaskContact", "contact flow"),
        _need("connect:StopContact DescribeContact", "contact"),
        Need(("ses:SendEmail",), ("sender", "recipient", "configuration_set"), {"ses:FromAddress": "MAIL_FROM"}),
        _need("ses:GetAccount", "anything"),
        _need("connect:SearchUsers", "instance"),
        _need("connect:DescribeUser", "agent"),
        _need("profile:SearchProfiles", "profiles"),
        Need(("events:PutEvents",), ("bus",), {"events:source": OWN_SOURCE}),
        _need("sqs:SendMessage", "wake"),
        _need("firehose:PutRecordBatch", "stream"),
    ),
    "sweep": (
        _need("dynamodb:GetItem", "table"),
        Need(("dynamodb:PutItem",), ("table",), {"dynamodb:LeadingKeys": "schedule#rule"}),
        _need("dynamodb:Query", "due"),
        *_BUNDLES,
        _need("cases:SearchCases", "domain case"),
        _need("sqs:SendMessage", "case_events"),
    ),
    "reconcile": (
        _need("dynamodb:GetItem Query Scan", "table"),
        Need(("dynamodb:PutItem",), ("table",), {"dynamodb:LeadingKeys": "reconcile#walk"}),
        *_BUNDLES,
        _need("cases:GetCaseAuditEvents GetCase SearchCases SearchRelatedItems", "domain case"),
        _need("cases:SearchAllRelatedItems", "domain"),
        _need("sqs:SendMessage", "case_events"),
    ),
    "note_delivery": (
        _need(_POLLING, "mail_events"),
        _need("dynamodb:UpdateItem", "table"),
        _need("sqs:SendMessage", "case_events dead_letters"),
    ),
    "configure_domain": (
        _need("cases:GetCaseEventConfiguration PutCaseEventConfiguration ListFields ListTemplates ListLayouts ListCaseRules", "domain"),
        _need("cases:ListFieldOptions BatchPutFieldOptions CreateField CreateTemplate CreateLayout CreateCaseRule TagResource", "domain"),
        _need("cases:GetDomain", "domain"),
        _need("connect:ListIntegrationAssociations CreateIntegrationAssociation DescribeInstance", "instance"),
        _need("app-integrations:ListEventIntegrations", "anything"),
        _need("app-integrations:CreateEventIntegration CreateEventIntegrationAssociation", "event_integration"),
        _need("s3:GetObject PutObject", "current"),
        _need("s3:PutObject", "bundle"),
        _need("s3:ListBucket", "bucket"),
    ),
}
"""By the folder of the function. `shape_records` calls nobody."""

UNTOLD: Final = frozenset({"ds:DescribeDirectories", "iam:PutRolePolicy", "events:PutRule", "events:PutTargets"})
"""Granted to configure_domain for Connect to use in its name, when it associates: not simulated, since the resources are Connect's."""


def resource(context: Context, function: Mapping[str, str], name: str) -> str:
    """The ARN behind a name of the table; `function` is the environment of the function. Raises NotKnown."""
    return _ARNS[name](context, function)


def _arn(context: Context, service: str, rest: str) -> str:
    return f"arn:{context.partition}:{service}:{context.region}:{context.account}:{rest}"


def _table(context: Context) -> str:
    return _arn(context, "dynamodb", f"table/{context.places.needed('CASE_TABLE')}")


def _bucket(context: Context) -> str:
    return f"arn:{context.partition}:s3:::{context.places.needed('BUNDLE_BUCKET')}"


def _queue(name: str) -> Callable[[Context, Mapping[str, str]], str]:
    """The queue whose URL the environment of the function gives, else that of any other."""
    return lambda context, function: _arn(context, "sqs", (function.get(name) or context.places.needed(name)).rpartition("/")[2])


_ARNS: Final[Mapping[str, Callable[[Context, Mapping[str, str]], str]]] = {
    "anything": lambda _context, _function: "*",
    "table": lambda context, _function: _table(context),
    "pending": lambda context, _function: f"{_table(context)}/index/pending",
    "due": lambda context, _function: f"{_table(context)}/index/due",
    "bucket": lambda context, _function: _bucket(context),
    "bundle": lambda context, _function: f"{_bucket(context)}/bundles/0.json",
    "current": lambda context, _function: f"{_bucket(context)}/current.json",
    "domain": lambda context, _function: context.domain_arn,
    "case": lambda context, _function: f"{context.domain_arn}/case/any",
    "instance": lambda context, _function: context.instance_arn,
    "contact": lambda context, _function: f"{context.instance_arn}/contact/any",
    "flow": lambda context, _function: f"{context.instance_arn}/contact-flow/any",
    "agent": lambda context, _function: f"{context.instance_arn}/agent/any",
    "profiles": lambda context, _function: _arn(context, "profile", "domains/any"),
    "event_integration": lambda context, _function: _arn(context, "app-integrations", "event-integration/any"),
    "sender": lambda context, _function: _arn(context, "ses", f"identity/{context.places.needed('MAIL_FROM').rpartition('@')[2]}"),
    "recipient": lambda context, _function: _arn(context, "ses", "identity/any"),
    "configuration_set": lambda context, _function: _arn(
        context, "ses", f"configuration-set/{context.places.needed('MAIL_CONFIGURATION_SET')}"
    ),
    "bus": lambda context, _function: _arn(context, "events", "event-bus/default"),
    "stream": lambda context, _function: _arn(context, "firehose", f"deliverystream/{context.places.needed('FACTS_STREAM')}"),
    "wake": _queue("WAKE_QUEUE_URL"),
    "case_events": _queue("CASE_EVENTS_QUEUE_URL"),
    "dead_letters": _queue("DEAD_LETTER_QUEUE_URL"),
    "mail_events": lambda context, _function: context.queue_of("note_delivery"),
}
