"""Where Amazon Connect Cases is."""

from typing import Final

CASES_REGIONS: Final = frozenset({
    "af-south-1", "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ca-central-1", "eu-central-1", "eu-west-2", "us-east-1", "us-west-2",
})  # fmt: skip
"""Regions whose CloudFormation knows AWS::Cases::* (provider schemas of October 2026)."""
