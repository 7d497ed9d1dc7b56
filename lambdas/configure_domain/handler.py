"""The custom resource of the cases stack: bring the domain to its definition; on delete leave everything as it is."""

from typing import Any

import msgspec

from casewright.service.configure import Wanted, configure
from casewright.wiring.configuring import configuring
from casewright.wiring.container import container


def handle(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answer as the CDK provider framework asks: the physical id, and the catalog's size as data.

    ResourceProperties name the S3 object (WantedBucket, WantedKey) that holds a `Wanted` as JSON.
    """
    parts = container()
    ports = parts.ports(configuring)
    answer: dict[str, Any] = {"PhysicalResourceId": f"casewright-{ports.domain_id}"}
    if event["RequestType"] == "Delete":
        return answer
    properties = event["ResourceProperties"]
    body = parts.client("s3").get_object(Bucket=properties["WantedBucket"], Key=properties["WantedKey"])["Body"].read()
    catalog = configure(msgspec.json.decode(body, type=Wanted), ports)
    return answer | {"Data": {"Fields": len(catalog.fields), "Templates": len(catalog.templates)}}
