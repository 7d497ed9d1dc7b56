"""The way of an event: rule, queues, functions, and what was left lying on it."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from casewright.aws.set_aside import EffectsSetAside
from casewright_workbench.deployment.clients import NotKnown, pages
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.findings import Finding, counted, fail, listed, ok, unchecked, warn
from casewright_workbench.doctor.undelivered import attributes_of, dead_letter_queues
from casewright_workbench.localcloud.service import LOCAL_ACCOUNT

READERS: Final = ("decide", "perform", "note_delivery")
"""Functions that a queue invokes."""

_TOPIC: Final = "name an SNS topic as alarm_topic of the stage in cdk.json, then deploy"
_DEPLOY: Final = "deploy the stacks again (cdk deploy --all)"


def sources(context: Context) -> Iterable[Finding]:
    """Every function that reads a queue is connected to it, and the connection is on."""
    readers = [each for each in context.places.functions if each.kind in READERS]
    if not readers:
        raise NotKnown("no function is known; give --stage, or let functions be listed")
    wrong = 0
    for function in readers:
        there = _mappings(context, function.name)
        off = [each for each in there if each.get("State") not in ("Enabled", "Enabling", "Updating", "Creating")]
        if not there:
            yield fail(f"{function.name} reads no queue", wrong="it is never invoked", do=_DEPLOY)
        for each in off:
            do = f"aws lambda update-event-source-mapping --uuid {each.get('UUID', 'UUID')} --enabled"
            yield fail(f"{function.name}: {each['EventSourceArn']} is {each.get('State')}", wrong="its messages wait", do=do)
        wrong += bool(off) or not there
    if not wrong:
        yield ok(f"{listed([each.name for each in readers])} read their queues")


def subscription(context: Context) -> Iterable[Finding]:
    """A rule of the default bus brings the changes of this domain to the queue of decide, and is on."""
    decide = context.places.function("decide")
    if decide is None:
        raise NotKnown("the function decide is not known; give --stage, or let functions be listed")
    arns = [each["EventSourceArn"] for each in _mappings(context, decide.name)]
    client = context.clients("events")
    names = [name for arn in arns for name in pages(client.list_rule_names_by_target, "RuleNames", TargetArn=arn)]
    rules = [client.describe_rule(Name=name) for name in names]
    ours = [each for each in rules if context.domain_arn in json.loads(each.get("EventPattern") or "{}").get("resources", ())]
    off = [each["Name"] for each in ours if not each["State"].startswith("ENABLED")]
    if not ours:
        found = f"rules to that queue: {listed(names) or 'none'}"
        yield fail(found, wrong=f"none is about {context.domain_arn}: no event comes in", do="deploy the ingestion stack")
    elif off:
        yield fail(f"{listed(off)} is off", wrong="no event comes in", do=f"aws events enable-rule --name {off[0]}")
    else:
        yield ok(listed([each["Name"] for each in ours]))


def dead_letters(context: Context) -> Iterable[Finding]:
    """Nothing lies in the dead-letter queues."""
    names = [each.name for each in dead_letter_queues(context)]
    if not names:
        raise NotKnown("no queue is known; give --stage, or let functions be listed")
    filled = {name: count for name in names if (count := _waiting(context, name))}
    for name, count in filled.items():
        wrong = "messages could not be handled" if count > 0 else "there is no such queue"
        do = "casewright redrive; docs/operate.md says what each queue holds" if count > 0 else _DEPLOY
        yield fail(f"{name} holds {counted(count, 'message')}" if count > 0 else name, wrong=wrong, do=do)
    if not filled:
        yield ok(f"{counted(len(names), 'queue')}, empty")


def set_aside(context: Context) -> Iterable[Finding]:
    """Every effect could be read when it came up."""
    aside = EffectsSetAside(context.clients("dynamodb"), context.places.needed("CASE_TABLE"))
    why = Counter(each.reason for each in aside.each())
    for reason, count in why.items():
        yield fail(f"{counted(count, 'effect')}: {reason}", wrong="they were set aside, and nothing performs them", do="casewright redrive")
    if not why:
        yield ok("no effect")


def alarms(context: Context) -> Iterable[Finding]:
    """No alarm of the stage is in ALARM."""
    stage = context.places.stage
    if not stage:
        is_local = context.account == LOCAL_ACCOUNT
        yield unchecked("the local cloud has no alarms" if is_local else "alarms are named by their stage; give --stage")
        return
    there = list(pages(context.clients("cloudwatch").describe_alarms, "MetricAlarms", AlarmNamePrefix=f"casewright-{stage}-"))
    ringing = [each for each in there if each["StateValue"] == "ALARM"]
    for each in ringing:
        wrong = each.get("AlarmDescription") or each.get("StateReason", "")
        yield fail(f"{each['AlarmName']} is in ALARM", wrong=wrong, do="docs/operate.md, What to watch")
    if not there:
        yield fail("no alarms", wrong="nobody is told when something goes wrong", do=_DEPLOY)
        return
    if mute := [each for each in there if not each.get("AlarmActions")]:
        yield warn(f"{len(mute)} of {len(there)} alarms tell nobody", wrong="they have no action", do=_TOPIC)
    elif not ringing:
        yield ok(f"{len(there)} alarms, none rings")


def _mappings(context: Context, function: str) -> list[Any]:
    return list(pages(context.clients("lambda").list_event_source_mappings, "EventSourceMappings", FunctionName=function))


def _waiting(context: Context, name: str) -> int:
    """How many messages a queue holds; -1 where there is no such queue."""
    told = attributes_of(context, name)
    kinds = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")
    return sum(int(told.get(each, 0)) for each in kinds) if told else -1
