"""What the stacks deploy, made in a local cloud through the same APIs: table, buckets, queues, rules and delivery stream.

Event patterns, columns and settings are the very values the stacks use; shapes of queues and indexes are those of the templates.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import boto3
import msgspec

from casewright.cases.subscriptions import BUCKETS, MAIL_EVENTS, case_changes, domain_arn, mail_events
from casewright_workbench.lake.files import arrow_schema
from casewright_workbench.localcloud.cloud import LocalCloud

CASE_TABLE: Final = "casewright-cases"
BUNDLES, LAKE, STREAM = "casewright-bundles", "casewright-lake", "casewright-facts"
CONFIGURATION_SET: Final = "casewright"
_INDEXES: Final[Mapping[str, tuple[tuple[str, str], Mapping[str, object]]]] = {
    "pending": (("bucket", "urgency"), {"ProjectionType": "ALL"}),
    "due": (("due_shard", "next_due"), {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["due", "overdue", "format"]}),
}
_MOST_RECEIVES: Final = 5


class Provisioned(msgspec.Struct, frozen=True, kw_only=True):
    """Where everything is."""

    case_events_url: str
    case_events_arn: str
    mail_events_arn: str
    dead_letter_url: str
    mail_dead_letter_url: str
    wake_url: str
    wake_arn: str


def provision(cloud: LocalCloud, session: boto3.Session, *, domain_id: str, mail_domain: str, shaper_arn: str) -> Provisioned:
    """Make everything but the functions; `shaper_arn` is the function that shapes records for the lake."""
    domain = domain_arn(region=cloud.region, account=cloud.account, domain_id=domain_id)
    session.client("connect").create_integration_association(
        InstanceId=cloud.instance.id, IntegrationType="CASES_DOMAIN", IntegrationArn=domain
    )
    _table(session)
    for bucket in (BUNDLES, LAKE):
        _bucket(session, bucket)
    _mail(cloud, session, mail_domain)
    _stream(cloud, session, shaper_arn)
    queues = _queues(session)
    _subscribe(cloud, session, domain_id=domain_id, queues=queues)
    return queues


def _table(session: boto3.Session) -> None:
    names = ("pk", "sk", *(key for keys, _ in _INDEXES.values() for key in keys))
    dynamodb = session.client("dynamodb")
    dynamodb.create_table(
        TableName=CASE_TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        KeySchema=_keys(("pk", "sk")),
        GlobalSecondaryIndexes=[
            {"IndexName": name, "KeySchema": _keys(keys), "Projection": projection} for name, (keys, projection) in _INDEXES.items()
        ],
    )
    dynamodb.update_time_to_live(TableName=CASE_TABLE, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"})
    dynamodb.update_continuous_backups(TableName=CASE_TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})


def _bucket(session: boto3.Session, name: str) -> None:
    s3 = session.client("s3")
    s3.create_bucket(Bucket=name)
    encrypted: Any = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=encrypted)
    blocked = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=blocked)


def _keys(names: tuple[str, str]) -> Any:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=True)]


def _queues(session: boto3.Session) -> Provisioned:
    sqs = session.client("sqs")
    dead_url, dead_arn = _queue(sqs, "case-events-dead-letters")
    events_url, events_arn = _queue(sqs, "case-events", VisibilityTimeout="360", RedrivePolicy=_redrive(dead_arn))
    mail_dead_url, mail_dead_arn = _queue(sqs, "mail-events-dead-letters")
    _, mail_arn = _queue(sqs, "mail-events", VisibilityTimeout="360", RedrivePolicy=_redrive(mail_dead_arn))
    wake_url, wake_arn = _wake(sqs)
    return Provisioned(
        case_events_url=events_url,
        case_events_arn=events_arn,
        mail_events_arn=mail_arn,
        dead_letter_url=dead_url,
        mail_dead_letter_url=mail_dead_url,
        wake_url=wake_url,
        wake_arn=wake_arn,
    )


def _wake(sqs: Any) -> tuple[str, str]:
    _, dead_arn = _queue(sqs, "wake-dead-letters.fifo", FifoQueue="true")
    return _queue(
        sqs,
        "wake.fifo",
        FifoQueue="true",
        ContentBasedDeduplication="true",
        VisibilityTimeout="120",
        MessageRetentionPeriod="3600",
        RedrivePolicy=_redrive(dead_arn),
    )


def _queue(sqs: Any, name: str, **attributes: str) -> tuple[str, str]:
    """Its URL and its ARN."""
    url: str = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def _redrive(dead_letters_arn: str) -> str:
    return json.dumps({"deadLetterTargetArn": dead_letters_arn, "maxReceiveCount": _MOST_RECEIVES})


def _subscribe(cloud: LocalCloud, session: boto3.Session, *, domain_id: str, queues: Provisioned) -> None:
    events = session.client("events")
    pattern = case_changes(domain_arn(region=cloud.region, account=cloud.account, domain_id=domain_id))
    stream_arn = f"arn:aws:firehose:{cloud.region}:{cloud.account}:deliverystream/{STREAM}"
    role_arn = f"arn:aws:iam::{cloud.account}:role/events-to-lake"
    for name, wanted, target in (
        ("mail-events", mail_events(CONFIGURATION_SET), {"Id": "queue", "Arn": queues.mail_events_arn}),
        ("case-changes-to-decide", pattern, {"Id": "queue", "Arn": queues.case_events_arn}),
        ("case-changes-to-lake", pattern, {"Id": "stream", "Arn": stream_arn, "RoleArn": role_arn}),
    ):
        events.put_rule(Name=name, EventPattern=json.dumps(wanted))
        events.put_targets(Rule=name, Targets=[target])
    _ring(events, queues.wake_arn)


def _ring(events: Any, wake_arn: str) -> None:
    events.put_rule(Name="ring", ScheduleExpression="rate(1 minute)")
    rings: Any = [
        {
            "Id": bucket,
            "Arn": wake_arn,
            # EventBridge deduplicates a FIFO target by content: the time makes one bell differ from the next.
            "InputTransformer": {
                "InputPathsMap": {"time": "$.time"},
                "InputTemplate": f'{{"bucket": "{bucket}", "rung_at": <time>}}',
            },
            "SqsParameters": {"MessageGroupId": bucket},
        }
        for bucket in BUCKETS
    ]
    events.put_targets(Rule="ring", Targets=rings)


def _mail(cloud: LocalCloud, session: boto3.Session, mail_domain: str) -> None:
    sesv2 = session.client("sesv2")
    sesv2.create_email_identity(EmailIdentity=mail_domain)
    sesv2.create_configuration_set(ConfigurationSetName=CONFIGURATION_SET)
    bus_arn = f"arn:aws:events:{cloud.region}:{cloud.account}:event-bus/default"
    kinds = list(MAIL_EVENTS.values())
    destination: Any = {"Enabled": True, "MatchingEventTypes": kinds, "EventBridgeDestination": {"EventBusArn": bus_arn}}
    sesv2.create_configuration_set_event_destination(
        ConfigurationSetName=CONFIGURATION_SET, EventDestinationName="bus", EventDestination=destination
    )


def _stream(cloud: LocalCloud, session: boto3.Session, shaper_arn: str) -> None:
    cloud.firehose.register_table("casewright", "facts", arrow_schema())
    role_arn = f"arn:aws:iam::{cloud.account}:role/firehose"
    destination: Any = {
        "RoleARN": role_arn,
        "BucketARN": f"arn:aws:s3:::{LAKE}",
        "BufferingHints": {"IntervalInSeconds": 900, "SizeInMBs": 128},
        "Prefix": "facts/dt=!{partitionKeyFromLambda:dt}/",
        "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/",
        "DynamicPartitioningConfiguration": {"Enabled": True},
        "ProcessingConfiguration": {
            "Enabled": True,
            "Processors": [{"Type": "Lambda", "Parameters": [{"ParameterName": "LambdaArn", "ParameterValue": shaper_arn}]}],
        },
        "DataFormatConversionConfiguration": {
            "Enabled": True,
            "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {"CaseInsensitive": False}}},
            "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {"Compression": "SNAPPY"}}},
            "SchemaConfiguration": {"DatabaseName": "casewright", "TableName": "facts", "RoleARN": role_arn, "Region": cloud.region},
        },
    }
    session.client("firehose").create_delivery_stream(DeliveryStreamName=STREAM, ExtendedS3DestinationConfiguration=destination)
