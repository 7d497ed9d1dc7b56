"""A task as a rule asks for it at one moment."""

from typing import Final

from casewright import actions
from casewright.cases.tasks import Reference
from casewright.conditions.subjects import Facts, Field, read
from casewright.conditions.texts import fill
from casewright.rules.instructions import CreateTask

CASE: Final = "Case"
"""Label of the reference back to the case, which every task carries unless the rule gives one of its own by this label."""

_NUMBER: Final = Field("reference_number", "reference_number")


def task(step: CreateTask, facts: Facts) -> actions.CreateTask:
    """The task, every text filled. What agents see in a URL of the workspace is not documented, so the case is referred to by number."""
    number = read(_NUMBER, facts)
    back = Reference(CASE, "STRING", number if isinstance(number, str) and number else facts.event.case_id)
    references = {CASE: back} | {each.label: Reference(each.label, each.type, fill(each.value, facts)) for each in step.references}
    return actions.CreateTask(
        flow_arn=step.flow_arn,
        name=" ".join(fill(step.name, facts).split())[:512],
        description=fill(step.description, facts)[:4096],
        quick_connect_arn=step.quick_connect_arn,
        task_template_arn=step.task_template_arn,
        references=tuple(references.values()),
        starts_at=_starts_at(step, facts),
    )


def _starts_at(step: CreateTask, facts: Facts) -> str | None:
    if step.starts_in is not None:
        return (facts.event.at + step.starts_in).isoformat()
    return fill(step.starts_at, facts) if step.starts_at else None
