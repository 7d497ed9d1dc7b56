"""Which SLA policies a native rule can assign: those that say no more than an SLA item of Cases does."""

from collections.abc import Iterator
from datetime import timedelta

from casewright.conditions.tree import ALWAYS
from casewright.sla.policies import Policy, StartsAssigned
from casewright_authoring.native.documents import AssignSlaAction
from casewright_authoring.native.reasons import Unsayable

_MINUTE = timedelta(minutes=1)


def sla_item(policy: Policy) -> AssignSlaAction:
    """The SLA item of a linked policy.

    Raises:
        Unsayable: the policy says more; the message tells everything it says more.
    """
    more = tuple(_more_than_an_item(policy))
    if more or policy.mirror is None:
        raise Unsayable(
            f"the SLA {policy.name!r} has {', '.join(more)}; an SLA item of Cases is one field, one value and minutes of wall time"
        )
    value = policy.mirror.value
    assert isinstance(value, str), "said above"
    return AssignSlaAction(policy.name, policy.mirror.field.id, value, policy.target[0].within // _MINUTE)


def _more_than_an_item(policy: Policy) -> Iterator[str]:
    if policy.mirror is None:
        yield "no native: true"
    elif not isinstance(policy.mirror.value, str):
        yield f"a met_when of {policy.mirror.field.name!r} that is no text (CloudFormation takes only texts)"
    if not isinstance(policy.start, StartsAssigned):
        yield "a start of its own"
    keys = ("pause_while", "reset", "cancel", "milestones", "calendar")
    values = (policy.pause_while, policy.reset, policy.cancel, policy.milestones, policy.calendar)
    yield from (key for key, value in zip(keys, values, strict=True) if value)
    if len(policy.target) > 1 or any(row.condition != ALWAYS for row in policy.target):
        yield "a target that depends on the case"
    elif policy.target[0].within % _MINUTE:
        yield "a target that is not of whole minutes"
