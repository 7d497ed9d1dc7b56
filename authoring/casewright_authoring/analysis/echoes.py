"""What a rule does comes back as an event: which one, and what is known of the case at that moment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from casewright.cases.events import RelatedItemType
from casewright.cases.values import EMPTY, User
from casewright.conditions.operators import Absent, Among, Compares, Empty, HasText, ValueTest
from casewright.conditions.subjects import REFERENCE_FIELDS, Fact, FactName, Field, bare_id
from casewright.conditions.texts import Text, Verbatim
from casewright.conditions.triggers import Trigger
from casewright.rules.instructions import (
    AddComment,
    Assign,
    Assignment,
    AssignSla,
    AttachContact,
    CreateCase,
    CreateTask,
    Instruction,
    LinkCase,
    UpdateCase,
)
from casewright.rules.rule import Rule
from casewright_authoring.analysis.formulas import Claim, Every, Formula, Some
from casewright_authoring.analysis.moments import Moment, of_field
from casewright_authoring.analysis.verdicts import TRUE
from casewright_authoring.system_fields import READ_ONLY, STATUS_OPTIONS

SHORTEST_CUT: Final = 500
"""Characters of a filled text that reach every field (a title is cut there)."""

_OUR_NAME: Final = "casewright/"
_TASK: Final = "a task"
_TASK_CHANNEL: Final = "TASK"
_OPEN: Final = Assignment(Field("status", "status", "SingleSelect"), STATUS_OPTIONS["Open"])
_FILLED: Final = READ_ONLY | {"reference_number"}
"""Fields of a new case that Cases itself fills."""


@dataclass(frozen=True, slots=True)
class Echo:
    """An event that a rule's own actions lead to."""

    trigger: Trigger
    shown: str
    """What was done, as a finding calls it; empty for a write, which is told by its fields."""
    written: Mapping[str, Assignment]
    """By field id, everything the rule writes, and the event of an item may come before it or after; of a new case, what it begins with."""
    changing: frozenset[str]
    """What may be other than before, as Variable.of calls it."""
    item: RelatedItemType = "unknown"
    body: Text = ()
    template_id: str = ""
    """Of a new case: the event is the first of that one."""


def echoes(rule: Rule, *, mirrored: frozenset[str]) -> Iterator[Echo]:
    """The events that come of a rule. `mirrored` are the policies whose clocks show as SLA items."""
    written = {each.field.id: each for step in rule.then for each in _written(step)}
    changing = frozenset(map(of_field, (*READ_ONLY, *written)))
    added = partial(Echo, "related_item_added", written=written, changing=changing)
    if written:
        yield Echo("case_updated", "", written, changing)
    for step in rule.then:
        match step:
            case AddComment(body=body):
                yield added("a comment", item="comment", body=body)
            case CreateTask():
                yield added(_TASK, item="contact")
            case AttachContact():
                yield added("a contact", item="contact")
            case LinkCase() | CreateCase(link=True):
                yield added("a link to a case", item="case")
            case AssignSla(policy=policy) if policy in mirrored or rule.runs_on == "connect":
                yield added("an SLA item", item="sla")
            case _:
                pass
        if isinstance(step, CreateCase):
            yield _creation(step)


def _creation(step: CreateCase) -> Echo:
    begins = {each.field.id: each for each in (_OPEN, *step.set) if each.value != EMPTY}
    return Echo("case_created", f"a new case of {step.template}", begins, frozenset(), template_id=step.template_id)


def _written(step: Instruction) -> tuple[Assignment, ...]:
    match step:
        case UpdateCase(set=assignments):
            return assignments
        case Assign():
            return (step.assignment,)
        case _:
            return ()


def after(moment: Moment, rule: Rule, echo: Echo) -> tuple[Moment, Formula]:
    """The moment at which the echo of a rule comes, when nobody else acts in between, and what is known of it.

    The moments that follow the creation of a case are those of the new one.
    """
    index = moment.index + 1
    if echo.template_id:
        born = Moment(echo.trigger, index, since=index, given=_FILLED | echo.written.keys())
        template = _known(born, "template", Among((echo.template_id,)))
        return born, Every((*_performer(born, rule), template, *_values(born, echo)))
    versions = {**moment.versions, **dict.fromkeys((*READ_ONLY, *echo.written), index)}
    coming = Moment(echo.trigger, index, versions, moment.versions, READ_ONLY | echo.written.keys(), moment.since, moment.given)
    return coming, Every((*_performer(coming, rule), *(_item(coming, echo) if echo.shown else _values(coming, echo))))


def _performer(moment: Moment, rule: Rule) -> Iterator[Formula]:
    if rule.runs_on == "casewright":
        yield _known(moment, "performed_by.kind", Among(("custom_entity",)))
        yield _known(moment, "performed_by.id", HasText("starts_with", _OUR_NAME))


def _item(moment: Moment, echo: Echo) -> Iterator[Formula]:
    yield _known(moment, "related_item.type", Among((echo.item,)))
    if echo.shown == _TASK:
        yield _known(moment, "contact.channel", Among((_TASK_CHANNEL,)))
    if echo.item == "comment" and (test := _beginning(echo.body)):
        yield _known(moment, "comment.body", test)


def _values(moment: Moment, echo: Echo) -> Iterator[Formula]:
    for assignment in echo.written.values():
        for tests in _tests(assignment.field, assignment.value):
            yield Some(tuple(Claim(moment.now(assignment.field), test, TRUE, moment.index) for test in tests))


def _tests(of: Field, value: object) -> Iterator[tuple[ValueTest, ...]]:
    """What the written value is known to pass: of each tuple one test. An emptied field may show as empty or not at all."""
    match value:
        case "":
            yield (Empty(True), Absent(True))
        case tuple():
            if of.field_type != "DateTime" and (test := _beginning(value)):
                yield (test,)
        case User(arn=arn):
            yield (Among((bare_id(arn),)),)
        case str() if of.field_type == "DateTime":
            instant = datetime.fromisoformat(value)
            yield (Compares("greater_or_equal", instant=instant),)
            yield (Compares("less_or_equal", instant=instant),)
        case str() if of.id in REFERENCE_FIELDS or of.field_type == "User":
            yield (Among((bare_id(value),)),)
        case str() | bool() | float():
            yield (Among((value,)),)


def _beginning(text: Text) -> ValueTest | None:
    """What is known of a filled text: all of it if nothing varies, otherwise what stands before the first variable."""
    match text:
        case (Verbatim(text=whole),) if len(whole) <= SHORTEST_CUT:
            return Among((whole,))
        case (Verbatim(text=begins), *_):
            return HasText("starts_with", begins[:SHORTEST_CUT])
        case _:
            return None


def _known(moment: Moment, name: FactName, test: ValueTest) -> Formula:
    return Claim(moment.now(Fact(name)), test, TRUE, moment.index)
