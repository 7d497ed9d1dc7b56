"""An alarm that says what is wrong in its name, and rings the topic of the stage where there is one."""

from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.stage import Stage

RUNBOOK: Final = "docs/operate.md#what-to-watch"
"""Where every alarm has a line that says what to do."""


class Alarm(cloudwatch.Alarm):
    """Fires when the metric exceeds `above` in every one of `periods`; silence is health.

    It has a physical name, because people read it on a phone and the dashboard finds it by name without an export between stacks.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        metric: cloudwatch.IMetric,
        meaning: str,
        above: float = 0,
        periods: int = 1,
    ) -> None:
        name = f"{Stack.of(scope).stack_name}-{construct_id}"
        super().__init__(
            scope,
            construct_id,
            alarm_name=name,
            alarm_description=f"{meaning} ({RUNBOOK})",
            metric=metric,
            threshold=above,
            evaluation_periods=periods,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        self.physical_name = name
        if stage.alarm_topic:
            topic = sns.Topic.from_topic_arn(self, "Topic", stage.alarm_topic)
            self.add_alarm_action(actions.SnsAction(topic))
