"""Where things are kept: the case table, the buckets and the stream into the lake."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, Final

from botocore.exceptions import ClientError

from casewright.aws.case_log import CaseTable
from casewright.aws.control import ControlTable
from casewright.aws.failures import translated
from casewright.aws.records import READS
from casewright.errors import UnreadableRecord
from casewright_workbench.deployment.clients import is_missing
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.findings import Finding, fail, listed, ok, warn

_INDEXES: Final = frozenset({"pending", "due"})
_DEPLOY: Final = "deploy the automation stack again"
_SAMPLE: Final = 500
_LATE: Final = timedelta(minutes=10)
"""Milestones are sent within two minutes; what is older by this was left lying."""


def table(context: Context) -> Iterable[Finding]:
    """The case table is active, with both indexes, restorable to any second, and forgets what has expired."""
    name, client = context.places.needed("CASE_TABLE"), context.clients("dynamodb")
    try:
        told = client.describe_table(TableName=name)["Table"]
    except ClientError as error:
        if not is_missing(error):
            raise
        yield fail(name, wrong="there is no such table here", do="look at the region, and at the output CaseTable")
        return
    problems = list(_table_problems(context, name, told))
    yield from problems
    if not problems:
        yield ok(f"{name}: active, both indexes, point-in-time recovery, expiry by expires_at")


def _table_problems(context: Context, name: str, told: dict[str, Any]) -> Iterator[Finding]:
    client = context.clients("dynamodb")
    if told["TableStatus"] not in ("ACTIVE", "UPDATING"):
        yield fail(f"{name} is {told['TableStatus']}", wrong="nothing can be recorded", do="see the table in the console")
    if missing := _INDEXES - {each["IndexName"] for each in told.get("GlobalSecondaryIndexes", ())}:
        yield fail(name, wrong=f"it lacks the index {listed(sorted(missing))}", do=_DEPLOY)
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    if backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") != "ENABLED":
        yield warn(name, wrong="point-in-time recovery is off: what is lost is lost", do=_DEPLOY)
    expiry = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    if expiry.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING") or expiry.get("AttributeName") != "expires_at":
        yield warn(name, wrong="expiry by expires_at is off: the table only grows, and personal data stays", do=_DEPLOY)


def records(context: Context) -> Iterable[Finding]:
    """This release reads the format of what is stored (the first records of the table)."""
    name = context.places.needed("CASE_TABLE")
    with translated("Scan"):
        asked = {"ProjectionExpression": "pk, sk, #format", "ExpressionAttributeNames": {"#format": "format"}}
        items = context.clients("dynamodb").scan(TableName=name, Limit=_SAMPLE, **asked)["Items"]
    formats = [int(item["format"]["N"]) for item in items if "format" in item]
    strange = sorted(set(formats) - set(READS))
    if strange:
        found = f"formats {listed(list(map(str, strange)))} among {len(formats)} records"
        wrong = f"this release reads {', '.join(map(str, READS))}"
        yield fail(found, wrong=wrong, do="take the release that the functions run, or one that is newer by one format at most")
    else:
        yield ok(f"{len(formats)} records looked at, all readable")


def late(context: Context) -> Iterable[Finding]:
    """No milestone lies unsent: sweep runs, and calendars can tell the time."""
    unread = list[UnreadableRecord]()
    log = CaseTable(context.clients("dynamodb"), context.places.needed("CASE_TABLE"), unread=unread.append)
    before = context.now - _LATE
    waiting = sorted(log.due_before(before), key=lambda each: each.due)
    if waiting:
        first = waiting[0]
        found = (
            f"{len(waiting)} milestones, the first {first.milestone} of {first.policy}, case {first.case_id}, due {first.due.isoformat()}"
        )
        do = "read the log of sweep and of decide (clocks stalled, record not read)"
        yield fail(found, wrong="sweep does not run, or the clocks are stalled", do=do)
    if unread:
        found = f"{len(unread)} cases with milestones due cannot be read, the first: {unread[0]}"
        yield fail(found, wrong="their clocks stand still", do="docs/operate.md, What cannot be read")
    if not waiting and not unread:
        yield ok("none is late")


def armed(context: Context) -> Iterable[Finding]:
    """Effects are performed."""
    name = context.places.needed("CASE_TABLE")
    if ControlTable(context.clients("dynamodb"), name).is_armed():
        yield ok("armed")
    elif context.probes:
        yield ok("not armed, so that no rule acts on the probe case")
    else:
        yield warn(
            "not armed", wrong="decisions are recorded, nothing is done", do=f"casewright arm --table {name}, once the records are right"
        )


def buckets(context: Context) -> Iterable[Finding]:
    """The buckets are encrypted and closed to the public."""
    names = [context.places.needed("BUNDLE_BUCKET"), *_lake_buckets(context)]
    problems = [each for name in names for each in _bucket_problems(context, name)]
    yield from problems
    if not problems:
        yield ok(f"{listed(names)}: encrypted, no public access")


def _bucket_problems(context: Context, name: str) -> Iterator[Finding]:
    client = context.clients("s3")
    try:
        client.get_bucket_encryption(Bucket=name)
    except ClientError as error:
        if not is_missing(error):
            raise
        yield fail(name, wrong="it is not there, or has no encryption of its own", do="deploy the stack of the bucket again")
    try:
        blocked = client.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    except ClientError as error:
        if not is_missing(error):
            raise
        blocked = {}
    wanted = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    if not all(blocked.get(each) for each in wanted):
        yield fail(name, wrong="public access is not blocked", do="deploy the stack of the bucket again")


def stream(context: Context) -> Iterable[Finding]:
    """The stream into the lake takes rows."""
    name = context.places.needed("FACTS_STREAM")
    try:
        told = context.clients("firehose").describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
    except ClientError as error:
        if not is_missing(error):
            raise
        yield fail(name, wrong="there is no such stream: the lake gets nothing", do="deploy the lake stack")
        return
    if told["DeliveryStreamStatus"] == "ACTIVE":
        yield ok(f"{name} is ACTIVE")
    else:
        yield fail(f"{name} is {told['DeliveryStreamStatus']}", wrong="the lake gets nothing", do="see the stream in the console")


def _lake_buckets(context: Context) -> list[str]:
    """Where the stream writes; none where there is no stream to ask."""
    name = context.places.told("FACTS_STREAM")
    try:
        told = context.clients("firehose").describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"] if name else {}
    except ClientError:
        return []
    arns = [each.get("ExtendedS3DestinationDescription", {}).get("BucketARN", "") for each in told.get("Destinations", ())]
    return [arn.rpartition(":")[2] for arn in arns if arn]
