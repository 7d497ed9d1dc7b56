"""The table of cases: log, heads, decisions and effects, in one partition per case."""

from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.parts.grants import allow

PENDING: Final = "pending"
"""Sparse index of effects waiting to be performed, by quota bucket and urgency."""

DUE: Final = "due"
"""Sparse index of running clocks, by shard and next due time; of those that are overdue, too."""

_TEXT: Final = dynamodb.AttributeType.STRING


class CaseTable(dynamodb.TableV2):
    """On demand, encrypted by the AWS-managed key, restorable to any second of 35 days, and kept when the stack goes."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(
            scope,
            construct_id,
            partition_key=_key("pk"),
            sort_key=_key("sk"),
            billing=dynamodb.Billing.on_demand(),
            encryption=dynamodb.TableEncryptionV2.aws_managed_key(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(point_in_time_recovery_enabled=True),
            time_to_live_attribute="expires_at",
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
            global_secondary_indexes=[
                dynamodb.GlobalSecondaryIndexPropsV2(index_name=PENDING, partition_key=_key("bucket"), sort_key=_key("urgency")),
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name=DUE,
                    partition_key=_key("due_shard"),
                    sort_key=_key("next_due"),
                    projection_type=dynamodb.ProjectionType.INCLUDE,
                    non_key_attributes=["due", "overdue", "format"],
                ),
            ],
        )

    def allow(self, role: iam.Role, *operations: str) -> None:
        """Allow operations on items. Transactions have no action of their own, they need those of their parts (DynamoDB guide)."""
        allow(role, [f"dynamodb:{operation}" for operation in operations], on=[self.table_arn])

    def allow_putting(self, role: iam.Role, partitions: str) -> None:
        """Put items of some partitions (`schedule#*`) and of no others."""
        leading = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": partitions}}
        allow(role, ["dynamodb:PutItem"], on=[self.table_arn], when=leading)

    def allow_querying(self, role: iam.Role, index: str) -> None:
        """Query one index and nothing of the table itself."""
        allow(role, ["dynamodb:Query"], on=[f"{self.table_arn}/index/{index}"])


def _key(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=_TEXT)
