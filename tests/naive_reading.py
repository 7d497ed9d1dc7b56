"""The truth of conditions read the plain way, from the page of the language: no index, none of the program's own tests or readings.

Three values: True, False and None for unknown.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from casewright.calendars.calendar import Calendar
from casewright.cases import events
from casewright.cases.state import Case
from casewright.cases.values import User
from casewright.conditions import operators as ask
from casewright.conditions.subjects import Fact, Facts, Field
from casewright.conditions.tree import All, Leaf, Not
from casewright.conditions.tree import Any as AnyOf
from casewright.errors import CalendarEnded
from casewright.rules.rule import Rule

UNKNOWN, ABSENT = object(), object()
ITEM_EVENTS = (events.RelatedItemAdded, events.RelatedItemUpdated, events.RelatedItemRemoved)
OF_TIME = (events.CaseRead, events.ClockDue, events.ScheduleDue)


def expected(rules: list[Rule], trigger: str, facts: Facts) -> tuple[Rule, ...]:
    """What a matcher must give."""
    live = [rule for rule in rules if rule.mode != "off" and rule.runs_on == "casewright" and trigger in rule.when]
    return tuple(sorted((rule for rule in live if truth(rule.condition, facts) is True), key=lambda rule: (rule.order, rule.name)))


def truth(condition: Any, facts: Facts) -> bool | None:
    if isinstance(condition, Leaf):
        return _leaf(condition.subject, condition.test, facts)
    if isinstance(condition, Not):
        inner = truth(condition.part, facts)
        return None if inner is None else not inner
    verdicts = [truth(part, facts) for part in condition.parts]
    assert isinstance(condition, All | AnyOf)
    decisive = isinstance(condition, AnyOf)
    if decisive in verdicts:
        return decisive
    return None if None in verdicts else not decisive


def _leaf(subject: Field | Fact, test: ask.Test, facts: Facts) -> bool | None:
    if not isinstance(test, ask.Changed):
        return _test(test, _value(subject, facts.after, facts), facts)
    if isinstance(subject, Fact):
        return False
    change = facts.event.change
    has_changed = isinstance(change, events.CaseUpdated) and subject.id in change.changed_field_ids
    if has_changed is not test.wanted or not has_changed:
        return has_changed is test.wanted
    before = True if test.before is None else _test(test.before, _value(subject, facts.before, facts), facts)
    after = True if test.after is None else _test(test.after, _value(subject, facts.after, facts), facts)
    if before is False or after is False:
        return False
    return None if before is None or after is None else True


def _test(test: Any, value: Any, facts: Facts) -> bool | None:  # noqa: C901
    if value is UNKNOWN:
        return None
    if isinstance(test, ask.Absent):
        return (value is ABSENT) == test.wanted
    if value is ABSENT:
        return False
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(test, ask.Among):
        alike = [each for each in test.values if _type(each) == _type(value)]
        equal = any(_fold(each, test) == _fold(value, test) for each in alike)
        return bool(alike) and equal != test.negated
    if isinstance(test, ask.HasText):
        if not isinstance(value, str):
            return False
        text, part = _fold(value, test), _fold(test.text, test)
        found = {"contains": part in text, "starts_with": text[: len(part)] == part, "ends_with": part == text[len(text) - len(part) :]}
        return (found[test.part] and len(part) <= len(text)) != test.negated
    if isinstance(test, ask.Compares):
        limit = test.number if test.instant is None else test.instant
        if not _comparable(value, limit, number=number):
            return False
        return {
            "greater_than": value > limit,
            "greater_or_equal": value >= limit,
            "less_than": value < limit,
            "less_or_equal": value <= limit,
        }[test.order]
    if isinstance(test, ask.Between):
        low, high = test.instants or test.numbers or (None, None)
        return _comparable(value, low, number=number) and _comparable(value, high, number=number) and low <= value <= high
    if isinstance(test, ask.Matches):
        return isinstance(value, str) and _searched(test, value)
    if isinstance(test, ask.Empty):
        return (isinstance(value, str) and not value) == test.wanted
    return _of_time(test, value, facts)


def _of_time(test: Any, value: Any, facts: Facts) -> bool | None:
    if not isinstance(value, datetime):
        return False
    calendar: Calendar | None = facts.calendars.get(test.calendar)
    try:
        if isinstance(test, ask.WithinHours):
            return None if calendar is None else calendar.is_open(value)
        if not test.calendar:
            age: timedelta = facts.event.at - value
        elif calendar is None:
            return None
        else:
            age = calendar.between(value, facts.event.at)
    except CalendarEnded:
        return None
    return age > test.than if test.older else age < test.than


def _comparable(value: Any, limit: Any, *, number: bool) -> bool:
    if isinstance(limit, datetime):
        return isinstance(value, datetime) and limit.tzinfo is not None
    return limit is not None and number


def _searched(test: ask.Matches, text: str) -> bool:
    """Holds for expressions that Python and RE2 read alike."""
    try:
        text.encode()
        return re.search(test.pattern, text, re.IGNORECASE if test.ignore_case else 0) is not None
    except (re.error, UnicodeEncodeError):
        return False


def _type(value: Any) -> str:
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def _fold(value: Any, test: Any) -> Any:
    return value.casefold() if test.ignore_case and isinstance(value, str) else value


def _value(subject: Field | Fact, case: Case, facts: Facts) -> Any:
    if isinstance(subject, Fact):
        return _fact(subject.name, facts)
    if case.fields is None:
        return UNKNOWN
    if subject.id not in case.fields:
        return ABSENT if subject.id in facts.included else UNKNOWN
    value = case.fields[subject.id]
    if isinstance(value, User):
        return value.arn.split("/")[-1]
    if isinstance(value, str) and (subject.id in ("assigned_queue", "assigned_user") or subject.field_type == "User"):
        return value.split("/")[-1]
    if isinstance(value, str) and value and subject.field_type == "DateTime":
        try:
            moment = datetime.fromisoformat(value)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            return UNKNOWN
    return value


def _fact(name: str, facts: Facts) -> Any:
    event, clock = facts.event, facts.clock
    item = event.change.item if isinstance(event.change, ITEM_EVENTS) else None
    performer = event.performer
    by = performer.user_arn or performer.custom_entity or performer.iam_principal_arn
    kind = "user" if performer.user_arn else "custom_entity" if performer.custom_entity else "iam"
    nobody = isinstance(event.change, OF_TIME)
    return {
        "template": facts.after.template_id or UNKNOWN,
        "case.id": facts.after.case_id,
        "now": event.at,
        "performed_by.kind": ABSENT if nobody else kind if by else UNKNOWN,
        "performed_by.id": ABSENT if nobody else by or UNKNOWN,
        "related_item.type": item.type if item else ABSENT,
        "comment.body": (item.comment_body or UNKNOWN) if item and item.type == "comment" else ABSENT,
        "contact.channel": (item.contact_channel or UNKNOWN) if item and item.type == "contact" else ABSENT,
        "sla.name": clock.name if clock else ABSENT,
        "sla.status": clock.status if clock else ABSENT,
        "sla.milestone": clock.milestone if clock else ABSENT,
        "sla.due_at": (UNKNOWN if clock.due_at is None else clock.due_at) if clock else ABSENT,
    }[name]
