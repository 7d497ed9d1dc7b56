"""Powertools Logger and Metrics: structured lines and CloudWatch embedded metrics."""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

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
