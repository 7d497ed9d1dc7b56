"""The Connect instance of the house."""

from casewright.cases.definition import Directory
from casewright_workbench.house_settings import MAIL_DOMAIN
from casewright_workbench.localcloud.connect.instance import Instance, User, id_in


def instance_of(directory: Directory) -> Instance:
    """The Connect instance that the directory speaks of, with everyone and everything it names."""
    tables = (directory.queues, directory.flows, directory.users, directory.quick_connects, directory.task_templates)
    arns = [arn for table in tables for arn in table.values()]
    instance_id = arns[0].split(":instance/")[1].split("/")[0] if arns else "11111111-2222-4333-8444-555555555555"
    users = tuple(User(id_in(arn), name, f"{name}@{MAIL_DOMAIN}") for name, arn in directory.users.items())
    return Instance(
        instance_id,
        users=users,
        queues=directory.queues,
        flows=directory.flows,
        quick_connects=directory.quick_connects,
        task_templates=directory.task_templates,
    )
