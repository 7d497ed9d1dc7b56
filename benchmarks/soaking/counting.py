"""What was expected and what came of it: the events of a wave decided in their true order, beside the table and the world."""

# ruff: noqa: SLF001 -- the emulated services are looked into, and emptied, where their APIs have no way

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from benchmarks.soaking.house import Suffering
from casewright.actions import AddComment, CreateTask, PutEvent, SendEmail
from casewright_workbench.deployment.records import CaseFile, Standing


class Asked(NamedTuple):
    """An effect by what it stands for; its key differs where its event was lost and repaired under another id."""

    case_id: str
    rule: str
    action: int
    at: datetime


def counted(center: Suffering, case_ids: Iterable[str]) -> tuple[Counter[str], list[str]]:
    """How many of what, and a line for each effect that is not where it belongs."""
    count, wrong = Counter[str](), list[str]()
    true = center.undisturbed((center.told | {each["id"]: each for each in center.stream.lost}).values())
    expected: dict[str, set[Asked]] = {}
    for effect in true.effects:
        expected.setdefault(effect.case_id, set()).add(Asked(effect.case_id, effect.rule, effect.index, effect.position.at))
    world = World(center)
    for case_id in case_ids:
        file = center.records.case(case_id)
        if file is None:
            wrong.append(f"case {case_id} is not in the table")
            continue
        count["events decided"] += len(file.log)
        count["events repaired"] += sum(entry.event.repair is not None for entry in file.log)
        count["events decided late"] += sum(entry.decision.late for entry in file.log)
        wrong += _decided(file, expected.get(case_id, set()), count)
        wrong += world.check(file, count)
    return count, wrong


def _decided(file: CaseFile, expected: set[Asked], count: Counter[str]) -> Iterator[str]:
    by_rules = {name.key for entry in file.log for name in entry.decision.effect_names}
    asked = [each.effect for each in file.effects if each.effect.key in by_rules]
    found = Counter(Asked(file.case_id, each.rule, each.index, each.position.at) for each in asked)
    count["effects expected"] += len(expected)
    count["effects decided"] += found.total()
    count["effects that followed from effects"] += len(file.effects) - len(asked)
    missing, surplus = expected - set(found), set(found) - expected
    listed = {which: _corrected(file, which) for which in ("missing", "surplus")}
    count["not asked for since an event came late, and listed"] += len(missing & listed["missing"])
    count["asked for though an event came late, and listed"] += len(surplus & listed["surplus"])
    yield from (f"lost: {each}" for each in missing - listed["missing"])
    yield from (f"not expected: {each}" for each in surplus - listed["surplus"])
    yield from (f"decided twice: {each}" for each, times in found.items() if times > 1)


def _corrected(file: CaseFile, which: str) -> set[Asked]:
    at = {entry.event.id: entry.event.at for entry in file.log}
    listed = (each for entry in file.log for each in entry.decision.corrections)
    return {Asked(file.case_id, name.rule, name.index, at[each.event_id]) for each in listed for name in getattr(each, which)}


class World:
    """What the functions did outside the table, counted where it arrived."""

    def __init__(self, center: Suffering) -> None:
        self._center, self._heard, self._mailed = center, center.heard(), center.mailed()
        self._tasks = Counter(contact.name.rpartition(" ")[2] for contact in center.house.contacts.all() if contact.channel == "TASK")
        cases: Any = center.house.cloud.connectcases
        self._cases = cases._context.domains[center.house.domain_id].cases
        self._vip = center.house.catalog.fields["vip"].id

    def check(self, file: CaseFile, count: Counter[str]) -> Iterator[str]:
        """Every effect that says it is done happened once, and no other did."""
        for each in file.effects:
            count[f"ended {each.status}{_reason(each)}"] += 1
            if each.status in ("pending", "claimed"):
                yield f"never ended: {file.case_id} {each.effect.rule} {each.detail}"
            yield from self._happened(each, count)
        done = Counter(type(each.effect.action) for each in file.effects if each.status == "done")
        comments = sum("We saw it." in str(item.content) for item in self._cases[file.case_id].items.values())
        for what, kind, times in (("comment", AddComment, comments), ("task", CreateTask, self._tasks[file.case_id])):
            if times != done[kind]:
                yield f"{what}s of case {file.case_id}: {times} made, {done[kind]} done"
        if (
            any(each.effect.rule == "flag" and each.status == "done" for each in file.effects)
            and self._vip not in self._cases[file.case_id].values
        ):
            yield f"case {file.case_id} was not flagged"

    def _happened(self, each: Standing, count: Counter[str]) -> Iterator[str]:
        kinds = {PutEvent: ("event", self._heard), SendEmail: ("mail", self._mailed)}
        if type(each.effect.action) not in kinds:
            return
        what, times = kinds[type(each.effect.action)][0], kinds[type(each.effect.action)][1][each.effect.key]
        if times == 0 and each.status == "done":
            yield f"{what} said to be done, and was not: {each.effect.case_id} {each.effect.rule}"
        if times and each.status != "done":
            count[f"{what} happened, though it {each.status}{_reason(each)}"] += 1
        if times > 1:
            count[f"{what} twice, as an answer or the note of it was lost"] += 1
        if times > 2 and what == "mail":
            yield f"mail sent {times} times: {each.effect.case_id} {each.effect.rule}"
        elif times > 2:
            count[f"{what} {times} times"] += 1


def _reason(each: Standing) -> str:
    return "" if each.status == "done" else f": {each.detail[:70]}"
