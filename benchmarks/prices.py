"""What AWS asks, in us-east-1, on demand, without free tiers and discounts for volume; the one place where prices stand.

`read` says where a price was read, in November 2026 and not on AWS's own pages, which show prices only to a browser. What says "not
confirmed" is as commonly known: look before you rely on it.
"""

from typing import Final, NamedTuple

REGION: Final = "us-east-1"
MILLION: Final = 1_000_000


class Price(NamedTuple):
    """Dollars for one unit."""

    dollars: float
    unit: str
    read: str = "not confirmed"


PRICES: Final = {
    "Lambda requests": Price(0.20 / MILLION, "request", "a published table of arm64 prices"),
    "Lambda duration": Price(0.0000133334, "GB-second, arm64", "a published table of arm64 prices"),
    "DynamoDB writes": Price(0.625 / MILLION, "write request unit of 1 KB", "airbyte.com/data-engineering-resources/dynamodb-pricing"),
    "DynamoDB reads": Price(0.125 / MILLION, "read request unit of 4 KB", "airbyte.com/data-engineering-resources/dynamodb-pricing"),
    "DynamoDB storage": Price(0.25, "GB-month"),
    "SQS": Price(0.40 / MILLION, "request, each 64 KB"),
    "SQS FIFO": Price(0.50 / MILLION, "request, each 64 KB"),
    "EventBridge": Price(1.00 / MILLION, "event of our own, each 64 KB; those of AWS services are free"),
    "Firehose": Price(0.029 + 0.018 + 0.020, "GB taken in, converted and partitioned, each record rounded up to 5 KB"),
    "S3 writes": Price(0.005 / 1000, "PUT"),
    "S3 reads": Price(0.0004 / 1000, "GET"),
    "SES": Price(0.10 / 1000, "recipient"),
    "CloudWatch logs": Price(0.50, "GB taken in", "factualminds.com, Amazon CloudWatch pricing"),
    "CloudWatch metrics": Price(0.30, "metric and month", "signoz.io/guides/cloudwatch-pricing"),
}
