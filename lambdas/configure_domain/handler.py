"""The custom resource of the cases stack: bring the domain to its definition; on delete leave everything as it is."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from botocore.exceptions import ClientError

from casewright.service.configure import Wanted, configure
from casewright.wiring.configuring import configuring
from casewright.wiring.container import Container, container

UNTIL_ALLOWED: Final = (2, 4, 8, 16, 30)
"""Seconds between tries to read what is wanted: the deployment has only just allowed it, and IAM takes a while to tell all of S3.

A rollback comes here too, and one that fails leaves a stack that has to be mended by hand.
"""


def handle(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answer as the CDK provider framework asks: the physical id, and the catalog's size as data.

    ResourceProperties name the S3 object (WantedBucket, WantedKey) that holds a `Wanted` as JSON.
    """
    parts = container()
    ports = parts.ports(configuring)
    answer: dict[str, Any] = {"PhysicalResourceId": f"casewright-{ports.domain_id}"}
    if event["RequestType"] == "Delete":
        return answer
    catalog = configure(_wanted(event["ResourceProperties"], parts), ports)
    return answer | {"Data": {"Fields": len(catalog.fields), "Templates": len(catalog.templates)}}


def _wanted(properties: Mapping[str, str], parts: Container) -> Wanted:
    for seconds in UNTIL_ALLOWED:
        try:
            return _read(properties, parts)
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDenied":
                raise
        parts.time.sleep(seconds)
    return _read(properties, parts)


def _read(properties: Mapping[str, str], parts: Container) -> Wanted:
    found = parts.client("s3").get_object(Bucket=properties["WantedBucket"], Key=properties["WantedKey"])
    return msgspec.json.decode(found["Body"].read(), type=Wanted)
