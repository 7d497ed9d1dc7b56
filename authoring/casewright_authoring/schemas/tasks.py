"""`create_task` and `end_tasks`."""

from typing import Final

from casewright_authoring.known import Names
from casewright_authoring.schemas.pieces import DURATION, NUMBER, TEXT, Schema, either, keyed, named, one_of, only, table
from casewright_authoring.then.tasks import CREATE_TASK, END_TASKS, REFERENCE_TYPES, SCHEDULE, TARGETS

_VARIABLE: Final[Schema] = {"type": "string", "pattern": r"\{\{"}
_URL: Final[Schema] = {"type": "string", "pattern": r"^(https://|\{\{)"}

END: Final = either({"const": True}, keyed(only(END_TASKS, {"only": one_of(["ours"])}), END_TASKS))


def create_task(names: Names) -> Schema:
    """A task."""
    pieces: dict[str, Schema] = {
        "flow": named(names.flows),
        "quick_connect": named(names.quick_connects),
        "task_template": named(names.task_templates),
        "name": TEXT,
        "description": TEXT,
        "references": table(_reference()),
        "schedule": {**keyed(only(SCHEDULE, {"in": DURATION, "at": _VARIABLE}), least=1), "maxProperties": 1},
    }
    return {**keyed(only(CREATE_TASK, pieces), ("name",)), "oneOf": [{"required": [target]} for target in TARGETS]}


def _reference() -> Schema:
    pieces: dict[str, Schema] = {"url": _URL, "number": either(NUMBER, _VARIABLE), "text": TEXT, "date": TEXT, "email": TEXT}
    return either(_URL, {**keyed(only(REFERENCE_TYPES, pieces), least=1), "maxProperties": 1})
