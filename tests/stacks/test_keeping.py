"""What must not be lost, read or left unwatched: encryption, retention, transport, dead letters, alarms."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from casewright.aws.powertools import PowertoolsTelemetry
from stacks.dashboards import ALARMED
from stacks.parts.alarm import RUNBOOK

ROOT = Path(__file__).parents[2]


def test_every_queue_is_encrypted_by_sqs_and_refuses_plain_http(either: Any) -> None:
    queues = either.of("AWS::SQS::Queue")
    assert len(queues) == 12
    for where, queue in queues.items():
        assert queue["Properties"]["SqsManagedSseEnabled"] is True, where
        assert "KmsMasterKeyId" not in queue["Properties"], f"{where}: EventBridge cannot write under the AWS-managed key"
    denials = [
        statement
        for policy in either.of("AWS::SQS::QueuePolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny" and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    ]
    assert len(denials) == len(queues)


def test_every_bucket_is_private_encrypted_kept_and_refuses_plain_http(either: Any) -> None:
    buckets = either.of("AWS::S3::Bucket")
    assert len(buckets) == 2
    for bucket in buckets.values():
        assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
        assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
        assert "BucketEncryption" in bucket["Properties"]
    policies = [policy["Properties"]["PolicyDocument"]["Statement"] for policy in either.of("AWS::S3::BucketPolicy").values()]
    assert len(policies) == 2
    for statements in policies:
        assert any(each["Effect"] == "Deny" and each["Action"] == "s3:*" for each in statements)


def test_bundles_have_versions(made: Any) -> None:
    assert made.one("AWS::S3::Bucket", "Bundles")["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}


def test_the_table_of_cases_is_kept_encrypted_and_restorable(made: Any) -> None:
    table = made.one("AWS::DynamoDB::GlobalTable", "Cases")
    properties = table["Properties"]
    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"
    assert properties["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    [replica] = properties["Replicas"]
    assert replica["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert replica["DeletionProtectionEnabled"] is True


def test_the_table_has_the_keys_and_indexes_that_the_adapters_query(made: Any) -> None:
    properties = made.one("AWS::DynamoDB::GlobalTable", "Cases")["Properties"]
    keys = {index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]] for index in properties["GlobalSecondaryIndexes"]}
    assert [key["AttributeName"] for key in properties["KeySchema"]] == ["pk", "sk"]
    assert keys == {"pending": ["bucket", "urgency"], "due": ["due_shard", "next_due"]}
    projections = {index["IndexName"]: index["Projection"]["ProjectionType"] for index in properties["GlobalSecondaryIndexes"]}
    assert projections["pending"] == "ALL"
    [due] = [index["Projection"] for index in properties["GlobalSecondaryIndexes"] if index["IndexName"] == "due"]
    assert due["NonKeyAttributes"] == ["due", "overdue", "format"]


def test_the_domain_and_what_is_in_it_outlive_the_stack_and_do_not_stop_a_second_try(made: Any) -> None:
    kept = [resource for where, resource in _everything(made).items() if resource["Type"].startswith("AWS::Cases::")]
    assert len(kept) == 9
    kept.append(made.one("AWS::Connect::IntegrationAssociation", "Association"))
    assert {resource["DeletionPolicy"] for resource in kept} == {"RetainExceptOnCreate"}, "a rollback would leave names that are unique"
    assert {resource["UpdateReplacePolicy"] for resource in kept} == {"Retain"}


def test_the_archive_is_kept_for_thirty_days(made: Any) -> None:
    archive = made.one("AWS::Events::Archive", "Archive")
    assert archive["Properties"]["RetentionDays"] == 30
    assert archive["DeletionPolicy"] == "Retain"


def test_raw_records_and_errors_of_the_lake_expire_after_thirty_days_and_facts_never(made: Any) -> None:
    rules = made.one("AWS::S3::Bucket", "Facts")["Properties"]["LifecycleConfiguration"]["Rules"]
    assert {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule} == {"backup/": 30, "errors/": 30}


def test_every_log_group_has_an_end(either: Any) -> None:
    groups = either.of("AWS::Logs::LogGroup")
    assert len(groups) == 9
    assert {group["Properties"]["RetentionInDays"] for group in groups.values()} == {90}


def test_every_function_says_what_it_runs_on_how_long_and_where_it_logs(either: Any) -> None:
    functions = {where: one["Properties"] for where, one in either.of("AWS::Lambda::Function").items()}
    ours = {where: one for where, one in functions.items() if one["Handler"] == "handler.handle"}
    assert len(ours) == 7
    for where, function in ours.items():
        assert function["Architectures"] == ["arm64"], where
        assert len(function["Layers"]) == 2, where
        assert {"Timeout", "MemorySize", "LoggingConfig"} <= set(function), where


def test_a_function_that_is_invoked_asynchronously_has_dead_letters_and_no_retry(made: Any) -> None:
    asynchronous = {
        logical
        for where, rule in made.of("AWS::Events::Rule").items()
        for target in rule["Properties"]["Targets"]
        for logical in [target["Arn"].get("Fn::GetAtt", [""])[0]]
        if f"{where.partition('/')[0]}/{logical}" in made.of("AWS::Lambda::Function")
    }
    assert asynchronous, "nothing is invoked by a rule: the test reads the template wrongly"
    for logical in asynchronous:
        function = made.templates["automation"]["Resources"][logical]
        assert "DeadLetterConfig" in function["Properties"]
    invocations = [config["Properties"] for config in made.of("AWS::Lambda::EventInvokeConfig").values()]
    assert {config["FunctionName"]["Ref"]: config["MaximumRetryAttempts"] for config in invocations} == dict.fromkeys(asynchronous, 0)
    # Throttled ticks are kept for six hours by default, and then all run at once.
    assert {config["MaximumEventAgeInSeconds"] for config in invocations} == {300}


def test_every_target_of_every_rule_has_dead_letters(made: Any) -> None:
    targets = [target for rule in made.of("AWS::Events::Rule").values() for target in rule["Properties"]["Targets"]]
    assert len(targets) == 9
    assert all("Arn" in target["DeadLetterConfig"] for target in targets)


def test_every_queue_that_is_read_has_dead_letters_of_its_kind(made: Any) -> None:
    for name in ("CaseEvents", "Wake", "MailEvents"):
        queue, dead = (made.one("AWS::SQS::Queue", each)["Properties"] for each in (name, f"{name}Dead"))
        assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
        assert queue["MessageRetentionPeriod"] < dead["MessageRetentionPeriod"], "dead letters count from when they were first sent"
        assert queue.get("FifoQueue") == dead.get("FifoQueue"), "SQS moves messages between queues of one kind only"


def test_everything_that_can_go_wrong_rings(made: Any) -> None:
    names = [alarm["Properties"]["MetricName"] for alarm in made.of("AWS::CloudWatch::Alarm").values()]
    assert names.count("ApproximateNumberOfMessagesVisible") == 9, "one for each queue of dead letters"
    assert names.count("ApproximateAgeOfOldestMessage") == 3
    assert names.count("Errors") == names.count("Throttles") == 7
    assert {"RuleSetBreakerTripped", "LoopsStopped", "BudgetsSpent", "EventsUnrecognised", "EffectsExpired"} <= set(names)


def test_whatever_the_time_starts_rings_when_it_is_silent(made: Any) -> None:
    """Also where there is no data at all, which is what CloudWatch has of a function that nobody invokes."""
    alarms = {where: alarm["Properties"] for where, alarm in made.of("AWS::CloudWatch::Alarm").items()}
    silences = {
        made.text("dashboards", alarm["Dimensions"][0]["Value"]): alarm
        for alarm in alarms.values()
        if (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "Invocations")
    }
    started = {function: minutes for minutes, arn in _started_by_the_time(made) for function in [_reader(made, arn)]}
    assert started == {"sweep": 1, "reconcile": 15, "perform": 1}
    assert set(silences) == set(started)
    for function, alarm in silences.items():
        said = (alarm["ComparisonOperator"], alarm["Threshold"], alarm["Statistic"], alarm["TreatMissingData"])
        assert said == ("LessThanThreshold", 1, "Sum", "breaching"), function
        span = alarm["Period"] * alarm["EvaluationPeriods"] / 60
        assert 4 * started[function] <= span <= 60, f"{function}: one run that is missed or late rings nobody, an hour without any does"
    assert not [where for where in alarms if where.startswith("automation/") and "Silent" in where], (
        "made before the first run, it would ring"
    )


def test_a_stream_that_is_off_rings_though_few_events_are_lost_at_a_time(made: Any) -> None:
    alarm = made.one("AWS::CloudWatch::Alarm", "EventsStillLost")["Properties"]
    assert (alarm["MetricName"], alarm["Threshold"], alarm["Period"], alarm["Statistic"]) == ("EventsLost", 0, 3600, "Sum")
    assert (alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (3, 12, "notBreaching")


def test_rows_that_do_not_reach_the_lake_ring_while_firehose_still_has_them(made: Any) -> None:
    alarms = {alarm["MetricName"]: alarm for each in made.of("AWS::CloudWatch::Alarm").values() for alarm in [each["Properties"]]}
    late, unconverted = alarms["DeliveryToS3.DataFreshness"], alarms["FailedConversion.Records"]
    stream = made.one("AWS::KinesisFirehose::DeliveryStream", "Stream")["Properties"]["ExtendedS3DestinationConfiguration"]
    assert 3 * stream["BufferingHints"]["IntervalInSeconds"] < late["Threshold"] < 24 * 3600
    assert (late["Statistic"], unconverted["Statistic"], unconverted["Threshold"]) == ("Maximum", "Sum", 0)
    assert late["Dimensions"] == unconverted["Dimensions"]
    assert {alarm["Namespace"] for alarm in (late, unconverted)} == {"AWS/Firehose"}


def test_counters_are_looked_for_where_the_functions_count(made: Any) -> None:
    telemetry = PowertoolsTelemetry()
    alarms = [alarm["Properties"] for alarm in made.of("AWS::CloudWatch::Alarm").values()]
    counted = [alarm for alarm in alarms if not alarm["Namespace"].startswith("AWS/")]
    assert {alarm["MetricName"] for alarm in counted} == {*ALARMED, "EventsLost"}
    assert {alarm["Namespace"] for alarm in counted} == {telemetry._metrics.namespace}
    assert [alarm["Dimensions"] for alarm in counted] == [[{"Name": "service", "Value": telemetry._metrics.service}]] * len(counted)


def test_every_alarm_leads_to_the_runbook_and_has_a_line_there_and_every_line_an_alarm(made: Any) -> None:
    file, _, anchor = RUNBOOK.partition("#")
    [watched] = re.findall(r"(?ms)^## What to watch$(.*?)^## ", (ROOT / file).read_text())
    assert anchor == "what-to-watch"
    signals = {signal for line in watched.splitlines() if line.startswith("| ") for signal in re.findall(r"`([\w-]+)`", line.split("|")[1])}
    [unalarmed] = re.findall(r"(?s)have no alarm: (.*?)\.\n", watched)
    patterns = {signal: re.compile(signal.replace("NAME", "[A-Z][A-Za-z]+")) for signal in signals}
    webhooks = re.compile(r"\w+(-\w+)*-UndeliveredFilled")
    ringing = {"NAME-UndeliveredFilled"}
    for alarm in made.of("AWS::CloudWatch::Alarm").values():
        name = alarm["Properties"]["AlarmName"]
        signal = re.sub(r"^casewright-test-[a-z]+-", "", name)
        lines = {each for each, pattern in patterns.items() if pattern.fullmatch(signal)}
        assert lines or webhooks.fullmatch(signal), name
        ringing |= lines
        assert alarm["Properties"]["AlarmDescription"].endswith(f"({RUNBOOK})"), name
    assert signals - ringing == set(re.findall(r"`(\w+)`", unalarmed))


def test_the_dashboard_shows_every_alarm(made: Any) -> None:
    body = json.dumps(made.one("AWS::CloudWatch::Dashboard", "Operations")["Properties"]["DashboardBody"])
    alarms = [alarm["Properties"]["AlarmName"] for alarm in made.of("AWS::CloudWatch::Alarm").values()]
    assert len(alarms) > len(ALARMED)
    assert [name for name in alarms if f":alarm:{name}" not in body] == []


@pytest.mark.parametrize("which", ["made", "adopted"])
def test_alarms_ring_the_topic_of_the_stage_if_it_has_one(which: str, request: pytest.FixtureRequest) -> None:
    alarms = request.getfixturevalue(which).of("AWS::CloudWatch::Alarm").values()
    actions = [alarm["Properties"].get("AlarmActions") for alarm in alarms]
    expected = ["arn:aws:sns:us-east-1:111122223333:operations"] if which == "adopted" else None
    assert actions == [expected] * len(actions)


def _started_by_the_time(resources: Any) -> list[tuple[int, str]]:
    """What schedules start: after how many minutes, and the ARN."""
    rules = [rule["Properties"] for rule in resources.of("AWS::Events::Rule").values() if "ScheduleExpression" in rule["Properties"]]
    return [
        (int(re.findall(r"rate\((\d+) minutes?\)", rule["ScheduleExpression"])[0]), resources.text("automation", target["Arn"]))
        for rule in rules
        for target in rule["Targets"]
    ]


def _reader(resources: Any, arn: str) -> str:
    """The function that is started, at once or by the queue that it reads."""
    for mapping in resources.of("AWS::Lambda::EventSourceMapping").values():
        if resources.text("automation", mapping["Properties"]["EventSourceArn"]) == arn:
            return str(resources.text("automation", mapping["Properties"]["FunctionName"]))
    return arn.rpartition(":")[2]


def _everything(resources: Any) -> dict[str, Any]:
    return {
        f"{stack}/{logical}": resource
        for stack, template in resources.templates.items()
        for logical, resource in template["Resources"].items()
    }
