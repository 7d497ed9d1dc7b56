"""What was seen, beside what the program and the local cloud expect."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

import msgspec

from casewright.cases.events import Event, Unrecognised
from casewright.cases.performers import Performer, role_name
from casewright_workbench.doctor.findings import Finding, fail, listed, ok, warn
from casewright_workbench.doctor.probe.seen import Seen, kind_of
from casewright_workbench.doctor.probe.shapes import shape
from casewright_workbench.doctor.probe.steps import EXPECTED
from casewright_workbench.doctor.probe.twin import Assumed

_SLOW: Final = timedelta(seconds=60)
_TWINS_WITHIN: Final = timedelta(seconds=2)
"""reconcile takes an audit entry and an event for one change only within this."""

_KINDS: Final = {"Case.Created": "CASE.CREATED", "Case.Updated": "CASE.UPDATED", "RelatedItem.Created": "RELATED_ITEM.CREATED"}
_EMULATOR: Final = "docs/emulator.md lists what the local cloud assumes: look what rests on it, and send the envelopes (--save)"


def compare(seen: Seen, assumed: Assumed, custom: frozenset[str]) -> Iterator[Finding]:
    """Every comparison; `custom` are the ids of the real domain's own fields."""
    yield from _named("live.events", _events(seen))
    yield from _named("live.reading", _reading(seen))
    yield from _named("live.shape", _shape(seen, assumed, custom))
    yield from _named("live.log", _log(seen))
    yield from _named("live.echo", _echo(seen))
    yield from _named("live.audit", _audit(seen, assumed))
    yield from _named("live.delay", _delay(seen))
    yield from _named("live.effects", _effects(seen))


LIVE: Final = (
    "live.probe", "live.events", "live.reading", "live.shape", "live.log", "live.echo", "live.audit", "live.delay", "live.effects",
    "live.clean",
)  # fmt: skip
"""The names of these findings, and of those of the probe itself."""


def named(name: str, finding: Finding) -> Finding:
    """The finding under a name."""
    return msgspec.structs.replace(finding, check=name)


def _named(name: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    return (named(name, each) for each in findings)


def _untapped(compared: Callable[..., Iterator[Finding]]) -> Callable[..., Iterator[Finding]]:
    """What can only be compared where there was a tap."""

    def or_not(seen: Seen, *rest: Any) -> Iterator[Finding]:
        if seen.tapped is None:
            yield warn(
                f"not checked: {seen.untapped}", wrong="envelopes were not seen as they came", do="run as somebody who may make a rule"
            )
        else:
            yield from compared(seen, *rest)

    return or_not


def _events(seen: Seen) -> Iterator[Finding]:
    """Each step published one event."""
    kinds = [each.kind for each in seen.tapped] if seen.tapped is not None else [kind_of(each.event_type) for each in seen.logged]
    counts = Counter(kinds)
    missing = [kind for kind in EXPECTED if not counts[kind]]
    doubled = [kind for kind, count in counts.items() if count > 1]
    strange = [kind for kind in counts if kind not in EXPECTED]
    if missing:
        wrong = f"{listed(missing)} did not come in time"
        yield fail(f"{len(kinds)} events came", wrong=wrong, do="wait longer (--wait); see flow.subscription and domain.events")
    if strange:
        yield warn(f"also {listed(strange)}", wrong="the local cloud does not publish that for these steps", do=_EMULATOR)
    if doubled:
        yield warn(f"{listed(doubled)} came more than once", wrong="the stream doubles; the log takes each once", do="nothing")
    if not missing and not strange and not doubled:
        yield ok(f"{len(kinds)} events, one for each step: {', '.join(kinds)}")


@_untapped
def _reading(seen: Seen) -> Iterator[Finding]:
    """The program can read them."""
    problems = [f"{each.kind}: {each.problem}" for each in seen.tapped or () if each.problem]
    problems += [f"{each.kind}: not known" for each in seen.tapped or () if each.event and isinstance(each.event.change, Unrecognised)]
    if problems:
        yield fail(listed(problems), wrong="decide cannot read such events", do="do not arm; send the envelopes (--save)")
    else:
        yield ok(f"{len(seen.tapped or ())} envelopes read")


@_untapped
def _shape(seen: Seen, assumed: Assumed, custom: frozenset[str]) -> Iterator[Finding]:
    """They have the members that the local cloud gives them."""
    expected = {kind_of(each["detail"]["eventType"]): shape(each, assumed.custom) for each in assumed.envelopes}
    alike = 0
    for each in seen.tapped or ():
        if each.kind not in expected:
            continue
        there = shape(each.written, custom)
        more, less = sorted(there - expected[each.kind]), sorted(expected[each.kind] - there)
        alike += not more and not less
        if more:
            yield warn(f"{each.kind}: {listed(more)}", wrong="the local cloud does not say so", do=_EMULATOR)
        if less:
            yield warn(f"{each.kind}: not {listed(less)}", wrong="the local cloud says so", do=_EMULATOR)
    if alike == len(seen.tapped or ()) and alike:
        yield ok(f"{alike} envelopes, shaped as those of the local cloud")


def _log(seen: Seen) -> Iterator[Finding]:
    """Our log has every event that came."""
    logged = {each.id for each in seen.logged}
    came = {str(each.written["id"]): each.kind for each in seen.tapped or ()}
    missing = [kind for event_id, kind in came.items() if event_id not in logged]
    if missing or not logged:
        wrong = f"{listed(missing) or 'every event'} is not in it"
        yield fail(f"{len(logged)} events in the log of case {seen.case_id}", wrong=wrong, do="read the log of decide; see flow.sources")
    else:
        yield ok(f"{len(logged)} events in the log of case {seen.case_id}")


def _echo(seen: Seen) -> Iterator[Finding]:
    """They say who did it, in the way by which the loop guard knows our own writes."""
    events: Sequence[Event] = [each.event for each in seen.tapped if each.event] if seen.tapped is not None else seen.logged
    wrong = [f"{each.event_type} by {each.performer}" for each in events if not _is_ours(each, seen)]
    if wrong:
        found = f"asked as {seen.entity} by {seen.caller}; {listed(wrong)}"
        problem = "the loop guard would take our own writes for somebody else's, and rules might run in circles"
        yield fail(found, wrong=problem, do="do not arm; send the envelopes (--save)")
    elif events:
        yield ok(f"{len(events)} events name the principal, and the custom entity where the call took one")


def _is_ours(event: Event, seen: Seen) -> bool:
    named_rightly = kind_of(event.event_type) == "CASE.DELETED" or event.performer.custom_entity == seen.entity
    return named_rightly and _same_principal(event.performer, seen.caller)


def _same_principal(performer: Performer, caller: str) -> bool:
    """Roles compare by name: STS tells the session of a role, events may tell the role."""
    role = role_name(caller)
    return role_name(performer.iam_principal_arn) == role if role else performer.iam_principal_arn == caller


def _audit(seen: Seen, assumed: Assumed) -> Iterator[Finding]:
    """The audit history tells the same changes, near enough in time for reconcile to take both for one."""
    if seen.unaudited:
        yield warn(f"not checked: {seen.unaudited}", wrong="the audit history could not be read", do="see the message")
        return
    told, expected = Counter(each["type"] for each in seen.audit), Counter(each["type"] for each in assumed.audit)
    if told != expected:
        found = f"{dict(told)}, the local cloud has {dict(expected)}"
        yield fail(found, wrong="reconcile would find changes that did not happen, or miss some", do=_EMULATOR)
    apart = [each["type"] for each in seen.audit if each["type"] in _KINDS and not _has_twin(each, seen)]
    if apart:
        found = f"{listed(apart)}: no event within {_TWINS_WITHIN.seconds} s"
        yield fail(found, wrong="reconcile would take event and entry for two changes", do=_EMULATOR)
    if told == expected and not apart:
        yield ok(f"{len(seen.audit)} entries, each with its event")


def _has_twin(entry: dict[str, Any], seen: Seen) -> bool:
    events = [each.event for each in seen.tapped if each.event] if seen.tapped is not None else seen.logged
    alike = [each for each in events if kind_of(each.event_type) == _KINDS[entry["type"]]]
    return any(abs(each.at - entry["performedTime"]) <= _TWINS_WITHIN for each in alike) or not alike


@_untapped
def _delay(seen: Seen) -> Iterator[Finding]:
    """They come soon."""
    delays = [each.arrived_at - each.event.at for each in seen.tapped or () if each.event]
    if not delays:
        return
    told = (
        f"at most {max(delays).total_seconds():.1f} s from change to queue; in our log within {seen.decided_after:.0f} s of the last step"
    )
    if max(delays) > _SLOW:
        yield warn(told, wrong="clocks of minutes would be told late", do="try again; the stream is best effort")
    else:
        yield ok(told)


def _effects(seen: Seen) -> Iterator[Finding]:
    """Nothing was done to the case."""
    done = [each for each in seen.effects if not each.endswith((": recorded", ": skipped"))]
    if done:
        yield warn(listed(done), wrong="rules acted on the probe case", do="disarm before a probe, or name your role among the importers")
    else:
        yield ok(f"{len(seen.effects)} effects, all recorded only" if seen.effects else "no rule asked for anything")
