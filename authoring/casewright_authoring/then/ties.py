"""`link_case`, `attach_contact` and `tag` as operators write them."""

from functools import partial
from typing import Final

from casewright.actions import LONGEST_TAG_VALUE
from casewright.conditions.texts import Text
from casewright.rules.instructions import AttachContact, LinkCase, Tag
from casewright_authoring.findings import fault
from casewright_authoring.nodes import Entry, Node
from casewright_authoring.shapes import mapping, record
from casewright_authoring.texts import Texts

LINK_CASE: Final = ("to",)

MOST_TAGS: Final = 50
"""Tags of a case (Cases API, MutableTags)."""

LONGEST_TAG_KEY: Final = 128
"""Characters of the key of a tag (AWS tagging rules)."""

_RESERVED: Final = "aws:"
_LONGEST_REFERENCE: Final = 500
"""Characters of the id of a case, or of the ARN of a contact (Cases API)."""


def read_link_case(node: Node, texts: Texts) -> LinkCase:
    """A text that gives the id of a case."""
    given = record(node, "link_case", texts.report, required=LINK_CASE)
    return LinkCase(given.read("to", lambda to: texts.read(to, "the id of a case", most=_LONGEST_REFERENCE), ()))


def read_attach_contact(node: Node, texts: Texts) -> AttachContact:
    """A text that gives the ARN of a contact, or its id."""
    return AttachContact(texts.read(node, "a contact", most=_LONGEST_REFERENCE))


def read_tag(node: Node, texts: Texts) -> Tag:
    """Keys and values; a value may hold variables."""
    entries = mapping(node, "tag").entries
    if not 1 <= len(entries) <= MOST_TAGS:
        raise fault(node.place, f"{len(entries)} tags are given; a case takes 1 to {MOST_TAGS}")
    return Tag(dict(texts.report.each(partial(_tag, texts=texts), entries)))


def _tag(entry: Entry, *, texts: Texts) -> tuple[str, Text]:
    key = entry.name
    if not key.strip() or len(key) > LONGEST_TAG_KEY:
        raise fault(entry.key.place, f"the key of a tag has {len(key)} characters; accepted are 1 to {LONGEST_TAG_KEY}")
    if key.lower().startswith(_RESERVED):
        raise fault(entry.key.place, f"{key!r} is given as the key of a tag; AWS keeps those that begin with {_RESERVED} for itself")
    return key, texts.read(entry.value, f"the tag {key!r}", most=LONGEST_TAG_VALUE)
