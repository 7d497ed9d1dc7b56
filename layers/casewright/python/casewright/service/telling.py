"""Tell: what operators should hear of a decision, as counters and log lines."""

from casewright.cases.events import Event
from casewright.decision import Decision
from casewright.errors import UnreadableRecord
from casewright.telemetry import Telemetry


def tell(decision: Decision, event: Event, telemetry: Telemetry) -> None:
    """Count what was held back, once for an event, and name the rules that ran away and the clocks that cannot tell the time."""
    if event.repair:
        telemetry.count("EventsRepaired")
    if decision.shadowed:
        telemetry.count("RulesShadowed", len(decision.shadowed))
    if decision.imported:
        telemetry.count("EventsImported")
    if decision.looped:
        rules, hops = ", ".join(match.rule for match in decision.looped), event.own.hop if event.own else 0
        telemetry.count("LoopsStopped")
        telemetry.log("loop stopped", event_id=event.id, case_id=event.case_id, rule=rules, hops=hops)
    if decision.stalled:
        reasons = "; ".join(f"{each.policy} could not {each.step}: {each.reason}" for each in decision.stalled)
        telemetry.count("ClocksStalled", len(decision.stalled))
        telemetry.log("clocks stalled", event_id=event.id, case_id=event.case_id, reason=reasons)
    if decision.broken:
        telemetry.count("RuleSetBreakerTripped")
        telemetry.log("rule-set breaker tripped", event_id=event.id, case_id=event.case_id, reason=decision.broken)


def tell_unread(error: UnreadableRecord, telemetry: Telemetry) -> None:
    """Count a record that could not be read, and name it: what needs it stands still, the others go on."""
    telemetry.count("RecordsUnreadable")
    telemetry.log("record not read", record=error.what, error=error.problem)
