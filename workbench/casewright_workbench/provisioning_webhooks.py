"""What the stacks deploy for webhooks and what catalog.yaml names as buses, made in a local cloud through the same APIs.

There are no secrets here: what stands in for one says whose place it takes.
"""

import json
from collections.abc import Iterable
from typing import Any, Final, assert_never

import boto3

from casewright.cases.subscriptions import WEBHOOK_BODY, WEBHOOK_KEY, webhook_called
from casewright_authoring.webhooks import ApiKey, Authentication, Basic, ClientCredentials, Webhook
from casewright_workbench.localcloud.cloud import LocalCloud

IDEMPOTENCY_KEY: Final = "Idempotency-Key"


def provision_webhooks(cloud: LocalCloud, session: boto3.Session, webhooks: Iterable[Webhook], *, domain_id: str) -> None:
    """For each a connection, a destination, a rule that calls it for cases of the domain, and a queue for what was given up."""
    for webhook in webhooks:
        _provision(cloud, session, webhook, domain_id)


def provision_buses(session: boto3.Session, arns: Iterable[str]) -> None:
    """The buses of these ARNs, under the same names in the account of the local cloud."""
    for name in sorted({arn.partition(":event-bus/")[2] for arn in arns}):
        session.client("events").create_event_bus(Name=name)


def dead_letters_of(webhook: str) -> str:
    """The queue for what was not delivered to a webhook."""
    return f"{webhook}-undelivered"


def stand_in(secret: str) -> str:
    """What is used for a secret."""
    return f"value-of-{secret}"


def _provision(cloud: LocalCloud, session: boto3.Session, webhook: Webhook, domain_id: str) -> None:
    events, sqs = session.client("events"), session.client("sqs")
    url = sqs.create_queue(QueueName=dead_letters_of(webhook.name))["QueueUrl"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    connection = events.create_connection(Name=webhook.name, **_authorization(webhook.authentication))
    method: Any = webhook.method
    destination = events.create_api_destination(
        Name=webhook.name,
        ConnectionArn=connection["ConnectionArn"],
        InvocationEndpoint=webhook.url,
        HttpMethod=method,
        InvocationRateLimitPerSecond=webhook.rate_per_second,
    )
    target: Any = {
        "Id": "destination",
        "Arn": destination["ApiDestinationArn"],
        "RoleArn": f"arn:aws:iam::{cloud.account}:role/events-to-webhooks",
        "InputPath": WEBHOOK_BODY,
        "HttpParameters": {"HeaderParameters": {**webhook.headers, IDEMPOTENCY_KEY: WEBHOOK_KEY}},
        "RetryPolicy": {
            "MaximumEventAgeInSeconds": int(webhook.retry_for.total_seconds()),
            "MaximumRetryAttempts": webhook.retry_attempts,
        },
        "DeadLetterConfig": {"Arn": queue_arn},
    }
    rule = f"webhook-{webhook.name}"[:64]
    events.put_rule(Name=rule, EventPattern=json.dumps(webhook_called(webhook.name, domain_id=domain_id)))
    events.put_targets(Rule=rule, Targets=[target])


def _authorization(authentication: Authentication) -> Any:
    secret = stand_in(authentication.secret)
    match authentication:
        case ApiKey(header=header):
            kind, name, given = "API_KEY", "ApiKeyAuthParameters", {"ApiKeyName": header, "ApiKeyValue": secret}
        case Basic(user=user):
            kind, name, given = "BASIC", "BasicAuthParameters", {"Username": user, "Password": secret}
        case ClientCredentials():
            kind, name, given = "OAUTH_CLIENT_CREDENTIALS", "OAuthParameters", _oauth(authentication, secret)
        case _ as never:
            assert_never(never)
    return {"AuthorizationType": kind, "AuthParameters": {name: given}}


def _oauth(authentication: ClientCredentials, secret: str) -> dict[str, Any]:
    asked = {"grant_type": "client_credentials", **({"scope": authentication.scope} if authentication.scope else {})}
    return {
        "AuthorizationEndpoint": authentication.token_url,
        "HttpMethod": "POST",
        "ClientParameters": {"ClientID": authentication.client_id, "ClientSecret": secret},
        "OAuthHttpParameters": {"BodyParameters": [{"Key": name, "Value": value} for name, value in asked.items()]},
    }
