"""What the analysis takes to be readable at a trigger takes in all that is really read there."""

from collections.abc import Iterator
from datetime import datetime

from building import at, case_event, comment, envelope, linked, parsed
from core_case import CREATED, policy, updated

from casewright.cases.events import ClockDue, Event, ScheduleDue
from casewright.cases.performers import Performer
from casewright.cases.state import Missing
from casewright.conditions.operators import Absent, Among, Between
from casewright.conditions.subjects import FACT_NAMES, Fact, Field, Reading, changed, read
from casewright.conditions.tree import ALWAYS, Leaf
from casewright.conditions.triggers import TRIGGERS
from casewright.decide import blank, decide, moments
from casewright.moments import Moment as Decided
from casewright_authoring.analysis.formulas import Claim, Every, Variable
from casewright_authoring.analysis.moments import Moment
from casewright_authoring.analysis.search import possible
from casewright_authoring.analysis.verdicts import TRUE

ANSWERED = policy(name="answered", met_when=Leaf(Fact("related_item.type"), Among(("comment",))))
BUNDLE = linked(policy(), ANSWERED)
STATUS = Field("status", "status", "SingleSelect")


def tick(event_id: str, minutes: float, change: ClockDue | ScheduleDue) -> Event:
    return Event(event_id, at(minutes), "c1", "d", "1", "r", "CLOCK.DUE", Performer(), change)


def item(event_id: str, minutes: float, kind: str, verb: str, **content: object) -> str:
    told = {"relatedItemType": kind, "relatedItemId": f"i-{event_id}", "caseId": "c1", **content}
    return envelope(event_id, minutes, f"RELATED_ITEM.{verb}", {"relatedItem": told})


COURSE = (
    parsed(CREATED),
    parsed(comment("b", 1, "hello")),  # meets `answered`
    parsed(item("c", 2, "Contact", "CREATED", contact={"contactArn": "arn:1", "channel": "VOICE"})),
    parsed(item("d", 3, "Contact", "UPDATED")),
    parsed(item("e", 4, "File", "DELETED")),
    parsed(item("f", 5, "Sla", "CREATED")),
    parsed(comment("g", 6, "")),
    tick("h", 7, ScheduleDue("r")),
    tick("i", 120, ClockDue("resolve", 1, "half")),
    parsed(updated("j", 180, priority="high")),  # the shorter target is past: a breach at an update
    tick("k", 300, ClockDue("resolve", 1, "late")),
    parsed(case_event("l", 310, changed=("status",), status="closed", priority="low")),
    parsed(case_event("m", 311, changed=("status",), status="open", priority="low", template_id="")),
    parsed(case_event("n", 312, changed=("status",), status="closed", priority="low")),  # meets `resolve`
    parsed(envelope("o", 313, "CASE.UPDATED", {"case": {"caseId": "c1", "templateId": "t"}, "changedFieldIds": []}, {})),
    parsed(case_event("p", 320, "DELETED")),
)


def decided() -> Iterator[Decided]:
    head = blank("c1")
    for event in COURSE:
        yield from moments(head, event, BUNDLE)
        head = decide(head, event, BUNDLE).head


def is_read(variable: Variable, value: Reading) -> Claim:
    match value:
        case Missing.UNKNOWN:
            return Claim(variable, Absent(True), frozenset({None}))
        case Missing.ABSENT:
            return Claim(variable, Absent(True), TRUE)
        case datetime():
            return Claim(variable, Between(instants=(value, value)), TRUE)
        case str() | bool() | float():
            return Claim(variable, Among((value,)), TRUE)
        case _:
            raise AssertionError(value)


def test_whatever_is_read_at_a_moment_is_taken_to_be_possible_there() -> None:
    met = set[str]()
    for real in decided():
        met.add(real.trigger)
        moment = Moment(real.trigger)
        facts = [is_read(moment.now(Fact(name)), read(Fact(name), real.facts)) for name in FACT_NAMES]  # type: ignore[arg-type]
        change = is_read(moment.changed(STATUS), changed(STATUS, real.facts))
        status = is_read(moment.now(STATUS), read(STATUS, real.facts))
        assert possible(Every((moment.asks(ALWAYS), *facts, change, status))), (real.trigger, facts)
    assert met == set(TRIGGERS)


def test_what_no_event_of_a_trigger_tells_is_taken_to_be_absent() -> None:
    for trigger in ("case_created", "case_updated", "case_deleted", "schedule"):
        moment = Moment(trigger)
        for name in ("related_item.type", "comment.body", "contact.channel", "sla.name", "sla.status", "sla.milestone"):
            assert not possible(Claim(moment.now(Fact(name)), Absent(False), TRUE))
    assert not possible(is_read(Moment("case_created").changed(STATUS), True))
