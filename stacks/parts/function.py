"""A function as we run them: arm64, our layers, a log with an end, alarms, and no permission but what is granted."""

from typing import Final

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from casewright.settings import Settings
from stacks.parts.acknowledge import acknowledge
from stacks.parts.alarm import Alarm
from stacks.parts.layer import ROOT, Layers
from stacks.parts.queue import DeadLetters
from stacks.stage import LOG_RETENTIONS, Stage

_OLDER_RUNTIME: Final = (
    "The runtime is a field of Stage and equals the Python that ran the tests and compiled the layers; "
    "the newest one is a change of that field, not of this function."
)

BEGUN_WITHIN: Final = Duration.minutes(5)
"""Lambda keeps what it throttles for six hours unless told otherwise, and would then run hundreds of ticks at once."""


class Function(lambda_.Function):
    """One folder of `lambdas/`, entered at `handler.handle`, told by its settings.

    `dead_letters` is required of a function that is invoked asynchronously, as rules do; readers of a queue use the queue's own. Such an
    invocation is not retried, and does not wait for longer than `BEGUN_WITHIN`: the next tick brings the work again.

    `writes_back` is said of a function that sends to the queue it reads. Lambda takes that for a loop, and from the 17th time on stops the
    function and buries the message, unless told that it is meant (developer guide, recursive loop detection).
    """

    def __init__(  # noqa: PLR0913 - keyword-only, each one a property that differs
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        layers: Layers,
        folder: str,
        settings: Settings,
        role: "FunctionRole",
        timeout: Duration,
        memory_mb: int = 512,
        dead_letters: DeadLetters | None = None,
        writes_back: bool = False,
    ) -> None:
        self.house_role = role
        super().__init__(
            scope,
            construct_id,
            code=lambda_.Code.from_asset(str(ROOT / "lambdas" / folder), exclude=["__pycache__"]),
            handler="handler.handle",
            runtime=lambda_.Runtime(stage.runtime, lambda_.RuntimeFamily.PYTHON),
            architecture=lambda_.Architecture.ARM_64,
            layers=list(layers.versions),
            environment={**settings.as_environment(), "POWERTOOLS_LOG_LEVEL": "INFO"},
            role=role,
            log_group=role.log_group,
            timeout=timeout,
            memory_size=memory_mb,
            dead_letter_queue=dead_letters,
            retry_attempts=0 if dead_letters else None,
            recursive_loop=lambda_.RecursiveLoop.ALLOW if writes_back else None,
            max_event_age=BEGUN_WITHIN if dead_letters else None,
        )
        acknowledge(self, "AwsSolutions-L1", because=_OLDER_RUNTIME)
        errors = self.metric_errors(period=Duration.minutes(5))
        Alarm(scope, f"{construct_id}Fails", stage=stage, metric=errors, meaning=f"{construct_id} raises: read its log group")
        throttles = self.metric_throttles(period=Duration.minutes(5))
        meaning = f"{construct_id} is throttled: the account has too little Lambda concurrency left"
        Alarm(scope, f"{construct_id}Throttled", stage=stage, metric=throttles, meaning=meaning, periods=3)


class FunctionRole(iam.Role):
    """The role of one function, able to write its own log and nothing else until granted more.

    It is made before the function, because other functions are told its name.
    """

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage) -> None:
        super().__init__(scope, construct_id, assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.log_group = logs.LogGroup(
            self,
            "Logs",
            retention=logs.RetentionDays[LOG_RETENTIONS[stage.log_retention_days]],
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.log_group.grant_write(self)
