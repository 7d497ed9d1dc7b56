"""A case retold: every event of its log decided again, with the bundle that decided it, on the head it met."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from casewright.bundle import LinkedBundle
from casewright.decide import blank, decide, fold, shadow_effects
from casewright.decision import Decision, Effect, Head
from casewright.recompute import recomputed
from casewright.redecide import Logged
from casewright.service.load import NOTHING
from casewright_workbench.deployment.records import CaseFile, Standing
from casewright_workbench.explain.considering import Considered, considered
from casewright_workbench.explain.programs import Gone, KeptPrograms

_ANOTHER = "Decided again, other rules fire than were recorded: the catalog, or what was known of the case, was another then."


@dataclass(frozen=True, slots=True)
class Retold:
    """An event as it was decided.

    `head` is what the events before it left, in their true order, `after` what it left itself, folded by the bundle `folded_by`: where its
    own is gone, one of the clocks' policies alone. `shadow_effects` is what rules that only watched would have asked for. That and `rules`
    are empty where the bundle is gone; `notes` say what limits the trace.
    """

    entry: Logged
    program: LinkedBundle | Gone
    head: Head
    after: Head
    folded_by: LinkedBundle
    effects: tuple[Standing, ...]
    shadow_effects: tuple[Effect, ...]
    rules: tuple[Considered, ...]
    notes: tuple[str, ...]


def retell(file: CaseFile, programs: KeptPrograms) -> Iterator[Retold]:
    """The events of a case in their true order.

    An event that was decided while an earlier one was still missing is told on what was known then.
    """
    true = known = blank(file.case_id)
    late, passed = list[str](), list[Logged]()
    then = _clocks_alone(file, programs)
    for entry in file.log:
        program = programs.linked(entry.decision.bundle_hash)
        effects = tuple(each for each in file.effects if each.effect.position.event_id == entry.event.id)
        bundle = then if isinstance(program, Gone) else program
        after = _after(true, entry, passed, bundle, then)
        if isinstance(program, Gone):
            yield Retold(entry, program, true, after, bundle, effects, (), (), (program.reason,))
        else:
            head, notes = _met(entry, program, true, known, late)
            watched = shadow_effects(head, entry.event, program) if entry.decision.shadowed else ()
            yield Retold(entry, program, true, after, bundle, effects, watched, considered(head, entry.event, program), notes)
        true = after
        if entry.decision.late:
            late.append(entry.event.id)
        else:
            known = _after(known, entry, [each for each in passed if each.event.id not in late], bundle, then) if late else true
        passed.append(entry)


def _clocks_alone(file: CaseFile, programs: KeptPrograms) -> LinkedBundle:
    """What folds an event whose bundle is gone: no rules, and the policies and calendars that the clocks of the case go by."""
    linked = [programs.linked(entry.decision.bundle_hash) for entry in file.log]
    return replace(
        NOTHING,
        policies=tuple(clock.policy for clock in file.head.clocks.values()),
        included_field_ids=programs.catalog.included_field_ids,
        calendars={name: each for program in linked if not isinstance(program, Gone) for name, each in program.calendars.items()},
    )


def _met(entry: Logged, program: LinkedBundle, true: Head, known: Head, late: list[str]) -> tuple[Head, tuple[str, ...]]:
    """The head that the decision was made on, as far as it can be told."""
    if _agree(decide(true, entry.event, program).decision, entry.decision):
        return true, ()
    if late and _agree(decide(known, entry.event, program).decision, entry.decision):
        return known, (f"Decided before {', '.join(late)} came: the values are those known then.",)
    return true, (_ANOTHER,)


def _agree(again: Decision, recorded: Decision) -> bool:
    return all(
        [(match.rule, match.trigger) for match in one] == [(match.rule, match.trigger) for match in other]
        for one, other in (
            (again.matched, recorded.matched),
            (again.shadowed, recorded.shadowed),
            (again.looped, recorded.looped),
        )
    )


def _after(head: Head, entry: Logged, passed: Sequence[Logged], bundle: LinkedBundle, then: LinkedBundle) -> Head:
    """The head after an event: with `then` where its bundle is gone, and rules cannot be asked again."""
    if entry.decision.recomputed:
        return recomputed(head, entry, passed, bundle)
    if bundle is then:
        return fold(head, entry.event, then, entry.decision).head
    return decide(head, entry.event, bundle).head
