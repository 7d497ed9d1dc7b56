"""A late event: fold the whole log again in its true order, decide the late one in its place, and say what its absence had changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from msgspec.structs import replace

from casewright.asking import MIRROR, mirrors
from casewright.breaches import each_breach_once
from casewright.bundle import LinkedBundle
from casewright.cases.events import Event
from casewright.decide import Decided, blank, decide, facts_of, fold, told_of
from casewright.decision import Correction, Decision, Effect, EffectName, Head, Logged, Told
from casewright.recompute import recomputed
from casewright.sla.clocks import Clock, Transition
from casewright.sla.fold import Stalled
from casewright.sla.steps import tell_once
from casewright.versions import Versions

__all__ = ["Logged", "redecide"]


def redecide(log: Iterable[Logged], event: Event, bundle: LinkedBundle, *, clocks: Mapping[str, Clock]) -> Decided:
    """Decide on an event that belongs before some of the log.

    Its effects are those its place asks for, less what was asked for already (a clock may have fired with a later event). Events after it
    are not decided again: what would have differed is listed, for decisions made with the same bundle. Decisions of another bundle are
    folded under the policies that the present `clocks` of the case started under: publishing never changes a running clock. Items that
    mirror clocks follow from the present clocks to those that come of it. A clock that cannot be folded again, since no calendar tells
    its time any more, stays as it is.
    """
    entries = sorted(log, key=lambda entry: entry.event.position)
    asked = {effect.key for entry in entries for effect in entry.decision.effect_names}
    again = _Again(event.case_id, entries, bundle, clocks)
    before = [(entry, again.take(entry)) for entry in entries if entry.event.position <= event.position]
    facts = facts_of(again.head, event, bundle)
    own = decide(again.hushed(entries), event, bundle).decision
    again.take(Logged(event, own))
    after = [(entry, again.take(entry)) for entry in entries if entry.event.position > event.position]
    kept, head = again.kept, again.left
    effects: tuple[Effect, ...] = ()
    if not own.broken:
        new = [effect for effect in own.effects if effect.key not in asked and not effect.rule.startswith(MIRROR)]
        effects = (*each_breach_once(new, event, before, after, asked), *mirrors(clocks, head, facts, imported=own.imported))
    closed = chain(own.closed, *(now.closed for _, now in after))
    decision = replace(
        own,
        effects=effects,
        stalled=(*own.stalled, *(again.stalled[name] for name in kept)),
        closed=tuple(clock for clock in closed if clock.policy.name not in kept),
        corrections=tuple(chain(*(_correction(entry, now, bundle, asked) for entry, now in after))),
        late=True,
        revision=head.revision,
    )
    return Decided(decision, replace(head, told=tuple(_taken_back([*entries, Logged(event, decision)], head))))


def _told(entries: Iterable[Logged]) -> Iterator[Transition]:
    """What of clocks rules were told, once for a cycle: its milestones, and that it was met."""
    did = (did for entry in entries for did in entry.decision.transitions)
    return (each for each in did if (each.milestone or each.kind == "met") and not each.silent)


def _taken_back(entries: Iterable[Logged], head: Head) -> Iterator[Told]:
    """What was told of the running clocks and is still to come, as it now turns out."""
    for did in dict.fromkeys(_told(entries)):
        clock = head.clocks.get(did.policy)
        if clock and clock.is_open and clock.cycle == did.cycle and did.milestone not in clock.fired:
            yield told_of(did)


class _Again:
    """A log that is folded once more, one entry after the other."""

    def __init__(self, case_id: str, entries: Sequence[Logged], bundle: LinkedBundle, clocks: Mapping[str, Clock]) -> None:
        self.head = blank(case_id)
        self._bundle, self._clocks, self._passed = bundle, clocks, list[Logged]()
        self._versions = Versions(entries, clocks.values())
        self._recomputed = [entry for entry in entries if entry.decision.recomputed]
        self._then = replace(bundle, rules=(), policies=())
        self.stalled: dict[str, Stalled] = {}
        """What clocks did when the entries were decided and cannot do now, by policy."""

    def take(self, entry: Logged) -> Decision:
        """Fold the next entry; answers what the present bundle decides on it now, and of another what it decided."""
        decided = self._decided(entry)
        self.head = decided.head
        known = {each.policy for each in entry.decision.stalled}
        self.stalled |= {each.policy: each for each in decided.decision.stalled if each.policy not in known}
        self._passed.append(entry)
        return decided.decision

    def hushed(self, entries: Iterable[Logged]) -> Head:
        """The head here, for asking about an event that comes late: what rules were told by any of the entries they are not told again.

        Clocks that are recomputed later on fire in silence: what they are due by now is another time.
        """
        names = {entry.decision.recomputed.policy.name for entry in self._recomputed if entry.decision.recomputed}
        hushed = {name: tell_once(clock, clock.policy.moments) for name, clock in self.head.clocks.items() if name in names}
        told = tuple({told_of(did): None for did in _told(entries)})
        return replace(self.head, clocks={**self.head.clocks, **hushed}, told=told)

    @property
    def kept(self) -> Mapping[str, Clock]:
        """The clocks that stay as they are, since they cannot be folded again; none of a case that is deleted."""
        return {} if self.head.case.deleted else {name: self._clocks[name] for name in self.stalled if name in self._clocks}

    @property
    def left(self) -> Head:
        """The head here, with those."""
        return replace(self.head, clocks={**self.head.clocks, **self.kept})

    def _decided(self, entry: Logged) -> Decided:
        if entry.decision.recomputed:
            self._recomputed.remove(entry)
            return Decided(entry.decision, recomputed(self.head, entry, self._passed, self._bundle))
        if entry.decision.bundle_hash == self._bundle.hash:
            told = tuple(told_of(did) for did in entry.decision.transitions if did.silent)
            return decide(replace(self.head, told=told), entry.event, self._bundle)
        return fold(self.head, entry.event, self._policies_alone(entry.decision), entry.decision)

    def _policies_alone(self, decision: Decision) -> LinkedBundle:
        """No rules, and the policies under which cycles that begin now began then.

        Where nothing tells them, clocks go by their present policy; if that is recomputed later on, by the one until then.
        """
        until = [entry.decision.recomputed.until_then for entry in reversed(self._recomputed) if entry.decision.recomputed]
        others = {name: clock.policy for name, clock in self._clocks.items()} | {policy.name: policy for policy in until}
        found = (self._versions.of(policy, self._next_cycle(name), decision) for name, policy in others.items())
        policies = tuple(policy for policy in found if policy is not None)
        if policies != self._then.policies:
            self._then = replace(self._then, policies=policies)
        return self._then

    def _next_cycle(self, policy: str) -> int:
        clock = self.head.clocks.get(policy)
        return clock.cycle + 1 if clock else 1


def _correction(entry: Logged, again: Decision, bundle: LinkedBundle, asked: set[str]) -> Iterator[Correction]:
    if entry.decision.bundle_hash != bundle.hash:
        return
    then, now = _asked_by_rules(entry.decision), _asked_by_rules(again)
    missing = {name for name in now - then if name.key not in asked}
    if missing or then - now:
        yield Correction(entry.event.id, _sorted(missing), _sorted(then - now))


def _asked_by_rules(decision: Decision) -> set[EffectName]:
    return {name for name in decision.effect_names if not name.rule.startswith(MIRROR)}


def _sorted(names: set[EffectName]) -> tuple[EffectName, ...]:
    return tuple(sorted(names, key=lambda name: (name.rule, name.index, name.key)))
