"""A task in the operator's words."""

from contextlib import suppress
from datetime import datetime

from casewright.actions import CreateTask
from casewright_workbench.explain.words import Json, Words, instant


def task(asked: CreateTask, words: Words) -> dict[str, Json]:
    """The members of `create_task`: what starts it, its texts, its references by label, and when it starts if not at once."""
    arns = {"flow": asked.flow_arn, "quick_connect": asked.quick_connect_arn, "task_template": asked.task_template_arn}
    told: dict[str, Json] = {kind: words.resource(arn) for kind, arn in arns.items() if arn}
    told |= {"name": asked.name, "description": asked.description}
    if asked.references:
        told["references"] = {each.label: each.value for each in asked.references}
    return told | ({} if asked.starts_at is None else {"starts_at": _time(asked.starts_at)})


def _time(given: str) -> str:
    """As times are told everywhere; whatever else a variable gave, as it is."""
    with suppress(ValueError):
        return instant(datetime.fromisoformat(given))
    return given
