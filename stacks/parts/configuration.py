"""What CloudFormation has no resource for: field options, the event configuration, and what may exist already and is then adopted.

One custom resource, behind CDK's provider framework, which answers CloudFormation whatever happens to `configure_domain`. Properties:

    WantedBucket, WantedKey     the S3 object with `service.configure.Wanted` as JSON
    Release                     names the code of the function, so that a new release configures anew

Create and Update do the same; Delete does nothing, and nothing is ever removed from the domain.
"""

from pathlib import Path
from typing import Final

from aws_cdk import Aws, CustomResource, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as assets
from aws_cdk import custom_resources as providers
from constructs import Construct

from stacks.parts.acknowledge import acknowledge
from stacks.parts.function import Function, FunctionRole
from stacks.parts.grants import allow
from stacks.stage import Stage

RESOURCE_TYPE: Final = "Custom::CasesDomainConfiguration"
ANSWER_WITHIN: Final = Duration.minutes(16)
"""How long CloudFormation waits; without it a lost answer blocks a deployment for an hour."""


class Configuration(Construct):
    """The custom resource, deployed after everything it looks up by name."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, function: Function, wanted: Path, release: str) -> None:
        super().__init__(scope, construct_id)
        asset = assets.Asset(self, "Wanted", path=str(wanted))
        allow(function.house_role, ["s3:GetObject"], on=[asset.bucket.arn_for_objects(asset.s3_object_key)])
        provider = self._provider(stage, function)
        self.resource = CustomResource(
            self,
            "Resource",
            resource_type=RESOURCE_TYPE,
            service_token=provider.service_token,
            service_timeout=ANSWER_WITHIN,
            properties={"WantedBucket": asset.s3_bucket_name, "WantedKey": asset.s3_object_key, "Release": release},
        )
        # Called before its permissions are there, the function would fail the first deployment.
        self.resource.node.add_dependency(provider, function.house_role)

    def _provider(self, stage: Stage, function: Function) -> providers.Provider:
        role = FunctionRole(self, "ProviderRole", stage=stage)
        provider = providers.Provider(self, "Provider", on_event_handler=function, framework_on_event_role=role, log_group=role.log_group)
        acknowledge(
            provider, "AwsSolutions-L1", because="The provider framework of CDK chooses its own runtime; it moves with aws-cdk-lib."
        )
        invoked = f"AwsSolutions-IAM5[Resource::<{Stack.of(self).get_logical_id(function.node.default_child)}.Arn>:*]"  # type: ignore[arg-type]
        acknowledge(role, invoked, because="The provider framework may invoke any version of configure_domain, and no other function.")
        return provider


def allow_configuring(role: iam.Role, *, domain_arn: str, instance_arn: str, bundles: s3.Bucket) -> None:
    """All that `configure_domain` may do: read and add, never delete."""
    _allow_cases(role, domain_arn)
    _allow_associating(role, instance_arn)
    _allow_event_integrations(role)
    current, catalog = (bundles.arn_for_objects(key) for key in ("current.json", "catalog.json"))
    allow(role, ["s3:GetObject"], on=[current])
    why = "Bundles are named by their content, so their keys are not known beforehand."
    allow(role, ["s3:PutObject"], on=[current, catalog, bundles.arn_for_objects("bundles/*")], because=why)
    # Listing is what makes S3 say 404 instead of 403 of a bundle that is not there yet.
    allow(role, ["s3:ListBucket"], on=[bundles.bucket_arn])


def _allow_cases(role: iam.Role, domain_arn: str) -> None:
    whole = ["GetCaseEventConfiguration", "PutCaseEventConfiguration", "ListFields", "ListTemplates", "ListLayouts", "ListCaseRules"]
    allow(role, [f"cases:{operation}" for operation in whole], on=[domain_arn])
    parts = ["ListFieldOptions", "BatchPutFieldOptions", "CreateField", "CreateTemplate", "CreateLayout", "CreateCaseRule", "TagResource"]
    why = "The ids of fields, templates, layouts and case rules exist only once they are made, all within this one domain."
    allow(role, [f"cases:{operation}" for operation in parts], on=[domain_arn, f"{domain_arn}/*"], because=why)
    why = "Amazon Connect asks for cases:GetDomain on every domain when a domain's events are associated (administrator guide)."
    allow(role, ["cases:GetDomain"], on=["*"], because=why)


def _allow_associating(role: iam.Role, instance_arn: str) -> None:
    allow(role, ["connect:ListIntegrationAssociations", "connect:DescribeInstance"], on=[instance_arn])
    why = "An association has no id before it is made; it is held to this instance."
    allow(role, ["connect:CreateIntegrationAssociation"], on=[instance_arn, f"{instance_arn}/integration-association/*"], because=why)
    why = "Amazon Connect looks up the instance's directory with the caller's permission; the action has no resource (IAM reference)."
    allow(role, ["ds:DescribeDirectories"], on=["*"], because=why)
    linked = f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_*"
    why = "Amazon Connect lets its own service-linked role use the integration, with the caller's permission; AWS chose the role's suffix."
    allow(role, ["iam:PutRolePolicy"], on=[linked], because=why)


def _allow_event_integrations(role: iam.Role) -> None:
    stack = Stack.of(role)
    allow(
        role,
        ["app-integrations:ListEventIntegrations"],
        on=["*"],
        because="Listing has no resource in IAM (service authorization reference).",
    )
    integrations = f"arn:{Aws.PARTITION}:app-integrations:{stack.region}:{stack.account}:event-integration/*"
    creating = ["app-integrations:CreateEventIntegration", "app-integrations:CreateEventIntegrationAssociation"]
    allow(role, creating, on=[integrations], because="An existing integration is adopted under whatever name it has.")
    rules = f"arn:{Aws.PARTITION}:events:{stack.region}:{stack.account}:rule/*"
    why = "Amazon Connect makes a rule of its own on the default bus, with the caller's permission and a name it does not document."
    allow(role, ["events:PutRule", "events:PutTargets"], on=[rules], because=why)
