"""The lake's one table: facts, shaped by a function, written as Parquet, partitioned by event date."""

from typing import Any, Final

from aws_cdk import Aws, Duration, RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from casewright.measures.columns import FACTS, PARTITION
from stacks.parts.grants import allow
from stacks.stage import LOG_RETENTIONS, Stage

PREFIX: Final = "facts/"
BACKUP_PREFIX: Final = "backup/"
ERROR_PREFIX: Final = "errors/"
_BUFFER: Final = {"IntervalInSeconds": 900, "SizeInMBs": 128}
"""The longest: fewer and larger files. Live pages read the table of cases, not the lake."""


class FactsTable(Construct):
    """The Glue table over the files; partitions are computed, so that nothing has to register them."""

    def __init__(self, scope: Construct, construct_id: str, *, bucket: s3.Bucket) -> None:
        super().__init__(scope, construct_id)
        # Catalog names are spelled by SQL, so they are given: letters, digits and underscores only.
        self.database_name = Stack.of(self).stack_name.replace("-", "_")
        self.table_name = "facts"
        database = glue.CfnDatabase(
            self,
            "Database",
            catalog_id=Aws.ACCOUNT_ID,
            database_input={"name": self.database_name, "description": "What Casewright saw, decided and did"},
        )
        table = glue.CfnTable(
            self,
            "Facts",
            catalog_id=Aws.ACCOUNT_ID,
            database_name=self.database_name,
            table_input=_table_input(self.table_name, location=f"s3://{bucket.bucket_name}/{PREFIX}"),
        )
        table.node.add_dependency(database)
        self.node.default_child = table

    def allow_reading_schema(self, role: iam.Role) -> None:
        """What Firehose needs to convert: Glue asks for the catalog and the database besides the table."""
        stack = Stack.of(self)
        resources = ["catalog", f"database/{self.database_name}", f"table/{self.database_name}/{self.table_name}"]
        arns = [f"arn:{Aws.PARTITION}:glue:{stack.region}:{stack.account}:{resource}" for resource in resources]
        allow(role, ["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"], on=arns)


class FactsStream(Construct):
    """The Firehose stream into the table; raw records are kept beside it, and what could not be shaped under errors/."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        bucket: s3.Bucket,
        table: FactsTable,
        shaper: lambda_.Function,
    ) -> None:
        super().__init__(scope, construct_id)
        log_group, logging = self._logs(stage)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("firehose.amazonaws.com"))
        _allow_delivery(role, bucket=bucket, shaper=shaper, log_group=log_group)
        table.allow_reading_schema(role)
        stream = firehose.CfnDeliveryStream(
            self,
            "Stream",
            delivery_stream_type="DirectPut",
            delivery_stream_encryption_configuration_input={"keyType": "AWS_OWNED_CMK"},
        )
        destination = _destination(bucket, role, logging) | {
            "ProcessingConfiguration": _processing(shaper),
            "DataFormatConversionConfiguration": _conversion(table, role),
            "S3BackupMode": "Enabled",
            "S3BackupConfiguration": _backup(bucket, role, logging),
        }
        stream.add_property_override("ExtendedS3DestinationConfiguration", destination)
        # The stream is validated with the role's permissions when it is made.
        stream.node.add_dependency(role)
        stream.node.add_dependency(table)
        self.resource = stream
        self.name: str = stream.ref
        self.arn: str = stream.attr_arn

    def metric(self, name: str, *, statistic: str = "Sum") -> cloudwatch.Metric:
        """A metric of Firehose about the stream, over five minutes."""
        return cloudwatch.Metric(
            namespace="AWS/Firehose",
            metric_name=name,
            dimensions_map={"DeliveryStreamName": self.name},
            statistic=statistic,
            period=Duration.minutes(5),
        )

    def metric_age(self) -> cloudwatch.Metric:
        """For how many seconds the oldest record has waited to be delivered."""
        return self.metric("DeliveryToS3.DataFreshness", statistic="Maximum")

    def _logs(self, stage: Stage) -> tuple[logs.LogGroup, dict[str, Any]]:
        retention = logs.RetentionDays[LOG_RETENTIONS[stage.log_retention_days]]
        group = logs.LogGroup(self, "Logs", retention=retention, removal_policy=RemovalPolicy.DESTROY)
        stream = logs.LogStream(self, "Delivery", log_group=group)
        return group, {"Enabled": True, "LogGroupName": group.log_group_name, "LogStreamName": stream.log_stream_name}


def _table_input(name: str, *, location: str) -> dict[str, Any]:
    projection = {
        "projection.enabled": "true",
        f"projection.{PARTITION.name}.type": "date",
        f"projection.{PARTITION.name}.format": "yyyy-MM-dd",
        f"projection.{PARTITION.name}.range": "2024-01-01,NOW+1DAYS",
        "storage.location.template": f"{location}{PARTITION.name}=${{{PARTITION.name}}}/",
    }
    return {
        "name": name,
        "tableType": "EXTERNAL_TABLE",
        "parameters": {"classification": "parquet", "EXTERNAL": "TRUE", **projection},
        "partitionKeys": [{"name": PARTITION.name, "type": PARTITION.glue_type, "comment": PARTITION.holds}],
        "storageDescriptor": {
            "location": location,
            "inputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "outputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            "serdeInfo": {"serializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
            "columns": [{"name": column.name, "type": column.glue_type, "comment": column.holds} for column in FACTS],
        },
    }


def _allow_delivery(role: iam.Role, *, bucket: s3.Bucket, shaper: lambda_.Function, log_group: logs.LogGroup) -> None:
    allow(role, ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], on=[bucket.bucket_arn])
    objects = [f"{bucket.bucket_arn}/{prefix}*" for prefix in (PREFIX, BACKUP_PREFIX, ERROR_PREFIX)]
    why = "Firehose names the files it writes; it is held to the three prefixes of this stream."
    allow(role, ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], on=objects, because=why)
    # Lambda checks the ARN with the version where a caller names one, and Firehose may name $LATEST.
    versions = [shaper.function_arn, f"{shaper.function_arn}:$LATEST"]
    allow(role, ["lambda:InvokeFunction", "lambda:GetFunctionConfiguration"], on=versions)
    log_group.grant(role, "logs:PutLogEvents")


def _destination(bucket: s3.Bucket, role: iam.Role, logging: dict[str, Any]) -> dict[str, Any]:
    return {
        "BucketARN": bucket.bucket_arn,
        "RoleARN": role.role_arn,
        "BufferingHints": _BUFFER,
        "CompressionFormat": "UNCOMPRESSED",
        "Prefix": f"{PREFIX}dt=!{{partitionKeyFromLambda:{PARTITION.name}}}/",
        "ErrorOutputPrefix": f"{ERROR_PREFIX}!{{firehose:error-output-type}}/!{{timestamp:yyyy-MM-dd}}/",
        "CloudWatchLoggingOptions": logging,
        "DynamicPartitioningConfiguration": {"Enabled": True},
    }


def _processing(shaper: lambda_.Function) -> dict[str, Any]:
    parameters = {"LambdaArn": shaper.function_arn, "NumberOfRetries": "3", "BufferSizeInMBs": "1", "BufferIntervalInSeconds": "60"}
    named = [{"ParameterName": name, "ParameterValue": value} for name, value in parameters.items()]
    return {"Enabled": True, "Processors": [{"Type": "Lambda", "Parameters": named}]}


def _conversion(table: FactsTable, role: iam.Role) -> dict[str, Any]:
    schema = {
        "CatalogId": Aws.ACCOUNT_ID,
        "DatabaseName": table.database_name,
        "TableName": table.table_name,
        "Region": Stack.of(table).region,
        "RoleARN": role.role_arn,
        "VersionId": "LATEST",
    }
    return {
        "Enabled": True,
        # Ids of custom fields are keys of a map: their case and dots must stay as they are.
        "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {"CaseInsensitive": False}}},
        "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {"Compression": "SNAPPY"}}},
        "SchemaConfiguration": schema,
    }


def _backup(bucket: s3.Bucket, role: iam.Role, logging: dict[str, Any]) -> dict[str, Any]:
    return {
        "BucketARN": bucket.bucket_arn,
        "RoleARN": role.role_arn,
        "BufferingHints": _BUFFER,
        "CompressionFormat": "GZIP",
        "Prefix": f"{BACKUP_PREFIX}!{{timestamp:yyyy-MM-dd}}/",
        "ErrorOutputPrefix": f"{ERROR_PREFIX}backup/!{{firehose:error-output-type}}/",
        "CloudWatchLoggingOptions": logging,
    }
