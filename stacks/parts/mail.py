"""Mail: the configuration set we send under, and the permission to send."""

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ses as ses
from constructs import Construct

from casewright.cases.subscriptions import MAIL_EVENTS
from stacks.parts.grants import allow
from stacks.stage import Stage


class Mail(Construct):
    """The configuration set of the stage, or one of our own, telling EventBridge what becomes of every mail.

    SES reports to the default bus only (SES API); whoever owns the set, the destination in it is ours.
    """

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage) -> None:
        super().__init__(scope, construct_id)
        self._sender = stage.mail_from
        self.configuration_set = stage.mail_configuration_set or ses.CfnConfigurationSet(self, "Set").ref
        ses.CfnConfigurationSetEventDestination(
            self,
            "ToBus",
            configuration_set_name=self.configuration_set,
            event_destination={
                "enabled": True,
                "matchingEventTypes": [_as_cloudformation_says(kind) for kind in MAIL_EVENTS.values()],
                "eventBridgeDestination": {"eventBusArn": self._arn("events", "event-bus/default")},
            },
        )

    def allow_sending(self, role: iam.Role) -> None:
        """Send as one address, under one configuration set; ask what may be sent."""
        resources = [self._arn("ses", "identity/*"), self._arn("ses", f"configuration-set/{self.configuration_set}")]
        as_us = {"StringEquals": {"ses:FromAddress": self._sender}}
        asked_for = "the verified identity, which may be a domain above that of the sender, and in the sandbox that of a recipient"
        allow(
            role, ["ses:SendEmail"], on=resources, when=as_us, because=f"SES asks for {asked_for}; the condition lets one sender through."
        )
        allow(role, ["ses:GetAccount"], on=["*"], because="GetAccount is about the account; it takes no resource.")

    def _arn(self, service: str, resource: str) -> str:
        stack = Stack.of(self)
        return f"arn:{Aws.PARTITION}:{service}:{stack.region}:{stack.account}:{resource}"


def _as_cloudformation_says(kind: str) -> str:
    """`RENDERING_FAILURE` of the API is `renderingFailure` in a template."""
    first, *others = kind.lower().split("_")
    return first + "".join(word.capitalize() for word in others)
