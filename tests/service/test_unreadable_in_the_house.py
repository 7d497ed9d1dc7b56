"""One head that nobody can read, through the real handlers: the clocks of the other cases and schedules go on."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from damaging import JUNK, LATER, Stored
from faults import Faults, Refused
from small_center import SmallCenter
from small_directory import SMALL

FILES = SMALL | {
    "slas.yaml": """\
        - {sla: promised, start: case_created, met_when: {status: closed}, target: [{within: 6m}], milestones: [{name: half, at: 50%}]}
        """,
    "rules/rules.yaml": """\
        - rule: late
          when: sla_breached
          then: [{put_event: {detail_type: Late, detail: {}}}]
        - rule: ask
          when: schedule
          schedule: {rate: 2m}
          if: {priority: low}
          then: [{put_event: {detail_type: Asked, detail: {}}}]
        """,
}
DAMAGES: dict[str, dict[str, Any]] = {
    "a format to come": {"format": LATER},
    "a damaged body": {"body": JUNK},
    "a damaged index": {"due": JUNK},
    "a damaged body and index": {"body": JUNK, "due": JUNK},
}


class Watched(SmallCenter):
    """A house whose log lines are kept, and whose heads can be damaged."""

    def __init__(self, folder: Path) -> None:
        self.lines: list[tuple[str, str, dict[str, Any]]] = []
        super().__init__(folder, FILES, listen=lambda function, message, facts: self.lines.append((function, message, dict(facts))))
        self.stored = Stored(self.house)


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    center = Watched(tmp_path_factory.mktemp("center"))
    yield center
    center.house.close()


def breaches(center: SmallCenter, case_id: str) -> list[tuple[str, bool]]:
    """Kinds of what its clock told, and whether it told so when it was due."""
    file = center.file(case_id)
    told = [did for entry in file.log for did in entry.decision.transitions if did.kind == "breached"]
    return [(each.kind, each.at == file.head.clocks["promised"].due_at) for each in told]


@pytest.mark.parametrize("damage", DAMAGES)
def test_clocks_and_schedules_of_others_go_on_and_its_own_once_it_can_be_read(center: Watched, damage: str) -> None:
    before, broken = Counter(center.house.counts), center.opens(title="broken")
    others = [center.opens(title="other", priority="low"), center.opens(title="another")]
    center.after(seconds=20)
    written, damaged = center.stored.damage(broken, **DAMAGES[damage])
    center.lines.clear()
    center.after(minutes=9)

    assert [breaches(center, case_id) for case_id in others] == [[("breached", True)]] * 2
    rules = Counter(each.effect.rule for each in center.file(others[0]).effects if each.status == "done")
    assert (rules["late"], rules["ask"] >= 4) == (1, True)
    told = center.house.counts - before
    lines = [facts["record"] for _, message, facts in center.lines if message == "record not read"]
    assert sum(told[function, "RecordsUnreadable"] for function in ("sweep", "decide", "reconcile")) == len(lines) > 0
    assert set(lines) == {f"record case#{broken} head"}
    assert center.stored.dead_letters() == 0, "the sweep sends a milestone again, so that nobody need keep it"
    assert center.house.runtime.failed_invocations == []
    if damage == "a damaged index":
        assert breaches(center, broken) == [("breached", True)], "its head tells what the index does not"
        return
    assert center.stored.item(broken) == damaged, "nothing is overwritten"

    center.stored.put(written)
    center.after(minutes=2)
    assert breaches(center, broken) == [("breached", True)]
    assert [each.effect.rule for each in center.file(broken).effects] == ["late"]


def test_schedules_come_although_no_clock_can_be_read(center: Watched) -> None:
    center.opens(title="asked", priority="low")
    center.after(seconds=20)
    before = center.house.counts["sweep", "SchedulesAsked"]
    with Faults(center.house.cloud) as faults:
        faults.at("dynamodb", "Query", Refused("ValidationException"), role="sweep", calls=range(1, 100))
        center.after(minutes=4)
    failed = center.house.runtime.failed_invocations
    assert len(failed) >= 3, "the sweep that fails is seen"
    assert center.house.counts["sweep", "SchedulesAsked"] > before
    failed.clear()
