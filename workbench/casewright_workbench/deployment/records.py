"""The case table read for people: everything about one case in one value."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, groupby
from typing import Any

from casewright.actions import name_of
from casewright.asking import effect_key
from casewright.aws import items
from casewright.aws.records import Item, case_key, key, unpack
from casewright.cases.events import CaseCreated, Event, Position
from casewright.decision import Decision, Effect, EffectStatus, Head
from casewright.redecide import Logged


@dataclass(frozen=True, slots=True)
class Standing:
    """An effect and how it stands. `ended_at` is None while it is pending or only recorded."""

    effect: Effect
    status: EffectStatus
    detail: str
    ended_at: datetime | None
    attempts: int


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All that the table holds of one case; the log in the true order of events."""

    head: Head
    log: tuple[Logged, ...]
    effects: tuple[Standing, ...]

    @property
    def case_id(self) -> str:
        """The id of the case."""
        return self.head.case.case_id

    @property
    def was_created(self) -> bool:
        """Whether the log holds its creation, rather than only later events."""
        return any(isinstance(entry.event.change, CaseCreated) for entry in self.log)


class CaseRecords:
    """Reads case files from the table; a plain reader, so that pages show what the functions themselves go by."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def effect(self, case_id: str, effect_key: str) -> Standing | None:
        """One effect."""
        where = key(case_key(case_id), f"effect#{effect_key}")
        item = items.read(self._client, self._table, where)
        return _standing(item) if item else None

    def head(self, case_id: str) -> Head | None:
        """The head of a case."""
        item = items.read(self._client, self._table, key(case_key(case_id), "head"))
        return unpack(item["body"], Head, item) if item else None

    def case(self, case_id: str) -> CaseFile | None:
        """One case with its whole log and its effects; None where the table knows no such case."""
        return _case_file(items.of_case(self._client, self._table, case_id))

    def all(self) -> tuple[CaseFile, ...]:
        """Every case, those with the earliest first event first."""
        pages = self._client.get_paginator("scan").paginate(TableName=self._table, ConsistentRead=True)
        partitions: dict[str, list[Item]] = {}
        for item in (item for page in pages for item in page["Items"] if item["pk"]["S"].startswith("case#")):
            partitions.setdefault(item["pk"]["S"], []).append(item)
        return in_order(file for of_case in partitions.values() if (file := _case_file(of_case)))


def in_order(files: Iterable[CaseFile]) -> tuple[CaseFile, ...]:
    """Case files by their first event."""
    return tuple(sorted(files, key=lambda file: file.log[0].event.position))


def _case_file(found: Iterable[Item]) -> CaseFile | None:
    head: Head | None = None
    log, effects = list[Logged](), list[Standing]()
    for item in found:
        kind = item["sk"]["S"].partition("#")[0]
        if kind == "head":
            head = unpack(item["body"], Head, item)
        elif kind == "event":
            log.append(Logged(unpack(item["event"], Event, item), unpack(item["decision"], Decision, item)))
        elif kind == "effect":
            effects.append(_standing(item))
    if head is None or not log:
        return None
    log.sort(key=lambda entry: entry.event.position)
    effects.sort(key=_action)
    return CaseFile(head, tuple(log), tuple(chain.from_iterable(_causes_first(list(some)) for _, some in groupby(effects, _action))))


def _action(standing: Standing) -> tuple[Position, str, int]:
    return standing.effect.place


def _causes_first(effects: list[Standing]) -> list[Standing]:
    """Effects of one action of a rule: what follows from another, as the link to a new task does, comes after it."""
    if len(effects) == 1:
        return effects
    kinds = {name_of(each.effect.action) for each in effects}
    following = {effect_key(each.effect.key, kind, place) for each in effects for kind in kinds for place in range(len(effects))}
    return sorted(effects, key=lambda each: each.effect.key in following)


def _standing(item: Item) -> Standing:
    ended = item.get("ended_at")
    status: EffectStatus = item["status"]["S"]
    return Standing(
        effect=unpack(item["body"], Effect, item),
        status=status,
        detail=item.get("detail", {"S": ""})["S"],
        ended_at=datetime.fromisoformat(ended["S"]) if ended else None,
        attempts=int(item["attempts"]["N"]),
    )
