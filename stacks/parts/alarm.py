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

_TOO_MUCH: Final = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
_TOO_LITTLE: Final = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
_Missing = cloudwatch.TreatMissingData


class Alarm(cloudwatch.Alarm):
    """Fires when the metric exceeds `above` in `periods` of the last `among`, by default in all of them; silence is health.

    With `at_least` it fires when the metric stays below that, and silence is the worst of it. CloudWatch looks back a few periods further
    before it takes missing data for silence (user guide, missing data), so short periods tell sooner.

    It has a physical name, because people read it on a phone and the dashboard finds it by name without an export between stacks.
    """

    def __init__(  # noqa: PLR0913 - keyword-only, each one a property that differs
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        metric: cloudwatch.IMetric,
        meaning: str,
        above: float = 0,
        at_least: float | None = None,
        periods: int = 1,
        among: int | None = None,
    ) -> None:
        name = f"{Stack.of(scope).stack_name}-{construct_id}"
        super().__init__(
            scope,
            construct_id,
            alarm_name=name,
            alarm_description=f"{meaning} ({RUNBOOK})",
            metric=metric,
            threshold=above if at_least is None else at_least,
            evaluation_periods=among or periods,
            datapoints_to_alarm=periods if among else None,
            comparison_operator=_TOO_MUCH if at_least is None else _TOO_LITTLE,
            treat_missing_data=_Missing.NOT_BREACHING if at_least is None else _Missing.BREACHING,
        )
        self.physical_name = name
        if stage.alarm_topic:
            topic = sns.Topic.from_topic_arn(self, "Topic", stage.alarm_topic)
            self.add_alarm_action(actions.SnsAction(topic))
