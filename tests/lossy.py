"""A house with an agent at work in it, whose stream can be made to lose what happens."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from fakes import FakeLog, deciding, sweep
from small_center import START, SmallCenter
from small_directory import SMALL

from casewright.aws.marks import MarkTable
from casewright.bundle import link
from casewright.ports.audit import ReconcileMark
from casewright.service.decide import take
from casewright_workbench.localcloud.connectcases.unsteady import Faults

FILES = SMALL | {
    "slas.yaml": """\
        - sla: answer
          start: case_created
          pause_while: {priority: low}
          met_when: {status: closed}
          reset: {status: {changed: {from: closed}}}
          target: [{within: 6h}]
        - sla: urgent
          start: {becomes: {priority: high}}
          met_when: {status: closed}
          target: [{within: 2h}]
        """,
    "rules/rules.yaml": """\
        - rule: hello
          when: case_created
          then: [{put_event: {detail_type: Hello, detail: {}}}]
        - rule: raised
          when: case_updated
          if: {priority: {changed: {to: high}}}
          then: [{put_event: {detail_type: Raised, detail: {}}}]
        - rule: flag
          when: case_updated
          if: {priority: {changed: {to: high}}}
          then: [{update_case: {set: {vip: true}}}]
        - rule: talk
          when: related_item_added
          if: {comment.body: {contains: help}}
          then: [{put_event: {detail_type: Talk, detail: {}}}]
        - rule: gone
          when: related_item_removed
          then: [{put_event: {detail_type: Removed, detail: {}}}]
        - rule: deleted
          when: case_deleted
          then: [{put_event: {detail_type: Deleted, detail: {}}}]
        """,
}


class Center(SmallCenter):
    """A house, an agent at work in it, and the faults of its stream."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, FILES)
        self.marks = MarkTable(self.house.session("reader").client("dynamodb"), self.house.case_table)
        self.stream = self.house.cloud.connectcases.stream
        self.after(minutes=16)

    def after(self, **passed: float) -> None:
        """Time passes; of the minutes of a longer time, the functions see the end."""
        moment = self.house.clock.now() + timedelta(**passed)
        self.house.clock.skip_to(moment - timedelta(seconds=5))
        self.house.run_until(moment)

    def opens(self, template: str = "Shipping", **fields: Any) -> str:
        case_id = super().opens(template, **fields)
        self.after(seconds=5)
        return case_id

    def changes(self, case_id: str, **fields: Any) -> None:
        super().changes(case_id, **fields)
        self.after(seconds=5)

    def remarks(self, case_id: str, body: str) -> str:
        content = {"comment": {"body": body, "contentType": "Text/Plain"}}
        answer = self.cases.create_related_item(domainId=self.house.domain_id, caseId=case_id, type="Comment", content=content)
        self.after(seconds=5)
        return str(answer["relatedItemId"])

    def takes_back(self, case_id: str, item_id: str) -> None:
        self.cases.delete_related_item(domainId=self.house.domain_id, caseId=case_id, relatedItemId=item_id)
        self.after(seconds=5)

    @contextmanager
    def deaf(self) -> Iterator[list[dict[str, Any]]]:
        """Nothing that happens inside is told; what was lost can be told later."""
        self.stream.set(Faults(dropped=1.0))
        before = len(self.stream.lost)
        lost: list[dict[str, Any]] = []
        yield lost
        lost += self.stream.lost[before:]
        self.stream.set(Faults())

    def tells(self, envelope: dict[str, Any]) -> None:
        """A lost event comes after all."""
        self.house.cloud.events.deliver(envelope)
        self.after(seconds=5)

    def reconciled(self) -> None:
        """After the grace all walks are walked, and what they fed in is decided."""
        self.after(minutes=16)
        self.marks.put("round", ReconcileMark(at=START - timedelta(days=2)))
        self.house.runtime.invoke("reconcile", {})
        self.after(minutes=15, seconds=10)

    def fired(self, case_id: str) -> list[tuple[str, str]]:
        return [(each.effect.rule, each.status) for each in self.file(case_id).effects]

    def count(self, name: str) -> int:
        return sum(value for (_, counter), value in self.house.counts.items() if counter == name)

    def act(self, case_id: str, chance: Random) -> None:
        """Something an agent might do, after a while."""
        self.after(seconds=chance.randint(6, 600))
        match chance.randrange(4):
            case 0:
                self.changes(case_id, priority=chance.choice(["low", "high"]))
            case 1:
                self.changes(case_id, status=chance.choice(["open", "closed"]))
            case 2:
                self.changes(case_id, amount=float(chance.randint(1, 5)))
            case _:
                self.remarks(case_id, chance.choice(["help", "thanks"]))

    def undisturbed(self, envelopes: Iterable[dict[str, Any]]) -> FakeLog:
        """What the same events lead to in their true order, all told once."""
        compiled = self.house.compiled
        bundle = link(compiled.bundle, self.house.catalog, bundle_hash=compiled.hash)
        ports = msgspec.structs.replace(deciding(bundle), own_role="perform")
        for each in sorted(envelopes, key=lambda each: each["detail"]["approximateChangeTime"]):
            take(json.dumps(each), 3, ports)
        sweep(ports.log, self.house.clock.now(), ports)  # type: ignore[arg-type]
        return ports.log  # type: ignore[return-value]

    def close(self) -> None:
        self.house.close()
