"""The account that commands go to: the one that the AWS CLI takes, by AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL and their like."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import boto3
import msgspec
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

from casewright.errors import CasewrightError
from casewright_workbench.deployment.clients import Clients, NotKnown
from casewright_workbench.deployment.refusals import explained
from casewright_workbench.deployment.usage import WrongUsage

LOCAL_REGION: Final = "us-east-1"
"""Of the local cloud: what is asked at an endpoint where nobody says a region."""

_CDK_JSON: Final = Path("cdk.json")


class _Stage(msgspec.Struct):
    region: str = ""


class _Context(msgspec.Struct):
    stages: dict[str, _Stage] = {}


class _Written(msgspec.Struct):
    """What of cdk.json is read here; `stacks/stage.py` reads all of a stage."""

    context: _Context = msgspec.field(default_factory=_Context)


@contextmanager
def account(what: str, *, stage: str = "") -> Iterator[Clients]:
    """Clients for a command, in the region of the stage where one is given.

    Raises:
        WrongUsage: AWS refused something inside, or does not answer. It says `what` was asked for and what to do.
    """
    region = _region_of(stage)
    try:
        yield clients_in(region)
    except (NotKnown, CasewrightError, BotoCoreError, ClientError) as error:
        raise WrongUsage(f"{what}: {explained(error)}") from error


def clients_in(region: str) -> Clients:
    """Clients of the region, or of the one that the environment or the profile says. Raises NoRegionError."""
    session = boto3.Session(region_name=region or os.environ.get("AWS_REGION") or None)
    if session.region_name is None:
        if "AWS_ENDPOINT_URL" not in os.environ:
            raise NoRegionError
        session = boto3.Session(region_name=LOCAL_REGION)
    return Clients(session)


def _region_of(stage: str) -> str:
    """The region of a stage in cdk.json, where there is one. Raises WrongUsage for a stage that it does not have."""
    if not stage or not _CDK_JSON.is_file():
        return ""
    try:
        stages = msgspec.json.decode(_CDK_JSON.read_bytes(), type=_Written).context.stages
    except msgspec.MsgspecError as error:
        raise WrongUsage(f"{_CDK_JSON} cannot be read: {error}; stages stand under context.stages, each with its region") from error
    if stage not in stages:
        raise WrongUsage(f"{_CDK_JSON} has no stage {stage!r}; it has {', '.join(sorted(stages)) or 'none'}")
    return stages[stage].region
