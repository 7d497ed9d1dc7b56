"""Powertools Logger and Metrics: structured lines and CloudWatch embedded metrics."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from casewright.errors import named
from casewright.telemetry import Telemetry

NAMESPACE = "Casewright"


class PowertoolsTelemetry:
    """Fulfils Telemetry."""

    def __init__(self) -> None:
        self._logger = Logger(service="casewright")
        self._metrics = Metrics(namespace=NAMESPACE, service="casewright")

    def log(self, message: str, **facts: object) -> None:
        """One JSON line; facts become its keys."""
        self._logger.info(message, extra=facts)

    def count(self, name: str, value: int = 1) -> None:
        """Add to a metric of this invocation."""
        self._metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)

    def flush(self) -> None:
        """Write the metrics of this invocation."""
        if self._metrics.metric_set:
            self._metrics.flush_metrics()


def watched(handle: Callable[[SQSRecord], None], telemetry: Telemetry) -> Callable[[SQSRecord], None]:
    """The same record handler, but a record that fails leaves a line and is counted before the queue takes it back."""

    def one(record: SQSRecord) -> None:
        try:
            handle(record)
        except Exception as error:
            telemetry.count("RecordsFailed")
            telemetry.log("record failed", message_id=record.message_id, error=named(error))
            raise

    return one


class InvocationFailed(Exception):
    """An invocation failed, told without the words of what failed it."""


@contextmanager
def unquoted() -> Iterator[None]:
    """Let an error end the invocation by its name and its place: Lambda writes the message of what rises into the log."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 -- whatever it is, its words stay out of the log
        raise InvocationFailed(named(error)).with_traceback(error.__traceback__) from None
