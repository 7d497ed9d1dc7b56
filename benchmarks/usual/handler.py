"""The handler that is usually written for such a queue: powertools, its pydantic parser, five boto3 clients, a loop over rules."""

import json
import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from case_event import CaseEvent

logger, metrics = Logger(service="usual"), Metrics(namespace="usual", service="usual")
dynamodb, s3, sqs, firehose, cases = (boto3.client(name) for name in ("dynamodb", "s3", "sqs", "firehose", "connectcases"))
processor = BatchProcessor(EventType.SQS)
rules: list[dict[str, Any]] = []


def load_rules() -> list[dict[str, Any]]:
    if not rules:
        answer = s3.get_object(Bucket=os.environ["BUNDLE_BUCKET"], Key="usual.json")
        rules.extend(json.loads(answer["Body"].read()))
    return rules


def holds(rule: dict[str, Any], fields: dict[str, Any]) -> bool:
    for condition in rule["conditions"]:
        value = fields.get(condition["field"])
        if condition["operator"] == "equals" and value != condition["value"]:
            return False
        if condition["operator"] == "in" and value not in condition["value"]:
            return False
        if condition["operator"] == "greater_than" and not (isinstance(value, float) and value > condition["value"]):
            return False
    return True


def one(record: SQSRecord) -> None:
    event = CaseEvent.model_validate_json(record.body)
    case, table = event.detail.case, os.environ["CASE_TABLE"]
    fields = {name: each.value.plain() for name, each in case.fields.items()}
    matched = [rule["name"] for rule in load_rules() if holds(rule, fields)]
    key = {"pk": {"S": f"usual#{case.case_id}"}, "sk": {"S": "state"}}
    known = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    seen = int(known["seen"]["N"]) if known else 0
    row = {"kind": "usual", "case_id": case.case_id, "event_id": event.id, "matched": matched}
    state = {"seen": {"N": str(seen + 1)}, "event_id": {"S": event.id}, "matched": {"S": json.dumps(matched)}}
    dynamodb.put_item(TableName=table, Item=key | state)
    firehose.put_record(DeliveryStreamName=os.environ["FACTS_STREAM"], Record={"Data": json.dumps(row).encode() + b"\n"})
    if matched:
        bell = {"MessageBody": '{"bucket": "cases"}', "MessageGroupId": "cases", "MessageDeduplicationId": event.id}
        sqs.send_message(QueueUrl=os.environ["WAKE_QUEUE_URL"], **bell)
    metrics.add_metric(name="Events", unit=MetricUnit.Count, value=1)
    logger.info("event taken", extra={"case_id": case.case_id, "event_id": event.id})


@metrics.log_metrics
@logger.inject_lambda_context
def handle(event: dict[str, Any], context: Any) -> Any:
    """Answer the ids of the messages that shall be delivered again."""
    return process_partial_response(event=event, record_handler=one, processor=processor, context=context)
