"""A late event: fold the whole log again in its true order, decide the late one in its place, and say what its absence had changed."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec.structs import replace

from casewright.asking import MIRROR, mirrors
from casewright.bundle import LinkedBundle
from casewright.cases.events import Event
from casewright.decide import Decided, blank, decide, facts_of, fold
from casewright.decision import Correction, Decision, EffectName, Head
from casewright.sla.clocks import Clock


class Logged(msgspec.Struct, frozen=True):
    """An event of the log and the decision made on it when it came."""

    event: Event
    decision: Decision


def redecide(log: Iterable[Logged], event: Event, bundle: LinkedBundle, *, clocks: Mapping[str, Clock]) -> Decided:
    """Decide on an event that belongs before some of the log.

    Its effects are those its place asks for, less what was asked for already (a clock may have fired with a later event). Events after it
    are not decided again: what would have differed is listed, for decisions made with the same bundle. Decisions of another bundle are
    folded under the policies that the present `clocks` of the case started under: publishing never changes a running clock. Items that
    mirror clocks follow from the present clocks to those that come of it.
    """
    entries = sorted(log, key=lambda entry: entry.event.position)
    asked = {effect.key for entry in entries for effect in entry.decision.effect_names}
    then = replace(bundle, rules=(), policies=tuple(clock.policy for clock in clocks.values()))
    head = blank(event.case_id)
    for entry in entries:
        if entry.event.position > event.position:
            break
        head = _after(head, entry, bundle, then).head
    own, facts = decide(head, event, bundle), facts_of(head, event, bundle)
    head, corrections = own.head, list[Correction]()
    for entry in entries:
        if entry.event.position > event.position:
            again = _after(head, entry, bundle, then)
            head = again.head
            corrections += _correction(entry, again, bundle, asked)
    effects = [effect for effect in own.decision.effects if effect.key not in asked and not effect.rule.startswith(MIRROR)]
    if not own.decision.broken:
        effects += mirrors(clocks, head, facts, imported=own.decision.imported)
    decision = replace(own.decision, effects=tuple(effects), late=True, corrections=tuple(corrections))
    return Decided(decision, head)


def _after(head: Head, entry: Logged, bundle: LinkedBundle, then: LinkedBundle) -> Decided:
    if entry.decision.bundle_hash == bundle.hash:
        return decide(head, entry.event, bundle)
    return Decided(entry.decision, fold(head, entry.event, then, assigned=entry.decision.assigned))


def _correction(entry: Logged, again: Decided, bundle: LinkedBundle, asked: set[str]) -> Iterator[Correction]:
    if entry.decision.bundle_hash != bundle.hash:
        return
    then, now = _asked_by_rules(entry.decision), _asked_by_rules(again.decision)
    missing = {name for name in now - then if name.key not in asked}
    if missing or then - now:
        yield Correction(entry.event.id, _sorted(missing), _sorted(then - now))


def _asked_by_rules(decision: Decision) -> set[EffectName]:
    return {name for name in decision.effect_names if not name.rule.startswith(MIRROR)}


def _sorted(names: set[EffectName]) -> tuple[EffectName, ...]:
    return tuple(sorted(names, key=lambda name: (name.rule, name.index, name.key)))
