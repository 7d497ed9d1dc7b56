"""Answers to cdk-nag: which finding is accepted, on which construct, and why."""

import aws_cdk as cdk
from constructs import IConstruct


def acknowledge(construct: IConstruct, finding: str, *, because: str) -> None:
    """Accept one finding of cdk-nag (`AwsSolutions-S1`) on one construct, with the reason that makes it true."""
    cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id=finding, reason=because))
