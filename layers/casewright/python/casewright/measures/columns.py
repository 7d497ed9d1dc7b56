"""The one wide table of the lake, `facts`: its columns with their Glue (Hive) types, in order.

The Glue table, the Parquet schema of the local lake and the rows are all made from these. Columns about events are named as in
the tables case_events and case_related_item_events of AWS's own data lake. Timestamps are UTC, to the millisecond. Columns are
only ever added: a file written before a column came reads as null there.
"""

from typing import Final, Literal, get_args

import msgspec

Kind = Literal[
    "case_event",
    "related_item_event",
    "unrecognised_event",
    "clock_due",
    "clock_recomputed",
    "schedule_due",
    "mail_reported",
    "decision",
    "effect",
    "clock",
]
KINDS: Final[tuple[str, ...]] = get_args(Kind)

FIELD_VALUE: Final = "struct<string_value:string,double_value:double,boolean_value:boolean,user_arn_value:string>"
"""One value of a case field: exactly one member is set."""


class Column(msgspec.Struct, frozen=True):
    """A column: its name, its Glue type, and what it holds."""

    name: str
    glue_type: str
    holds: str


PARTITION: Final = Column("dt", "string", "UTC date of the event (or of the event decided on), YYYY-MM-DD; the partition, not in the files")

_EVERY: Final = (
    Column("kind", "string", "What the row tells: " + ", ".join(KINDS)),
    Column("event_id", "string", "Id of the event; of a decision, effect or clock, the event that led to it"),
    Column("event_timestamp", "timestamp", "When that event's change happened (approximateChangeTime)"),
    Column("case_id", "string", "The case; empty where an unrecognised event names none"),
    Column("cases_domain_arn", "string", "The Cases domain"),
    Column("aws_account_id", "string", "The account of the domain"),
    Column("recorded_timestamp", "timestamp", "When the record reached the stream into the lake"),
)

_EVENT: Final = (
    Column("event_type", "string", "CASE.CREATED, CASE.RELATED_ITEM.UPDATED, ...; of an unrecognised event, as it came"),
    Column("performed_by_iam_principal", "string", "IAM principal that made the change, without the session name of an assumed role"),
    Column("performed_by_user_arn", "string", "Connect user that made the change"),
    Column("performed_by_custom_entity", "string", "customEntity of the change: ours, or any if listed"),
    Column("created_timestamp", "timestamp", "When the case, or the related item, was created"),
    Column("repaired", "boolean", "True where the event did not come by the stream, and was found in the audit history; else null"),
)

_CASE_EVENT: Final = (
    Column("template_id", "string", "Template of the case"),
    Column("changed_field_ids", "array<string>", "Ids of the fields an update changed"),
    Column("has_fields", "boolean", "Whether the event carried field data at all"),
    Column("reference_number", "string", "Number of the case as people know it"),
    Column("status", "string", "Status after the event"),
    Column("case_reason", "string", "Reason after the event"),
    Column("assigned_queue", "string", "ARN of the queue after the event"),
    Column("assigned_user", "string", "ARN of the user after the event"),
    Column("last_updated_user", "string", "ARN of the user who changed the case last"),
    Column("case_title", "string", "Title, if listed"),
    Column("case_summary", "string", "Summary, if listed"),
    Column("customer_profile_arn", "string", "Customer, if listed"),
    Column("last_updated_timestamp", "timestamp", "When the case last changed"),
    Column("next_sla_breach_timestamp", "timestamp", "When the next native SLA of the case falls due"),
    Column("last_closed_timestamp", "timestamp", "When the case was last closed; stays when it is opened again"),
    Column("last_reopened_timestamp", "timestamp", "When the case was last opened again"),
    Column("custom_fields", f"map<string,{FIELD_VALUE}>", "Custom fields by id: numbers, booleans and users; texts if listed"),
)

_RELATED_ITEM_EVENT: Final = (
    Column("related_item_id", "string", "The related item"),
    Column("related_item_type", "string", "comment, file, sla, connect (another case), contact, custom or unknown"),
    Column("changed_attributes", "array<string>", "What an update of the item changed"),
    Column("contact_id", "string", "The contact"),
    Column("contact_channel", "string", "VOICE, CHAT, TASK or EMAIL"),
    Column("file_arn", "string", "The file"),
    Column("related_case_id", "string", "The other case"),
    Column("sla_name", "string", "Name of a native SLA"),
    Column("sla_status", "string", "active, overdue, met or notmet"),
    Column("sla_target_timestamp", "timestamp", "When the native SLA falls due"),
    Column("sla_completion_timestamp", "timestamp", "When the native SLA ended"),
    Column("custom_related_item_fields", f"map<string,{FIELD_VALUE}>", "Fields of a custom item, under the rule of custom_fields"),
)

_DECISION: Final = (
    Column("schedule_rule", "string", "The rule whose schedule came; only in rows of kind schedule_due"),
    Column("decision_bundle_hash", "string", "Bundle the decision was made with"),
    Column("decision_rules", "array<string>", "Rules that fired, once per firing"),
    Column("decision_shadow_rules", "array<string>", "Rules that would have fired but for their mode, once per time"),
    Column("decision_looped_rules", "array<string>", "Rules that the loop guard kept from reacting to our own writes once more"),
    Column("decision_imported", "boolean", "Whether a bulk import made the change: what it asked for is recorded and not performed"),
    Column("decision_effect_keys", "array<string>", "Keys of the effects asked for"),
    Column("decision_effect_rules", "array<string>", "The rule that asked for each of them, in the same order"),
    Column("decision_overruled_rules", "array<string>", "Rules that lost a field to a later one, once per field"),
    Column("decision_corrections", "int", "Earlier decisions that the true order would have made otherwise"),
    Column("decision_late", "boolean", "Whether the event came after later ones had been decided"),
    Column("decision_broken", "boolean", "Whether the rule-set breaker tripped"),
)

_EFFECT: Final = (
    Column("effect_key", "string", "Names the effect: the same for the same event, rule and action"),
    Column("effect_rule", "string", "The rule that asked for it; `sla:POLICY` for the native mirror of a clock"),
    Column("effect_action", "string", "The action as rules spell it"),
    Column("effect_bucket", "string", "Whose quota it spends: cases, connect, ses or events"),
    Column("effect_priority", "int", "1 deadlines, 2 people waiting, 3 housekeeping"),
    Column("effect_status", "string", "done, failed, superseded, expired, over_budget, skipped, recorded or pending"),
    Column("effect_ended_timestamp", "timestamp", "When it came to that status"),
)

_MAIL: Final = (
    Column("mail_fate", "string", "What became of a mail: delivered, delayed, bounced, complained, rejected or not_rendered"),
    Column("mail_reason", "string", "Why, in the words of SES"),
    Column("mail_recipients", "int", "How many recipients of the mail it is about"),
    Column("mail_suppressed", "int", "How many of them get no mail of ours any more"),
)

_CLOCK: Final = (
    Column("clock_policy", "string", "The SLA policy"),
    Column("clock_cycle", "int", "1, and one more after each reset"),
    Column("clock_milestone", "string", "The milestone that came; only in rows of kind clock_due"),
    Column("clock_status", "string", "Active, Paused, Overdue, Met, NotMet or Cancelled"),
    Column("clock_breached", "boolean", "Whether the time ran out in this cycle, however it ended"),
    Column("clock_started_timestamp", "timestamp", "Start of the cycle"),
    Column("clock_due_timestamp", "timestamp", "When it is due, as of this row"),
    Column("clock_ended_timestamp", "timestamp", "When it ended; null while it can still end"),
    Column("clock_target_seconds", "double", "Time allowed, in open time of the calendar"),
    Column("clock_paused_seconds", "double", "Time paused and resumed, in open time of the calendar"),
    Column("clock_queue", "string", "ARN of the queue that has the case; of an ended cycle, that had it to the end"),
    Column("clock_missed_queue", "string", "ARN of the queue that had the case when the time ran out"),
    Column("clock_team_seconds", "map<string,double>", "Open time the clock ran, Active or Overdue, by the queue that had the case then"),
    Column("clock_counted_timestamp", "timestamp", "Up to when clock_team_seconds counts: the last change of hands, pause or end"),
    Column("clock_revision", "int", "How many events of the case the snapshot follows from: the greatest is the latest"),
)

FACTS: Final[tuple[Column, ...]] = (*_EVERY, *_EVENT, *_CASE_EVENT, *_RELATED_ITEM_EVENT, *_DECISION, *_EFFECT, *_CLOCK, *_MAIL)
