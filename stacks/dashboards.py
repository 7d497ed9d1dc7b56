"""The dashboards stack: how the automation itself is doing, on one page, and the alarms about what it counts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks.parts.alarm import Alarm
from stacks.parts.facts import FactsStream
from stacks.parts.function import Function
from stacks.parts.queue import Queue
from stacks.stage import Stage

METRICS_NAMESPACE: Final = "Casewright"
METRICS_SERVICE: Final = "casewright"
"""Namespace and dimension `service` under which the functions count (`aws/powertools.py`)."""

ALARMED: Final[Mapping[str, str]] = {
    "RuleSetBreakerTripped": "one event asked for more effects than the breaker lets through: a rule set runs away",
    "LoopsStopped": "rules set each other off: the log line `loop stopped` names them",
    "BudgetsSpent": "a rule asked for more than its budget: the log line `budget spent` names it, what it asked for beyond is not done",
    "ClocksStalled": "a calendar cannot tell the time any more: publish again, which resolves it for the years ahead",
    "CalendarEnds": "a calendar of the bundle in force ends within 180 days: publish again, which resolves it for the years ahead",
    "EventsUnrecognised": "events came whose type or shape is not known: recorded, not decided",
    "FieldValuesUnread": "fields hold values of a kind this release does not know: rules take them for unknown; look for a newer one",
    "EventsMalformed": "messages came that are no events: they lie in the dead letters",
    "RecordsUnreadable": "records of a case or an effect cannot be read: its clocks stand still, events are buried, effects are set aside",
    "EffectsNotPermitted": "a policy, credentials or the clock keep effects from being performed: they wait, and expire",
    "EventsAhead": "events are dated more than 15 minutes ahead of our clock: they lie in the dead letters, undecided",
    "CasesNotRead": "Cases asked to slow down for hours: events whose case could not be read lie in the dead letters",
    "EventsTooLarge": "an event does not fit into a record of the table: it lies in the dead letters",
    "EffectsExpired": "effects were not performed in time: see the performers and the quotas",
    "EffectsFailed": "effects were refused for good: the rows of kind effect in the lake say which and why",
    "MailPaused": "SES sends nothing for this account, or nothing more today: mail waits for two days, and expires",
    "MailComplaints": "a recipient called mail of ours spam, and gets none any more; too many complaints stop the account",
    "MailRejected": "SES found a virus in a mail and did not send it",
    "MailNotRendered": "SES accepted a mail and could not fill its template: it was not sent",
    "RecipientsOverBudget": "an address has had its mail for today, more was left out: look for two programs that answer each other",
    "BundleRefused": "a published bundle does not link to this domain; the one before stays in force",
}
"""Counters whose every increase is worth a look, with what it means."""

SHOWN: Final[Mapping[str, Sequence[str]]] = {
    "Events": ["EventsLate", "EventsUnrecognised", "EventsMalformed", "EventsImported", "CasesHydrated", "ClocksSent"],
    "Events lost": ["EventsLost", "EventsRepaired"],
    "Effects": ["EffectsDone", "EffectsFailed", "EffectsSuperseded", "EffectsExpired", "EffectsPostponed"],
    "Mail": ["MailDelivered", "MailDelayed", "MailBounced", "MailComplaints", "MailPaused", "RecipientsSuppressed"],
    "Rules held back": ["RulesShadowed", "LoopsStopped", "BudgetsSpent", "EffectsOverBudget"],
}
"""Counters by the graph that shows them."""

MANY_LOST: Final = 20
"""Events that `reconcile` finds lost in one run before somebody should look: the stream is best effort, so a few are no trouble."""

HOURS_WITH_LOSSES: Final = 3
"""Of the last twelve: a stream that was switched off loses every change, but a house with few cases never so many in one run."""

SCHEDULED: Final[Mapping[str, Duration]] = {
    "Sweep": Duration.minutes(10),
    "Perform": Duration.minutes(15),
    "Reconcile": Duration.minutes(60),
}
"""Functions that the time starts, armed or not (`Perform` by its bells), and how long one may rest before somebody should look."""

_FIVE_MINUTES: Final = Duration.minutes(5)


class Dashboards(Stack):
    """The operations dashboard: alarms on top, then the way of an event from left to right."""

    def __init__(
        self,
        scope: Construct,
        *,
        stage: Stage,
        functions: Sequence[Function],
        queues: Sequence[Queue],
        stream: FactsStream,
        watched: Sequence[Stack],
    ) -> None:
        super().__init__(
            scope, f"casewright-{stage.name}-dashboards", env=stage.environment, description="Casewright: health of the automation"
        )
        for name, meaning in ALARMED.items():
            Alarm(self, name, stage=stage, metric=counter(name), meaning=meaning)
        lost = "many events never came and were repaired: see whether the stream, its rule or the queue fails"
        Alarm(self, "EventsLost", stage=stage, metric=counter("EventsLost"), meaning=lost, above=MANY_LOST)
        self._still_losing(stage)
        self._silent(stage, {function.node.id: function for function in functions})
        dashboard = cloudwatch.Dashboard(
            self, "Operations", dashboard_name=f"casewright-{stage.name}", period_override=cloudwatch.PeriodOverride.AUTO
        )
        dashboard.add_widgets(self._alarms([*watched, self]))
        dashboard.add_widgets(*(_counters(title, names) for title, names in SHOWN.items()), *_queue_graphs(queues))
        dashboard.add_widgets(*_function_graphs(functions), _graph("Age of the lake, seconds", [stream.metric_age()]))

    def _still_losing(self, stage: Stage) -> None:
        meaning = "events go lost hour after hour: the stream may be switched off, and all that happens is heard of by reconcile alone"
        hourly = counter("EventsLost", period=Duration.hours(1))
        Alarm(self, "EventsStillLost", stage=stage, metric=hourly, meaning=meaning, periods=HOURS_WITH_LOSSES, among=12)

    def _silent(self, stage: Stage, functions: Mapping[str, Function]) -> None:
        """These stand here, in the last stack: one made beside its function would ring until the first run is counted."""
        for name, longest in SCHEDULED.items():
            runs = functions[name].metric_invocations(period=Duration.minutes(1))
            minutes = int(longest.to_minutes())
            meaning = f"{name} has not run for {minutes} minutes: its schedule is off, or may not invoke it"
            Alarm(self, f"{name}Silent", stage=stage, metric=runs, meaning=meaning, at_least=1, periods=minutes)

    def _alarms(self, stacks: Sequence[Stack]) -> cloudwatch.AlarmStatusWidget:
        """Alarms are found by name: an export of each would tie the stacks together for good."""
        names = [each.physical_name for stack in stacks for each in stack.node.find_all() if isinstance(each, Alarm)]
        arns = [
            self.format_arn(service="cloudwatch", resource="alarm", resource_name=name, arn_format=ArnFormat.COLON_RESOURCE_NAME)
            for name in names
        ]
        alarms = [cloudwatch.Alarm.from_alarm_arn(self, f"Shown-{name}", arn) for name, arn in zip(names, arns, strict=True)]
        return cloudwatch.AlarmStatusWidget(title="Alarms", alarms=alarms, width=24, height=4)


def counter(name: str, *, period: Duration = _FIVE_MINUTES) -> cloudwatch.Metric:
    """A counter of ours: the sum over a period."""
    return cloudwatch.Metric(
        namespace=METRICS_NAMESPACE,
        metric_name=name,
        dimensions_map={"service": METRICS_SERVICE},
        statistic="Sum",
        period=period,
    )


def _counters(title: str, names: Sequence[str]) -> cloudwatch.GraphWidget:
    return _graph(title, [counter(name) for name in names])


def _queue_graphs(queues: Sequence[Queue]) -> Iterator[cloudwatch.GraphWidget]:
    yield _graph("Waiting messages", [queue.metric_approximate_number_of_messages_visible(label=queue.node.id) for queue in queues])
    yield _graph("Oldest message, seconds", [queue.metric_approximate_age_of_oldest_message(label=queue.node.id) for queue in queues])


def _function_graphs(functions: Sequence[Function]) -> Iterator[cloudwatch.GraphWidget]:
    yield _graph("Invocations", [function.metric_invocations(label=function.node.id) for function in functions])
    yield _graph("Errors", [function.metric_errors(label=function.node.id) for function in functions])
    yield _graph("Duration p95, ms", [function.metric_duration(label=function.node.id, statistic="p95") for function in functions])


def _graph(title: str, metrics: Sequence[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=6, height=6)
