"""`put_event` and `call_webhook` as operators write them."""

from typing import Final

from casewright.cases.subscriptions import CLOCK_DUE_DETAIL_TYPE, OWN_MEMBER, SCHEDULE_DUE_DETAIL_TYPE, WEBHOOK_DETAIL_TYPE
from casewright.rules.instructions import CallWebhook, Members, PutEvent
from casewright_authoring.event_details import EventDetails
from casewright_authoring.findings import fault
from casewright_authoring.known import Known
from casewright_authoring.nodes import Node
from casewright_authoring.shapes import mapping, record, short_text, text
from casewright_authoring.texts import Texts, has_variables

PUT_EVENT: Final = ("detail_type", "detail", "bus")
CALL_WEBHOOK: Final = ("webhook", "body")
_OWN: Final = (CLOCK_DUE_DETAIL_TYPE, SCHEDULE_DUE_DETAIL_TYPE, WEBHOOK_DETAIL_TYPE)


def read_put_event(node: Node, texts: Texts) -> PutEvent:
    """Its detail type, its detail, and on which bus."""
    given = record(node, "put_event", texts.report, required=PUT_EVENT[:2], optional=PUT_EVENT[2:])
    detail_type = given.read("detail_type", _detail_type, "")
    detail = given.read("detail", lambda members: _detail(members, texts), Members({}))
    return PutEvent(detail_type, detail, given.read("bus", lambda name: _named(texts.names.buses, name), ""))


def read_call_webhook(node: Node, texts: Texts) -> CallWebhook:
    """Which webhook, and what it receives."""
    given = record(node, "call_webhook", texts.report, required=CALL_WEBHOOK)
    webhook = given.read("webhook", lambda name: _named(texts.names.webhooks, name), "")
    return CallWebhook(webhook, given.read("body", EventDetails(texts, "body").read, Members({})))


def _named(known: Known[str], node: Node) -> str:
    known.named(node)
    return text(node, f"the name of a {known.kind}")


def _detail(node: Node, texts: Texts) -> Members:
    for entry in mapping(node, "'detail'").entries:
        if entry.name == OWN_MEMBER:
            ours = f"the member {entry.name!r} of 'detail' is Casewright's own: it tells domain, case and effect"
            texts.report.tell(entry.key.place, f"{ours}; accepted is any other name")
    return EventDetails(texts, "detail").read(node)


def _detail_type(node: Node) -> str:
    if has_variables(node):
        raise fault(node.place, "the detail type of an event cannot hold variables: subscribers match it exactly")
    given = short_text(node, "the detail type", 128)
    if given in _OWN:
        raise fault(node.place, f"the detail type {given!r} is Casewright's own; accepted is any other")
    return given
