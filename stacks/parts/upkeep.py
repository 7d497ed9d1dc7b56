"""The functions that the time starts: one sends what falls due, the other finds what was lost."""

from typing import Final

from aws_cdk import Duration

from casewright.settings import ReconcileSettings, SweepSettings
from stacks.parts.case_table import DUE
from stacks.parts.function import Function, FunctionRole
from stacks.parts.grants import allow, allow_reading_bundles
from stacks.parts.outside import allow_auditing_cases, allow_finding_cases
from stacks.parts.queue import DeadLetters
from stacks.parts.rule import EVERY_QUARTER, Tick, to_function
from stacks.parts.surroundings import Surroundings

RECONCILING_CALLS_A_MINUTE: Final = 60
"""Half of what Cases grants an account for one of the searches or histories; all of them together spend it."""


def sweep(around: Surroundings) -> Function:
    """Sends the milestones that fall due, and the schedules of rules, every minute."""
    role = FunctionRole(around.stack, "SweepRole", stage=around.stage)
    dead_letters = DeadLetters(around.stack, "NotSwept", stage=around.stage)
    settings = SweepSettings(**around.shared_settings(), case_events_queue_url=around.case_events.queue_url)
    function = around.function("Sweep", role, settings, timeout=Duration.seconds(50), dead_letters=dead_letters)
    Tick(around.stack, "EveryMinute", targets=[to_function(function, undelivered=dead_letters)])
    around.table.allow(role, "GetItem")
    around.table.allow_putting(role, "schedule#*")
    around.table.allow_querying(role, DUE)
    allow_reading_bundles(role, around.bundles)
    allow_finding_cases(role, around.place)
    allow(role, ["sqs:SendMessage"], on=[around.case_events.queue_arn])
    return function


def reconcile(around: Surroundings) -> Function:
    """Finds the events that never came, every quarter of an hour."""
    role = FunctionRole(around.stack, "ReconcileRole", stage=around.stage)
    dead_letters = DeadLetters(around.stack, "NotReconciled", stage=around.stage)
    settings = ReconcileSettings(
        **around.where(),
        case_table=around.table.table_name,
        bundle_bucket=around.bundles.bucket_name,
        case_events_queue_url=around.case_events.queue_url,
        calls_a_minute=RECONCILING_CALLS_A_MINUTE,
    )
    function = around.function("Reconcile", role, settings, timeout=Duration.minutes(5), dead_letters=dead_letters)
    Tick(around.stack, "EveryQuarter", targets=[to_function(function, undelivered=dead_letters)], schedule=EVERY_QUARTER)
    around.table.allow(role, "GetItem", "Query", "Scan")
    around.table.allow_putting(role, "reconcile#*")
    allow_reading_bundles(role, around.bundles)
    allow_auditing_cases(role, around.place)
    allow(role, ["sqs:SendMessage"], on=[around.case_events.queue_arn])
    return function
