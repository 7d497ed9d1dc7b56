"""What is done to the case itself, as operators write it: `update_case`, `add_comment`, `assign_sla`."""

from typing import Final

from casewright.rules.instructions import AddComment, AssignSla, UpdateCase
from casewright_authoring.assignments import Assignments
from casewright_authoring.nodes import Node
from casewright_authoring.shapes import record, text
from casewright_authoring.texts import Texts

UPDATE_CASE: Final = ("set",)


def read_update_case(node: Node, texts: Texts) -> UpdateCase:
    """Which fields, and to what."""
    given = record(node, "update_case", texts.report, required=UPDATE_CASE)
    return UpdateCase(given.read("set", Assignments(texts).read, ()))


def read_add_comment(node: Node, texts: Texts) -> AddComment:
    """The text of the comment."""
    return AddComment(texts.read(node, "the comment", most=15000))


def read_assign_sla(node: Node, texts: Texts) -> AssignSla:
    """The name of a policy."""
    texts.names.slas.named(node)
    return AssignSla(text(node, "the name of an SLA"))
