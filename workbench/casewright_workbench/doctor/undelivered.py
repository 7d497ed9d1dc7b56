"""The dead-letter queues of a deployment, found by what sends there: functions, the queues they read, and the rules that lead to them."""

import json
from collections.abc import Iterator

import msgspec
from botocore.exceptions import ClientError

from casewright.cases.subscriptions import webhook_called
from casewright_workbench.deployment.clients import is_missing, pages
from casewright_workbench.doctor.context import Context


class DeadLetters(msgspec.Struct, frozen=True):
    """A dead-letter queue by its name; `source` is the ARN of the queue whose messages end there, empty where there is none."""

    name: str
    source: str = ""


def dead_letter_queues(context: Context) -> tuple[DeadLetters, ...]:
    """All of them, by name. Without a stage those of rules are found through what the rules lead to."""
    read = read_queues(context)
    found = dict.fromkeys(_by_function(context), "")
    if context.places.stage:
        names = {arn.rpartition(":")[2] for arn in read}
        found |= {name: "" for url in context.places.queue_urls if (name := url.rpartition("/")[2]) not in names}
    else:
        found |= dict.fromkeys(_by_rule(context, read), "")
    for arn in read:
        redrive = json.loads(attributes_of(context, arn.rpartition(":")[2]).get("RedrivePolicy") or "{}")
        if redrive:
            found[redrive["deadLetterTargetArn"].rpartition(":")[2]] = arn
    return tuple(DeadLetters(name, found[name]) for name in sorted(found))


def read_queues(context: Context) -> tuple[str, ...]:
    """The ARNs of the queues that functions read."""
    call = context.clients("lambda").list_event_source_mappings
    arns = [
        each["EventSourceArn"] for one in context.places.functions for each in pages(call, "EventSourceMappings", FunctionName=one.name)
    ]
    return tuple(sorted({arn for arn in arns if ":sqs:" in arn}))


def _by_function(context: Context) -> Iterator[str]:
    for function in context.places.functions:
        url, arn = function.environment.get("DEAD_LETTER_QUEUE_URL", ""), function.dead_letter_arn
        yield from filter(None, (url.rpartition("/")[2], arn.rpartition(":")[2]))


def _by_rule(context: Context, read: tuple[str, ...]) -> Iterator[str]:
    client = context.clients("events")
    where = f"{context.region}:{context.account}"
    targets = [*read, *(f"arn:{context.partition}:lambda:{where}:function:{each.name}" for each in context.places.functions)]
    if stream := context.places.told("FACTS_STREAM"):
        targets.append(f"arn:{context.partition}:firehose:{where}:deliverystream/{stream}")
    rules = {name for arn in targets for name in pages(client.list_rule_names_by_target, "RuleNames", TargetArn=arn)}
    if webhooks := context.places.told("WEBHOOKS").split():
        calls = [webhook_called(name, domain_id=context.domain_id) for name in webhooks]
        rules |= {each["Name"] for each in pages(client.list_rules, "Rules") if json.loads(each.get("EventPattern") or "{}") in calls}
    for rule in sorted(rules):
        for target in pages(client.list_targets_by_rule, "Targets", Rule=rule):
            if arn := target.get("DeadLetterConfig", {}).get("Arn"):
                yield str(arn).rpartition(":")[2]


def attributes_of(context: Context, name: str) -> dict[str, str]:
    """The attributes of a queue; none where there is no such queue."""
    client = context.clients("sqs")
    try:
        url = client.get_queue_url(QueueName=name)["QueueUrl"]
        told: dict[str, str] = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    except ClientError as error:
        if not is_missing(error):
            raise
        return {}
    return told
