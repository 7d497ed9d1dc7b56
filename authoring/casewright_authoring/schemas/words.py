"""What an editor shows beside a word of the language: the sentences of docs/rules.md, which a test compares."""

from collections.abc import Mapping
from typing import Final

RULE_KEYS: Final[Mapping[str, str]] = {
    "rule": "Its name: 1 to 64 of a-z, 0-9 and `-`, unique over all files. Required.",
    "when": "One trigger or a list of them. Required.",
    "if": "The condition. Without one the rule fires at every trigger.",
    "then": "The actions, in order, at least one. Required.",
    "order": "A whole number, 0 unless said. Rules are asked in the order of (`order`, name).",
    "stop": "`true`: when this rule fires, the rules after it are not asked for this moment.",
    "mode": "How far the rule is let loose, see below; `on` unless said.",
    "budget": "`{effects: 50, per: 1h}`: at most so many of its effects are performed in each period.",
    "expires_after": (
        "`1d`: how long after the event its effects are still worth performing; "
        "4 hours for updates and mail, a day for the rest, unless said."
    ),
    "schedule": "When the trigger `schedule` comes, see below. Required with that trigger, refused without it.",
    "runs_on": "`connect`: the stack deploys it as a rule of Amazon Connect, and the functions leave it alone.",
    "reacts_to": "`casewright`: writes of our own set the rule off too, up to three in a row. Without it a rule ignores them.",
}

TRIGGERS: Final[Mapping[str, str]] = {
    "case_created": "a case came into being",
    "case_updated": "fields of a case changed",
    "case_deleted": "a case is gone; only `send_email`, `put_event` and `call_webhook` can still be done",
    "related_item_added": "a comment, contact, file or other item was added to a case",
    "related_item_updated": "such an item changed",
    "related_item_removed": "such an item was removed",
    "sla_milestone": "a milestone of a clock has come",
    "sla_breached": "a clock ran out before what it waits for came, or Cases tells that an "
    "[SLA item that is not ours](sla.md#sla-items-that-are-not-ours) is overdue",
    "sla_met": "a clock ended in time",
    "schedule": "the schedule of the rule comes, for every case that its condition finds",
}

GROUPS: Final[Mapping[str, str]] = {
    "all": "every condition of the list does",
    "any": "one condition of the list does",
    "not": "its one condition does not",
}

OPERATORS: Final[Mapping[str, str]] = {
    "equals": "is the one given",
    "not_equals": "is another",
    "in": "is one of the list",
    "not_in": "is none of the list",
    "contains": "has the text in it, at any place",
    "not_contains": "does not have the text in it",
    "starts_with": "begins with the text",
    "ends_with": "ends with the text",
    "matches": "has a part that the regular expression describes",
    "greater_than": "is greater, or later",
    "greater_or_equal": "is greater or the same",
    "less_than": "is less, or earlier",
    "less_or_equal": "is less or the same",
    "between": "lies between two, or is one of them",
    "empty": "is the empty text (`true`), or is a value that is not (`false`)",
    "absent": "is absent (`true`), or is known and there (`false`)",
    "changed": "was changed by this event, see below",
    "older_than": "is longer ago than this",
    "newer_than": "is less long ago than this",
    "within_hours": "lies in the open hours of the calendar",
}

ACTIONS: Final[Mapping[str, str]] = {
    "send_email": "sends an email of `emails/`; `to` holds mailboxes of `catalog.yaml`, addresses, texts with variables "
    "that give one, and people: `customer`, `assigned_user`, `{user: maya}`, `{users_tagged: {team: billing}}`",
    "create_task": "starts a Connect task and links it to the case, see [tasks](tasks.md)",
    "end_tasks": "ends every open task of the case; with `{only: ours}` those that rules made",
    "update_case": 'sets fields; `""` clears one',
    "assign": "gives the case to a queue, to a user, or to one of several in turn, see [Assigning](#assigning)",
    "assign_sla": "starts the clock of a policy, if the case has none",
    "add_comment": "adds a comment to the case",
    "create_case": "creates a case of the template, see [Cases and ties](#cases-and-ties)",
    "link_case": "links another case to the case; the text gives its id",
    "attach_contact": "links a contact to the case; the text gives its ARN or its id",
    "tag": "gives the case tags; a value may hold variables",
    "put_event": "puts an event of source `casewright` on the default bus, or on a `bus` of `catalog.yaml`; texts of the detail may hold "
    "variables, at any depth",
    "call_webhook": "has EventBridge call a webhook of `webhooks.yaml`; texts of the body may hold variables, at any depth",
}
