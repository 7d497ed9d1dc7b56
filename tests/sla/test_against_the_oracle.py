"""Random cases under random policies: the engine says what the oracle says, and in whatever order the events come, the same."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cache

import pytest
from building import CATALOG, parsed
from fakes import FakeLog, deciding, sweep
from msgspec.structs import replace
from sla import written
from sla.draws import Drawn, case, promise
from sla.plain import Promise, Told

from casewright.bundle import LinkedBundle, link
from casewright.cases.events import CaseRead
from casewright.cases.state import Case, apply
from casewright.decide import blank, decide
from casewright.service.decide import take
from casewright.service.deciding import Deciding
from casewright.service.returning import WAITS
from casewright.sla.clocks import Clock, Transition
from casewright_authoring import compile_directory

CASES, ORDERS, TOGETHER = 1000, 3, 50
PROMISES = tuple(promise(random.Random(number), f"p{number}") for number in range(200))

Fired = list[tuple[int, str, float]]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> LinkedBundle:
    """Every promise, from YAML to ids."""
    directory = tmp_path_factory.mktemp("promises")
    files = {"slas.yaml": "".join(map(written.policy, PROMISES)), "rules/assigning.yaml": "".join(map(written.rule, PROMISES))}
    for name, text in (written.FILES | files).items():
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_text(text, encoding="utf-8")
    compiled = compile_directory(directory, today=date(2026, 11, 1))
    return link(compiled.bundle, CATALOG, bundle_hash=compiled.hash)


@cache
def drawn(seed: int) -> Drawn:
    return case(random.Random(seed), PROMISES)


def bundle_of(given: Drawn, everything: LinkedBundle) -> LinkedBundle:
    names = {each.name for each in given.promises}
    policies = tuple(policy for policy in everything.policies if policy.name in names)
    return replace(everything, policies=policies, rules=tuple(rule for rule in everything.rules if rule.name in names))


every_case = pytest.mark.parametrize("seeds", [range(first, first + TOGETHER) for first in range(0, CASES, TOGETHER)], ids=str)


def in_minutes(clock: Clock | None, given: Drawn) -> tuple[object, ...] | None:
    """A clock of the engine, as the oracle speaks."""
    if clock is None:
        return None
    minute = timedelta(minutes=1)
    begun, due = ((moment - given.origin) / minute for moment in (clock.started_at, clock.due_at))
    return clock.cycle, clock.status, begun, due, clock.target / minute, clock.time_paused / minute, sorted(clock.fired)


def as_told(told: Told) -> tuple[object, ...] | None:
    clock = told.clock
    return None if clock is None else (clock.cycle, clock.status, clock.begun, told.due, clock.target, clock.paused, sorted(clock.fired))


def fired(transitions: Iterable[Transition], policy: str, given: Drawn) -> Fired:
    """What the engine fired for a policy: cycle, name and minute."""
    mine = (each for each in transitions if each.policy == policy and each.kind in ("milestone", "breached"))
    return sorted((each.cycle, each.milestone, (each.at - given.origin) / timedelta(minutes=1)) for each in mine)


def shown(seed: int, given: Drawn) -> str:
    """The case, for whoever looks for the difference."""
    return "\n".join([f"seed {seed}", *map(written.policy, given.promises), *map(str, given.moments)])


@every_case
def test_the_engine_says_what_the_oracle_says(seeds: Sequence[int], everything: LinkedBundle) -> None:
    for seed in seeds:
        given = drawn(seed)
        head, transitions = blank("c1"), list[Transition]()
        for body in written.bodies(given):
            decided = decide(head, parsed(body), bundle_of(given, everything))
            head = decided.head
            transitions += decided.decision.transitions
        for name, told in given.told().items():
            assert in_minutes(head.clocks.get(name), given) == as_told(told), shown(seed, given)
            assert fired(transitions, name, given) == sorted(told.fired), shown(seed, given)


@every_case
def test_ticks_fire_everything_at_its_time(seeds: Sequence[int], everything: LinkedBundle) -> None:
    for seed in seeds:
        given = drawn(seed)
        ports = deciding(bundle_of(given, everything))
        for moment, body in zip(given.moments, written.bodies(given), strict=True):
            sweep(ports.log, given.at(moment.minute), ports)  # type: ignore[arg-type]
            take(body, WAITS, ports)
        log = ports.log.entries("c1")
        transitions = [each for entry in log for each in entry.decision.transitions]
        for name, told in given.told().items():
            assert fired(transitions, name, given) == sorted(told.fired), shown(seed, given)
        assert not any(entry.decision.late for entry in log)


@every_case
def test_any_order_of_arrival_gives_the_clocks_of_the_true_order(seeds: Sequence[int], everything: LinkedBundle) -> None:
    for seed in seeds:
        given, bundle, chance = drawn(seed), bundle_of(drawn(seed), everything), random.Random(-seed)
        told = given.told()
        for _ in range(ORDERS):
            log = FakeLog()
            arrive(shuffled(chance, given), given, deciding(bundle, log=log), log)
            clocks = log.heads["c1"].head.clocks
            for name in told:
                assert in_minutes(clocks.get(name), given) == as_told(told[name]), shown(seed, given)


def shuffled(chance: random.Random, given: Drawn) -> list[str | datetime]:
    """The events in any order, some of them twice, with sweeps in between."""
    bodies = written.bodies(given)
    last, before = given.moments[-1].minute, given.moments[-2].minute
    sweeps = [given.at(chance.randint(0, last)), given.at(chance.randint(0, before)), given.at(chance.randint(before, last))]
    arriving: list[str | datetime] = [*bodies, *chance.choices(bodies, k=2), *sweeps]
    chance.shuffle(arriving)
    return [*arriving, given.at(last)]


def arrive(arriving: Iterable[str | datetime], given: Drawn, ports: Deciding, log: FakeLog) -> None:
    """Take everything; an event that belongs before what is known is marked late, and no other is."""
    reading = as_it_ends(given)
    if reading is not None:
        ports.reader.cases["c1"] = reading  # type: ignore[attr-defined]
    for each in arriving:
        last, known = log.head("c1").head.last, set(log.log)
        if isinstance(each, datetime):
            sweep(log, each, ports)
            continue
        take(each, WAITS, ports)
        for key in set(log.log) - known:
            entry = log.log[key]
            assert entry.decision.late == (last is not None and entry.event.position < last)


def as_it_ends(given: Drawn) -> CaseRead | None:
    """What reading the case would tell, whenever an item comes first: the case as all its events leave it, if it is still there."""
    found = Case("c1")
    for body in written.bodies(given):
        found = apply(found, parsed(body))
    return None if found.deleted or found.fields is None else CaseRead(found.template_id, None, found.fields)


LEAST = {
    "Active": 30,
    "Paused": 60,
    "Overdue": 150,
    "Met": 100,
    "NotMet": 60,
    "Cancelled": 90,
    "in a calendar": 300,
    "paused for a time": 80,
    "a new cycle": 100,
    "a breach": 300,
    "breaches of several cycles": 30,
    "fired at an event": 140,
    "met at due": 12,
}
"""What would go untested if the draws became tamer: about half of what they reach."""


def test_the_cases_reach_everything() -> None:
    seen = Counter[str]()
    for given in map(drawn, range(CASES)):
        minutes = {moment.minute for moment in given.moments}
        for each, told in zip(given.promises, given.told().values(), strict=True):
            seen.update(reached(each, told, minutes))
    assert {name: seen[name] for name, few in LEAST.items() if seen[name] < few} == {}


def reached(promised: Promise, told: Told, minutes: set[int]) -> Iterator[str]:
    clock = told.clock
    if clock is None:
        return
    breached = {cycle for cycle, name, _ in told.fired if name == "breach"}
    found = {
        clock.status: True,
        "in a calendar": promised.calendar != "",
        "paused for a time": clock.paused > 0,
        "a new cycle": clock.cycle > 1,
        "a breach": len(breached) > 0,
        "breaches of several cycles": len(breached) > 1,
        "fired at an event": any(minute in minutes for _, _, minute in told.fired),
        "met at due": clock.status == "Met" and told.due in minutes,
    }
    yield from (name for name, is_so in found.items() if is_so)
