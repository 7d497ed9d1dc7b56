"""Putting an item on a case and taking it off, with what hangs on it elsewhere."""

from casewright_workbench.localcloud.connectcases import sla_items
from casewright_workbench.localcloud.connectcases.case import Case, RelatedItem
from casewright_workbench.localcloud.connectcases.context import Context
from casewright_workbench.localcloud.connectcases.related_content import ContactLink


def place_item(context: Context, case: Case, item: RelatedItem) -> None:
    """Put an item on a case, and the case on its contact."""
    case.items[item.id] = item
    if isinstance(item.content, ContactLink) and (contact := context.contacts.find(item.content.contact_arn)):
        contact.cases[case.id] = str(case.values["reference_number"].plain)


def remove_item(context: Context, case: Case, item: RelatedItem) -> None:
    """Take an item off a case; a contact is untied when no other item ties it to the case."""
    del case.items[item.id]
    sla_items.keep_next_breach(case)
    if isinstance(item.content, ContactLink) and (contact := context.contacts.find(item.content.contact_arn)):
        arn = item.content.contact_arn
        if not any(isinstance(one.content, ContactLink) and one.content.contact_arn == arn for one in case.items.values()):
            contact.cases.pop(case.id, None)
