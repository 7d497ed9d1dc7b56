"""The local Cases against a model of a few lines, under any sequence of calls and any passing of time."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from localcloud.cases_world import ANA_ARN, World

SUMMARIES = st.sampled_from(["", "lost", "found", "paid back"])
PERFORMERS = st.sampled_from([None, {"userArn": ANA_ARN}, {"customEntity": "casewright/w/1"}])


@dataclass
class Clockwork:
    """What the model knows of an SLA item."""

    target: datetime
    status: str = "Active"


@dataclass
class Expected:
    """What the model knows of a case."""

    status: str
    summary: str | None = None
    comments: dict[str, str] = field(default_factory=dict)
    slas: dict[str, Clockwork] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)


class CasesMachine(RuleBasedStateMachine):
    """Every rule does to the model what Cases should do, and the invariants compare the two."""

    cases: Bundle[str] = Bundle("cases")

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.expected: dict[str, Expected] = {}
        self.stream: list[tuple[str, str]] = []

    @rule(target=cases, status=st.sampled_from(["open", "closed"]))
    def create(self, status: str) -> str:
        case_id = self.world.create(status=status)
        self.expected[case_id] = Expected(status)
        self._happened(case_id, "CASE.CREATED", "Case.Created")
        return case_id

    @rule(case_id=cases, summary=SUMMARIES | st.none(), performed_by=PERFORMERS)
    def describe(self, case_id: str, summary: str | None, performed_by: dict[str, str] | None) -> None:
        self.world.update(case_id, {"summary": summary}, **({"performedBy": performed_by} if performed_by else {}))
        self.expected[case_id].summary = summary
        self._happened(case_id, "CASE.UPDATED", "Case.Updated")
        user = (performed_by or {}).get("userArn")
        assert self.world.value(case_id, "last_updated_user") == user
        assert self.world.details()[-1]["performedBy"].get("user") == performed_by

    @rule(case_id=cases, status=st.sampled_from(["open", "closed"]))
    def set_status(self, case_id: str, status: str) -> None:
        before = self.world.values(case_id, "last_closed_datetime", "last_reopened_datetime")
        self.world.update(case_id, {"status": status})
        case = self.expected[case_id]
        closes, reopens = case.status == "open" and status == "closed", case.status == "closed" and status == "open"
        after = self.world.values(case_id, "last_closed_datetime", "last_reopened_datetime")
        changed = {name for name in before | after if before.get(name) != after.get(name)}
        assert changed == ({"last_closed_datetime"} if closes else {"last_reopened_datetime"} if reopens else set())
        case.status = status
        self._happened(case_id, "CASE.UPDATED", "Case.Updated")
        self._settle(case_id)

    @rule(case_id=cases, body=st.text(min_size=1, max_size=5))
    def comment(self, case_id: str, body: str) -> None:
        item = self.world.comment(case_id, body)
        self.expected[case_id].comments[item] = body
        self._happened(case_id, "RELATED_ITEM.CREATED", "RelatedItem.Created")
        assert self.world.details()[-1]["relatedItem"]["comment"] == {"body": body}

    @rule(case_id=cases, data=st.data())
    def delete_comment(self, case_id: str, data: st.DataObject) -> None:
        comments = self.expected[case_id].comments
        if comments:
            item = data.draw(st.sampled_from(sorted(comments)))
            self.world.cases.delete_related_item(domainId=self.world.domain, caseId=case_id, relatedItemId=item)
            del comments[item]
            self._happened(case_id, "RELATED_ITEM.DELETED", "RelatedItem.Deleted")

    @rule(case_id=cases, minutes=st.integers(1, 5))
    def assign_sla(self, case_id: str, minutes: int) -> None:
        case = self.expected[case_id]
        if len(case.slas) < 10:
            target = self.world.clock.now() + timedelta(minutes=minutes)
            case.slas[self.world.sla(case_id, minutes)] = Clockwork(target)
            self._happened(case_id, "RELATED_ITEM.CREATED", "RelatedItem.Created")
            self._settle(case_id)

    @rule(seconds=st.sampled_from([1, 59, 60, 61, 600]))
    def pass_time(self, seconds: int) -> None:
        self.world.clock.sleep(seconds)
        self.world.service.run_timers()
        now = self.world.clock.now()
        running = [(one, case_id) for case_id, case in self.expected.items() for one in case.slas.values() if one.status == "Active"]
        due = [pair for pair in running if pair[0].target <= now]
        breaches: dict[datetime, list[str]] = defaultdict(list)
        for clockwork, case_id in due:
            clockwork.status = "Overdue"
            breaches[clockwork.target].append(case_id)
            self.expected[case_id].history.append("RelatedItem.Updated")
        seen = self.world.details()[len(self.stream) :]
        for target in sorted(breaches):
            batch, seen = seen[: len(breaches[target])], seen[len(breaches[target]) :]
            assert sorted(one["relatedItem"]["caseId"] for one in batch) == sorted(breaches[target])
            self.stream += [("RELATED_ITEM.UPDATED", one["relatedItem"]["caseId"]) for one in batch]

    @rule(case_id=consumes(cases))
    def delete(self, case_id: str) -> None:
        self.world.cases.delete_case(domainId=self.world.domain, caseId=case_id)
        del self.expected[case_id]
        self.stream.append(("CASE.DELETED", case_id))

    @invariant()
    def the_stream_tells_all_that_happened_in_order(self) -> None:
        seen = [(one["eventType"], (one.get("case") or one["relatedItem"])["caseId"]) for one in self.world.details()]
        assert seen == self.stream

    @invariant()
    def changes_of_one_case_have_rising_times(self) -> None:
        times = defaultdict(list)
        for one in self.world.details():
            times[(one.get("case") or one["relatedItem"])["caseId"]].append(one["approximateChangeTime"])
        assert all(earlier < later for of_case in times.values() for earlier, later in pairwise(of_case))

    @invariant()
    def cases_read_as_the_model_says(self) -> None:
        for case_id, case in self.expected.items():
            assert self.world.values(case_id, "status", "summary") == {"status": case.status} | (
                {} if case.summary is None else {"summary": case.summary}
            )
            assert [one["type"] for one in self._audit(case_id)][::-1] == case.history
            items = {
                one["relatedItemId"]: one["content"]
                for one in self.world.cases.search_related_items(domainId=self.world.domain, caseId=case_id)["relatedItems"]
            }
            if len(items) < 25:
                comments = {one: content["comment"]["body"] for one, content in items.items() if "comment" in content}
                slas = {one: content["sla"]["slaConfiguration"]["status"] for one, content in items.items() if "sla" in content}
                assert comments == case.comments
                assert slas == {one: clockwork.status for one, clockwork in case.slas.items()}

    @invariant()
    def the_last_event_of_a_case_carries_its_state(self) -> None:
        latest = {one["case"]["caseId"]: one["case"] for one in self.world.details() if "case" in one}
        for case_id in self.expected:
            carried = {one: next(iter(value["value"].values())) for one, value in latest[case_id]["fields"].items()}
            held = self.world.values(case_id, *carried, "summary", "last_updated_user", "last_closed_datetime")
            carried.pop("next_sla_breach_datetime", None)
            held.pop("next_sla_breach_datetime", None)
            assert carried == held

    @invariant()
    def searches_count_what_there_is(self) -> None:
        for status in ("open", "closed"):
            test = {"field": {"equalTo": {"id": "status", "value": {"stringValue": status}}}}
            found = self.world.cases.search_cases(domainId=self.world.domain, filter=test)["totalCount"]
            assert found == sum(case.status == status for case in self.expected.values())

    @invariant()
    def the_next_timer_is_the_next_breach(self) -> None:
        targets = {case_id: [one.target for one in case.slas.values() if one.status == "Active"] for case_id, case in self.expected.items()}
        assert self.world.service.next_timer() == min((one for of_case in targets.values() for one in of_case), default=None)
        for case_id, of_case in targets.items():
            shown = self.world.value(case_id, "next_sla_breach_datetime")
            assert (datetime.fromisoformat(shown) if shown else None) == min(of_case, default=None)

    def _happened(self, case_id: str, event_type: str, entry_type: str) -> None:
        self.stream.append((event_type, case_id))
        self.expected[case_id].history.append(entry_type)

    def _settle(self, case_id: str) -> None:
        case = self.expected[case_id]
        if case.status == "closed":
            for clockwork in case.slas.values():
                if clockwork.status in {"Active", "Overdue"}:
                    clockwork.status = "Met" if clockwork.status == "Active" else "NotMet"
                    self._happened(case_id, "RELATED_ITEM.UPDATED", "RelatedItem.Updated")

    def _audit(self, case_id: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = []
        token: dict[str, str] = {}
        while True:
            answer = self.world.cases.get_case_audit_events(domainId=self.world.domain, caseId=case_id, **token)
            entries += answer["auditEvents"]
            if "nextToken" not in answer:
                return entries
            token = {"nextToken": answer["nextToken"]}


CasesMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestCasesMachine = CasesMachine.TestCase
