"""How an event travels: patterns, targets, queues and their readers, the bell, the stream into the lake."""

import json
from typing import Any

from casewright.cases.subscriptions import BUCKETS, case_changes, domain_arn, mail_events
from casewright.measures.columns import FACTS, PARTITION
from casewright.settings import (
    ConfigureDomainSettings,
    DecideSettings,
    NoteDeliverySettings,
    PerformSettings,
    Settings,
    ShapeRecordsSettings,
    SweepSettings,
)

SETTINGS: dict[str, type[Settings]] = {
    "ConfigureDomain": ConfigureDomainSettings,
    "Decide": DecideSettings,
    "NoteDelivery": NoteDeliverySettings,
    "Perform": PerformSettings,
    "ShapeRecords": ShapeRecordsSettings,
    "Sweep": SweepSettings,
}


def test_rule_and_archive_ask_for_the_very_pattern_of_the_subscriptions(adopted: Any) -> None:
    wanted = case_changes(domain_arn(region="us-east-1", account="111122223333", domain_id="0f3c2b1a"))
    for kind, name in (("AWS::Events::Rule", "CaseChanges"), ("AWS::Events::Archive", "Archive")):
        pattern = adopted.one(kind, name)["Properties"]["EventPattern"]
        assert {**pattern, "resources": [adopted.text("ingestion", arn) for arn in pattern["resources"]]} == wanted


def test_the_pattern_follows_a_domain_that_is_made(made: Any) -> None:
    pattern = made.one("AWS::Events::Rule", "CaseChanges")["Properties"]["EventPattern"]
    [resource] = pattern["resources"]
    assert made.text("ingestion", resource) == "arn:aws:cases:us-east-1:111122223333:domain/domain"


def test_patterns_and_targets_stay_within_the_quotas_of_eventbridge(either: Any) -> None:
    for where, rule in either.of("AWS::Events::Rule").items():
        assert len(rule["Properties"]["Targets"]) <= 5, where
        pattern = rule["Properties"].get("EventPattern", {})
        # A domain id may be 500 characters long (Cases API) where the test's are short.
        assert len(json.dumps(pattern)) + 500 <= 2048, where


def test_changes_go_to_the_queue_and_to_the_lake(made: Any) -> None:
    targets = made.one("AWS::Events::Rule", "CaseChanges")["Properties"]["Targets"]
    arns = [made.text("ingestion", target["Arn"]) for target in targets]
    assert arns == [made.deployed.arn("CaseEvents", "AWS::SQS::Queue"), made.deployed.arn("Stream", "AWS::KinesisFirehose::DeliveryStream")]


def test_a_message_comes_back_later_than_its_reader_can_take(made: Any) -> None:
    queue, decide = made.one("AWS::SQS::Queue", "CaseEvents"), made.one("AWS::Lambda::Function", "Decide")
    assert queue["Properties"]["VisibilityTimeout"] == 6 * decide["Properties"]["Timeout"]
    bells, perform = made.one("AWS::SQS::Queue", "Wake"), made.one("AWS::Lambda::Function", "Perform")
    assert bells["Properties"]["VisibilityTimeout"] == perform["Properties"]["Timeout"] == 120


def test_a_function_that_writes_to_the_queue_it_reads_is_not_taken_for_a_loop(made: Any) -> None:
    """Lambda stops others at the 17th time: an event whose case cannot be read comes back up to 24 times, a bell while work is left."""
    writing_back = set()
    for mapping in [each["Properties"] for each in made.of("AWS::Lambda::EventSourceMapping").values()]:
        function, queue = made.text("automation", mapping["FunctionName"]), made.text("automation", mapping["EventSourceArn"])
        name = next(each for each in made.deployed.functions() if each.lower() == function)
        if made.deployed.allows(name, "sqs:SendMessage", queue, {}):
            writing_back.add(name)
    assert writing_back == {"Decide", "Perform"}
    for name in made.deployed.functions():
        said = made.one("AWS::Lambda::Function", name)["Properties"].get("RecursiveLoop")
        assert said == ("Allow" if name in writing_back else None), name


def test_readers_report_the_messages_that_failed(made: Any) -> None:
    mappings = [mapping["Properties"] for mapping in made.of("AWS::Lambda::EventSourceMapping").values()]
    assert len(mappings) == 3
    assert all(mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for mapping in mappings)
    # One bell a batch: a performer uses all of its time, and a bell behind it of another bucket would wait as long.
    assert sorted(mapping["BatchSize"] for mapping in mappings) == [1, 10, 10]


def test_every_minute_rings_each_bucket_with_a_message_that_is_never_the_same(made: Any) -> None:
    ring = made.one("AWS::Events::Rule", "Ring")["Properties"]
    assert ring["ScheduleExpression"] == "rate(1 minute)"
    assert [target["SqsParameters"]["MessageGroupId"] for target in ring["Targets"]] == list(BUCKETS)
    for bucket, target in zip(BUCKETS, ring["Targets"], strict=True):
        transformer = target["InputTransformer"]
        body = transformer["InputTemplate"].replace("<time>", '"2026-01-01T00:00:00Z"')
        assert json.loads(body) == {"bucket": bucket, "rung_at": "2026-01-01T00:00:00Z"}
        assert transformer["InputPathsMap"] == {"time": "$.time"}


def test_mail_is_sent_under_a_set_that_reports_to_the_bus(made: Any, adopted: Any) -> None:
    destination = made.one("AWS::SES::ConfigurationSetEventDestination", "MailToBus")["Properties"]
    sender = made.one("AWS::Lambda::Function", "Perform")["Properties"]["Environment"]["Variables"]
    assert destination["ConfigurationSetName"] == sender["MAIL_CONFIGURATION_SET"]
    assert destination["EventDestination"]["Enabled"] is True
    bus = destination["EventDestination"]["EventBridgeDestination"]["EventBusArn"]
    assert made.text("automation", bus) == "arn:aws:events:us-east-1:111122223333:event-bus/default"
    theirs = adopted.one("AWS::SES::ConfigurationSetEventDestination", "MailToBus")["Properties"]
    assert theirs["ConfigurationSetName"] == "cases"
    assert not adopted.of("AWS::SES::ConfigurationSet")


def test_events_of_our_mail_go_to_the_queue_of_those_who_note_them(made: Any) -> None:
    rule = made.one("AWS::Events::Rule", "MailSent")["Properties"]
    sender = made.one("AWS::Lambda::Function", "Perform")["Properties"]["Environment"]["Variables"]
    assert rule["EventPattern"] == mail_events(sender["MAIL_CONFIGURATION_SET"]), "that of another stage is not ours"
    assert [made.text("automation", target["Arn"]) for target in rule["Targets"]] == [made.deployed.arn("MailEvents", "AWS::SQS::Queue")]


def test_the_bell_is_one_that_eventbridge_can_ring(made: Any) -> None:
    assert made.one("AWS::SQS::Queue", "Wake")["Properties"]["ContentBasedDeduplication"] is True


def test_every_function_can_read_its_settings_from_its_environment(either: Any) -> None:
    for name, settings in SETTINGS.items():
        function = either.one("AWS::Lambda::Function", name)
        stack = next(each for each, template in either.templates.items() if function in template["Resources"].values())
        environment = function["Properties"]["Environment"]["Variables"]
        read = settings.from_environment({key: either.text(stack, value) for key, value in environment.items()})
        assert read.domain_id == ("0f3c2b1a" if "domain" not in read.domain_id else "domain")
        assert set(environment) == {*read.as_environment(), "POWERTOOLS_LOG_LEVEL"}


def test_functions_are_told_the_role_of_the_performer(made: Any) -> None:
    told = {
        made.one("AWS::Lambda::Function", name)["Properties"]["Environment"]["Variables"]["OWN_ROLE"]["Ref"]
        for name in ("Decide", "Perform", "Sweep")
    }
    assert told == {made.one("AWS::Lambda::Function", "Perform")["Properties"]["Role"]["Fn::GetAtt"][0]}


def test_the_table_of_the_lake_has_the_columns_of_the_facts_and_computes_its_partitions(made: Any) -> None:
    given = made.one("AWS::Glue::Table", "TableFacts")["Properties"]["TableInput"]
    assert [(column["Name"], column["Type"]) for column in given["StorageDescriptor"]["Columns"]] == [(c.name, c.glue_type) for c in FACTS]
    assert [key["Name"] for key in given["PartitionKeys"]] == [PARTITION.name]
    assert given["Parameters"]["projection.enabled"] == "true"
    assert made.text("lake", given["Parameters"]["storage.location.template"]) == "s3://facts/facts/dt=${dt}/"


def test_the_stream_shapes_converts_partitions_and_keeps_the_raw_records(made: Any) -> None:
    stream = made.one("AWS::KinesisFirehose::DeliveryStream", "Stream")["Properties"]
    destination = stream["ExtendedS3DestinationConfiguration"]
    assert destination["Prefix"] == "facts/dt=!{partitionKeyFromLambda:dt}/"
    assert destination["DynamicPartitioningConfiguration"] == {"Enabled": True}
    [processor] = destination["ProcessingConfiguration"]["Processors"]
    shaper = next(each["ParameterValue"] for each in processor["Parameters"] if each["ParameterName"] == "LambdaArn")
    assert made.text("lake", shaper) == made.deployed.arn("ShapeRecords", "AWS::Lambda::Function")
    conversion = destination["DataFormatConversionConfiguration"]
    assert conversion["SchemaConfiguration"]["TableName"] == "facts"
    assert conversion["InputFormatConfiguration"]["Deserializer"] == {"OpenXJsonSerDe": {"CaseInsensitive": False}}
    assert destination["BufferingHints"]["SizeInMBs"] >= 64, "Firehose converts and partitions only with a buffer of 64 MiB or more"
    assert destination["S3BackupConfiguration"]["Prefix"].startswith("backup/")
    assert stream["DeliveryStreamEncryptionConfigurationInput"] == {"KeyType": "AWS_OWNED_CMK"}
