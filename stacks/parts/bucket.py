"""Buckets: encrypted, private, TLS only, and kept when the stack goes."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.parts.acknowledge import acknowledge


class Bucket(s3.Bucket):
    """A bucket that outlives its stack. `unlogged_because` says why it has no server access log."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        unlogged_because: str,
        versioned: bool = False,
        lifecycle_rules: Sequence[s3.LifecycleRule] = (),
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            versioned=versioned,
            removal_policy=RemovalPolicy.RETAIN,
            lifecycle_rules=list(lifecycle_rules),
        )
        acknowledge(self, "AwsSolutions-S1", because=unlogged_because)
