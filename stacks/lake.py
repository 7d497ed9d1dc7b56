"""The lake stack: every fact as Parquet on S3, partitioned by the date of its event, and readable by Athena."""

from typing import Final

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from casewright.settings import ShapeRecordsSettings
from stacks.parts.alarm import Alarm
from stacks.parts.bucket import Bucket
from stacks.parts.facts import BACKUP_PREFIX, ERROR_PREFIX, FactsStream, FactsTable
from stacks.parts.function import Function, FunctionRole
from stacks.parts.layer import Layers
from stacks.parts.place import Place
from stacks.stage import Stage

_SHAPING_TIMEOUT: Final = Duration.minutes(5)
"""The longest Firehose waits for a transformation."""

LATE_AFTER: Final = Duration.hours(1)
"""Four times what Firehose buffers; of the 24 hours for which it tries, 23 are left."""


class Lake(Stack):
    """Bucket, table, and the stream that fills them."""

    def __init__(self, scope: Construct, *, stage: Stage, place: Place) -> None:
        super().__init__(scope, f"casewright-{stage.name}-lake", env=stage.environment, description="Casewright: the lake of facts")
        bucket = Bucket(
            self,
            "Facts",
            unlogged_because="Readers come through Athena, which logs every query; reads of single objects are CloudTrail data events.",
            lifecycle_rules=[_expire(BACKUP_PREFIX, stage), _expire(ERROR_PREFIX, stage), _clean_up()],
        )
        table = FactsTable(self, "Table", bucket=bucket)
        self.shape_records = Function(
            self,
            "ShapeRecords",
            stage=stage,
            layers=Layers(self, "Layers", stage=stage),
            folder="shape_records",
            role=FunctionRole(self, "ShapeRecordsRole", stage=stage),
            timeout=_SHAPING_TIMEOUT,
            settings=ShapeRecordsSettings(
                domain_id=place.domain_id(self), account=self.account, region=self.region, listed_fields=" ".join(stage.listed_fields)
            ),
        )
        self.stream = FactsStream(self, "Stream", stage=stage, bucket=bucket, table=table, shaper=self.shape_records)
        self._watch(stage)
        CfnOutput(self, "FactsStream", value=self.stream.name, description="For `casewright sla recompute --stream`")
        self.functions = (self.shape_records,)

    def _watch(self, stage: Stage) -> None:
        late = "rows wait for the lake: Firehose cannot deliver them, and gives up after 24 hours"
        Alarm(self, "LakeLate", stage=stage, metric=self.stream.metric_age(), meaning=late, above=LATE_AFTER.to_seconds(), periods=3)
        unwritten = "rows could not be written as Parquet: they lie under errors/ of the lake"
        Alarm(self, "RowsNotConverted", stage=stage, metric=self.stream.metric("FailedConversion.Records"), meaning=unwritten)


def _expire(prefix: str, stage: Stage) -> s3.LifecycleRule:
    return s3.LifecycleRule(prefix=prefix, expiration=Duration.days(stage.raw_retention_days))


def _clean_up() -> s3.LifecycleRule:
    return s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(7))
