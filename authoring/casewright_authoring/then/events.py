"""`put_event` as operators write it."""

from typing import Final

from casewright.rules.instructions import Members, PutEvent
from casewright_authoring.event_details import EventDetails
from casewright_authoring.findings import fault
from casewright_authoring.nodes import Node
from casewright_authoring.shapes import record, short_text
from casewright_authoring.texts import Texts, has_variables

PUT_EVENT: Final = ("detail_type", "detail")


def read_put_event(node: Node, texts: Texts) -> PutEvent:
    """Its detail type and its detail."""
    given = record(node, "put_event", texts.report, required=PUT_EVENT)
    return PutEvent(given.read("detail_type", _detail_type, ""), given.read("detail", EventDetails(texts).read, Members({})))


def _detail_type(node: Node) -> str:
    if has_variables(node):
        raise fault(node.place, "the detail type of an event cannot hold variables: subscribers match it exactly")
    return short_text(node, "the detail type", 128)
