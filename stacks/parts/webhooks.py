"""Webhooks: for each a connection with its credentials, a destination, a rule that calls it, and a place for what was given up.

The credentials are in no template: CloudFormation resolves the name of a secret when it deploys, and EventBridge keeps what it found in a
secret of its own.
"""

from collections.abc import Sequence
from typing import assert_never

from aws_cdk import Duration, SecretValue
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from casewright.cases.subscriptions import WEBHOOK_BODY, WEBHOOK_KEY, webhook_called
from casewright_authoring.webhooks import ApiKey, Authentication, Basic, ClientCredentials, Webhook
from stacks.parts.queue import DeadLetters
from stacks.parts.rule import RuleRole, pattern_of
from stacks.stage import Stage

IDEMPOTENCY_KEY = "Idempotency-Key"
"""The header with the key of the effect, the same however often a call is repeated (draft-ietf-httpapi-idempotency-key-header)."""


class Webhooks(Construct):
    """Everything that webhooks.yaml names, called for cases of one domain."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, domain_id: str, webhooks: Sequence[Webhook]) -> None:
        super().__init__(scope, construct_id)
        self._domain_id = domain_id
        self.names = tuple(webhook.name for webhook in webhooks)
        for webhook in webhooks:
            self._called(webhook, DeadLetters(self, f"{webhook.name}-Undelivered", stage=stage))

    def _called(self, webhook: Webhook, undelivered: DeadLetters) -> None:
        pattern = pattern_of(webhook_called(webhook.name, domain_id=self._domain_id))
        rule = events.Rule(self, f"{webhook.name}-Called", event_pattern=pattern, description=f"Calls of the webhook {webhook.name}")
        caller = RuleRole(self, f"{webhook.name}-Caller")
        target = targets.ApiDestination(
            self._destination(webhook),
            event=events.RuleTargetInput.from_event_path(WEBHOOK_BODY),
            header_parameters={**webhook.headers, IDEMPOTENCY_KEY: WEBHOOK_KEY},
            dead_letter_queue=undelivered,
            event_role=caller,
            max_event_age=Duration.seconds(webhook.retry_for.total_seconds()),
            retry_attempts=webhook.retry_attempts,
        )
        rule.add_target(target)
        # What it may not call yet is given up at once, as where a stack that is in use gets the role anew.
        rule.node.add_dependency(caller)

    def _destination(self, webhook: Webhook) -> events.ApiDestination:
        connection = events.Connection(self, f"{webhook.name}-Connection", authorization=_authorization(webhook.authentication))
        return events.ApiDestination(
            self,
            f"{webhook.name}-Destination",
            connection=connection,
            endpoint=webhook.url,
            http_method=events.HttpMethod(webhook.method),
            rate_limit_per_second=webhook.rate_per_second,
        )


def _authorization(authentication: Authentication) -> events.Authorization:
    secret = SecretValue.secrets_manager(authentication.secret)
    match authentication:
        case ApiKey(header=header):
            return events.Authorization.api_key(header, secret)
        case Basic(user=user):
            return events.Authorization.basic(user, secret)
        case ClientCredentials(token_url=token_url, client_id=client_id, scope=scope):
            asked = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}
            return events.Authorization.oauth(
                authorization_endpoint=token_url,
                client_id=client_id,
                client_secret=secret,
                http_method=events.HttpMethod.POST,
                body_parameters={name: events.HttpParameter.from_string(value) for name, value in asked.items()},
            )
        case _ as never:
            assert_never(never)
