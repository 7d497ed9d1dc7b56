"""Repeating: whether a write that may have happened can be made again word for word, without harm where it had not happened."""

from collections.abc import Sequence

from casewright.decision import Head
from casewright.errors import UnreadableRecord
from casewright.ports.effects import Pending, Write
from casewright.service.ending import Acting
from casewright.service.wanted import still_wanted


def is_repeatable(write: Write, effects: Sequence[Pending], head: Head) -> bool:
    """Whether a case, of which these are the effects, still wants all that a write sets, or is known to have it.

    Else it would overwrite somebody who changed a field since, or a later update of ours that waited until one of its effects was given up.
    Once one of them is done, the write has happened: a repetition gets its answer again and changes nothing.
    """
    of_write = [each for each in effects if each.write and each.write.id == write.id]
    if any(each.outcome and each.outcome.status == "done" for each in of_write):
        return True
    wanted = {field_id for each in of_write for field_id in still_wanted(each.effect, head)}
    return bool(of_write) and not any(each.outcome for each in of_write) and write.fields.keys() <= wanted


def is_wanted_by_the_others(write: Write, effects: Sequence[Pending], ports: Acting) -> bool:
    """Whether the cases of a write that are not those of the effects at hand can bear its repetition, too."""
    at_hand = {each.effect.case_id for each in effects}
    return all(_is_wanted_by(case_id, write, ports) for case_id in write.cases if case_id not in at_hand)


def _is_wanted_by(case_id: str, write: Write, ports: Acting) -> bool:
    try:
        return is_repeatable(write, ports.effects.of_case(case_id), ports.log.head(case_id).head)
    except UnreadableRecord:
        return False
