"""A rule as compiled."""

import msgspec

from casewright.conditions.tree import ALWAYS, Condition
from casewright.conditions.triggers import Trigger
from casewright.rules.instructions import Instruction


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """When one of the triggers comes and the condition is true, do the instructions."""

    name: str
    when: tuple[Trigger, ...]
    condition: Condition = ALWAYS
    then: tuple[Instruction, ...]
    order: int = 0
    stop: bool = False
    reacts_to_casewright: bool = False
