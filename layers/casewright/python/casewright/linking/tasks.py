"""A task with the ARN of what it is started by."""

from msgspec.structs import replace

from casewright.linking.names import Names, named
from casewright.rules.instructions import CreateTask, TaskReference


def linked_task(step: CreateTask, names: Names, where: str) -> CreateTask:
    """The instruction with ARNs for names."""
    catalog = names.catalog
    return replace(
        step,
        name=names.text(step.name, where),
        description=names.text(step.description, where),
        flow_arn=named(catalog.flows, step.flow, "flow", where) if step.flow else "",
        quick_connect_arn=named(catalog.quick_connects, step.quick_connect, "quick connect", where) if step.quick_connect else "",
        task_template_arn=named(catalog.task_templates, step.task_template, "task template", where) if step.task_template else "",
        references=tuple(TaskReference(each.label, each.type, names.text(each.value, where)) for each in step.references),
        starts_at=names.text(step.starts_at, where),
    )
