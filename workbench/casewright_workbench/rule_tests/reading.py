"""tests/*.yaml: lists of tests."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from casewright_authoring.findings import Fault, Place, fault
from casewright_authoring.nodes import Mapping, Node, Sequence
from casewright_authoring.shapes import boolean, record, refuse_twice, sequence, short_text
from casewright_workbench.explain.words import instant
from casewright_workbench.rule_tests.expecting import read_clocks, read_expected, read_rules
from casewright_workbench.rule_tests.names import Vocabulary
from casewright_workbench.rule_tests.steps import TIME_STEPS, read_standing, read_step
from casewright_workbench.rule_tests.written import BEGINS, Expected, RuleTest, Step, Waits

REQUIRED_KEYS: Final = ("test", "events")
EXPECTATIONS: Final = ("expect", "fired", "not_fired", "clocks")
OPTIONAL_KEYS: Final = ("case", *EXPECTATIONS, "only")


@dataclass(frozen=True, slots=True)
class RuleTests:
    """Reads tests; their names are unique over the files."""

    known: Vocabulary
    _seen: dict[str, Place] = field(default_factory=dict)

    def read_file(self, node: Node) -> tuple[RuleTest, ...]:
        """The tests of a file."""
        return self.known.report.each(self.read, sequence(node, "a file of tests").items)

    def read(self, node: Node) -> RuleTest:
        """One test."""
        known = self.known
        given = record(node, "a test", known.report, required=REQUIRED_KEYS, optional=OPTIONAL_KEYS)
        name = given.read("test", self._name, None)
        given.read("events", partial(self._refuse_disorder, stands=given.node.get("case") is not None), None)
        self._refuse_vain(given.node)
        read = RuleTest(
            name=name or "",
            place=given.node.place,
            case=given.read("case", partial(read_standing, known=known), None),
            steps=given.read("events", self._steps, ()),
            expect=given.read("expect", self._expected, None),
            only=given.read("only", lambda one: boolean(one, "only"), otherwise=True),
            fired=given.read("fired", partial(read_rules, known=known), ()),
            not_fired=given.read("not_fired", partial(read_rules, known=known), ()),
            clocks=given.read("clocks", partial(read_clocks, known=known), ()),
        )
        if name is None:
            raise Fault(None)
        return read

    def _name(self, node: Node) -> str:
        name = short_text(node, "the name of a test", 200)
        refuse_twice(self._seen, name, node.place, "the test")
        return name

    def _steps(self, node: Node) -> tuple[Step, ...]:
        now: datetime | None = None

        def step(item: Node) -> Step:
            nonlocal now
            read = read_step(item, self.known)
            now = _later(now, read.until, item) if isinstance(read, Waits) else now or BEGINS
            return read

        return self.known.report.each(step, sequence(node, "'events'").items)

    def _expected(self, node: Node) -> tuple[Expected, ...]:
        if isinstance(node, Sequence) and not node.items:
            return ()
        return self.known.report.each(partial(read_expected, known=self.known), sequence(node, "'expect'").items)

    def _refuse_vain(self, given: Mapping) -> None:
        if not any(given.get(name) for name in EXPECTATIONS):
            self.known.report.tell(given.place, f"the test expects nothing; accepted are {', '.join(EXPECTATIONS)}")
        only = given.get("only")
        if only is not None and given.get("expect") is None:
            self.known.report.tell(only.place, "'only' says whether 'expect' lists every effect; there is no 'expect'")

    def _refuse_disorder(self, node: Node, *, stands: bool) -> None:
        """A case is created once, by the first event, unless it stands already."""
        items = node.items if isinstance(node, Sequence) else ()
        events = [
            item.entries[0] for item in items if isinstance(item, Mapping) and item.entries and item.entries[0].name not in TIME_STEPS
        ]
        created = [event for event in events if event.name == "case_created"]
        if stands and created:
            raise fault(created[0].key.place, "a case that stands already ('case') cannot be created")
        if not stands and (not events or events[0].name != "case_created"):
            place = events[0].key.place if events else node.place
            raise fault(place, "the first event is no 'case_created'; create the case, or say with 'case' how it stands")
        if len(created) > 1:
            raise fault(created[1].key.place, "a case is created once")


def _later(now: datetime | None, until: timedelta | datetime, node: Node) -> datetime:
    """The time after a step that lets time pass; what comes first may be at any time."""
    if isinstance(until, timedelta):
        return (now or BEGINS) + until
    if now is not None and until < now:
        raise fault(node.place, f"{instant(until)} lies before {instant(now)}, which the test has reached; time does not run backwards")
    return until
