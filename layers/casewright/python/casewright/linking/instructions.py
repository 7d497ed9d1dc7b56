"""What a rule says shall be done, with ids, addresses and texts for names."""

from msgspec.structs import replace

from casewright.cases.recipients import ConnectUser, Person
from casewright.conditions.texts import Text
from casewright.errors import UnlinkedName
from casewright.linking.cases import linked_step
from casewright.linking.names import Names, named
from casewright.linking.tasks import linked_task
from casewright.rules import instructions as do


def linked(step: do.Instruction, names: Names, where: str) -> do.Instruction:
    """The instruction with ids, addresses and texts for names."""
    match step:
        case do.SendEmail():
            to = tuple(address for entry in step.to for address in _recipients(entry, names, where))
            return replace(step, to=to, email=names.email(step.template, where))
        case do.CreateTask():
            return linked_task(step, names, where)
        case do.UpdateCase() | do.Assign() | do.AddComment() | do.CreateCase() | do.LinkCase() | do.AttachContact() | do.Tag():
            return linked_step(step, names, where)
        case do.PutEvent():
            bus_arn = named(names.catalog.buses, step.bus, "bus", where) if step.bus else ""
            return replace(step, detail=_members(step.detail, names, where), bus_arn=bus_arn)
        case do.CallWebhook():
            if step.webhook not in names.catalog.webhooks:
                raise UnlinkedName(where, "webhook", step.webhook, names.catalog.webhooks)
            return replace(step, body=_members(step.body, names, where))
        case do.AssignSla():
            if step.policy not in names.policies:
                raise UnlinkedName(where, "sla", step.policy, tuple(names.policies))
            return step
        case do.EndTasks():
            return step


def _recipients(entry: str | Text | Person, names: Names, where: str) -> tuple[str | Text | Person, ...]:
    match entry:
        case tuple():
            return (names.text(entry, where),)
        case str():
            return (entry,) if "@" in entry else named(names.catalog.mailboxes, entry, "mailbox", where)
        case ConnectUser(name=name):
            return (ConnectUser(name, names.catalog.users.get(name, "")),)
        case _:
            return (entry,)


def _members(members: do.Members, names: Names, where: str) -> do.Members:
    return do.Members({name: _detail(inner, names, where) for name, inner in members.of.items()})


def _detail(value: do.Detail, names: Names, where: str) -> do.Detail:
    match value:
        case tuple():
            return names.text(value, where)
        case do.Members():
            return _members(value, names, where)
        case do.Items(of=items):
            return do.Items(tuple(_detail(inner, names, where) for inner in items))
        case _:
            return value
