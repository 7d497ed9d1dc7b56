"""Permissions, granted to one function at a time; a wildcard is granted only with a reason, which answers cdk-nag."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import IConstruct

from stacks.parts.acknowledge import acknowledge


def allow(
    role: iam.Role,
    actions: Sequence[str],
    *,
    on: Sequence[str],
    because: str = "",
    when: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Allow a role some actions on some resources, `when` conditions hold (`{"StringEquals": {key: value}}`).

    Raises:
        ValueError: a resource holds a wildcard and `because` does not say why.
    """
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=list(on), conditions=when))
    stack = Stack.of(role)
    for resource in on:
        written = _as_nag_writes(stack.resolve(resource))
        if "*" not in written:
            continue
        if not because:
            raise ValueError(f"{role.node.path}: {list(actions)} on {written}: a wildcard needs a reason (because=...)")
        acknowledge(role, f"AwsSolutions-IAM5[Resource::{written}]", because=because)


def seen_from(scope: IConstruct, owner: IConstruct, value: str) -> str:
    """A value of a construct as the stack of `scope` writes it: across stacks, the import that CDK would make of it later.

    A wildcard is acknowledged by the text cdk-nag will see, so that text must be final before synthesis.
    """
    home = Stack.of(owner)
    return value if home.node.path == Stack.of(scope).node.path else home.export_value(value)


def allow_reading_bundles(role: iam.Role, bucket: s3.Bucket) -> None:
    """Read bundles and catalog. Listing is what makes S3 say 404 instead of 403 of a bundle that is not there yet."""
    arn = seen_from(role, bucket, bucket.bucket_arn)
    allow(role, ["s3:GetObject"], on=[f"{arn}/*"], because="Bundles are named by their content, so their keys are not known beforehand.")
    allow(role, ["s3:ListBucket"], on=[arn])


def _as_nag_writes(resolved: Any) -> str:
    """A resolved value as cdk-nag spells it in a finding: `<Bundles1A2B.Arn>/*`, `stack:Export/*`."""
    match resolved:
        case str():
            return resolved
        case {"Fn::Join": [str(glue), list(parts)]}:
            return glue.join(_as_nag_writes(part) for part in parts)
        case {"Fn::GetAtt": [str(resource), str(attribute)]}:
            return f"<{resource}.{attribute}>"
        case {"Ref": str(name)}:
            return f"<{name}>"
        case {"Fn::ImportValue": str(name)} | {"Fn::Sub": str(name)}:
            return name
        case _:
            raise ValueError(f"no spelling for {resolved!r} in a finding of cdk-nag")
