"""One case and one policy that several tests share."""

from datetime import timedelta

import msgspec
from building import case_event, changed, equals

from casewright.sla.policies import Milestone, Policy, StartsOn, Target

HOUR = timedelta(hours=1)


def policy(**change: object) -> Policy:
    usual = Policy(
        name="resolve",
        start=StartsOn("case_created"),
        met_when=equals("status", "closed"),
        target=(Target(2 * HOUR, equals("priority", "high")), Target(4 * HOUR)),
        pause_while=equals("status", "waiting"),
        reset=changed("status", "closed", "open"),
        milestones=(Milestone("half", share=0.5), Milestone("soon", offset=-HOUR), Milestone("late", offset=HOUR)),
    )
    return msgspec.structs.replace(usual, **change)


CREATED = case_event("a", 0, "CREATED", status="open", priority="normal")


def updated(event_id: str, minutes: float, **fields: object) -> str:
    return case_event(event_id, minutes, changed=tuple(fields), **({"status": "open", "priority": "normal"} | fields))
