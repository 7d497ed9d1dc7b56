"""Which Markdown mail may hold, and where its variables stand.

A variable goes through Markdown as one character of Unicode's private planes, so that nothing it is filled with later is ever read as
Markdown: plane 15 where its value is shown, plane 16 within the address of a link. The number of the variable is the character's place in
its plane.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdurl import encode
from msgspec.structs import replace

from casewright.conditions.texts import Text, Variable, Verbatim
from casewright_authoring.findings import Report
from casewright_authoring.nodes import Scalar

_SHOWN, _IN_LINK, _PLANE = 0xF0000, 0x100000, 0x10000
_MARK: Final = re.compile("[\U000f0000-\U0010ffff]")
_NOT_READ: Final = ("code", "fence", "reference", "lheading", "html_block", "html_inline", "entity")
_LINK: Final = re.compile("(?:https?://[^/?#\\s\U000f0000-\U0010ffff]+(?:[/?#].*)?|(?:mailto|tel):.+)", re.IGNORECASE | re.DOTALL)
_LINKS: Final = "accepted are https://, http://, mailto: and tel:, and variables only behind the host: https://example.com/{{ case.id }}"


class MailMarkdown(MarkdownIt):
    """Reads the Markdown that mail may hold; HTML is text to it."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.enable("table").disable(list(_NOT_READ))

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802  # as markdown-it names it
        """Every link is read, so that it can be refused with its place."""
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        """The address encoded, its variables as those of a link."""
        first, *pieces = _MARK.split(url)
        marks = (chr((ord(mark) - _SHOWN) % _PLANE + _IN_LINK) for mark in _MARK.findall(url))
        return super().normalizeLink(first) + "".join(mark + encode(piece) for mark, piece in zip(marks, pieces, strict=True))

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        """An address that stands for itself, as it was written."""
        return link


@dataclass(frozen=True, slots=True)
class Draft:
    """A text as Markdown reads it."""

    tokens: tuple[Token, ...]
    variables: tuple[Variable, ...]

    def text(self, rendered: str) -> Text:
        """What was made of the tokens, its variables in place."""
        return tuple(self._parts(rendered))

    def _parts(self, rendered: str) -> Iterator[Variable | Verbatim]:
        end = 0
        for mark in _MARK.finditer(rendered):
            if end < mark.start():
                yield Verbatim(rendered[end : mark.start()])
            in_link, number = divmod(ord(mark[0]) - _SHOWN, _PLANE)
            yield replace(self.variables[number], in_link=bool(in_link))
            end = mark.end()
        if end < len(rendered):
            yield Verbatim(rendered[end:])


def draft(parts: Text, node: Scalar, report: Report) -> Draft:
    """The text as Markdown; what mail cannot hold is told."""
    for found in dict.fromkeys(_MARK.findall(node.written)):
        report.tell(node.place_of(found, 0), f"the character U+{ord(found):X} is for private use; no mail program shows it")
    variables = tuple(part for part in parts if isinstance(part, Variable))
    numbers = iter(range(len(variables)))
    source = "".join(_MARK.sub("", part.text) if isinstance(part, Verbatim) else chr(_SHOWN + next(numbers)) for part in parts)
    tokens = MailMarkdown().parse(source)
    _refuse(tokens, node, report)
    return Draft(tuple(tokens), variables)


def shown_as(address: str) -> str:
    """The address of a link as a label would spell it."""
    return _MARK.sub(lambda mark: chr((ord(mark[0]) - _SHOWN) % _PLANE + _SHOWN), address)


def _refuse(tokens: Iterable[Token], node: Scalar, report: Report) -> None:
    for token in (inner for block in tokens for inner in block.children or ()):
        address = str(token.attrs.get("href", ""))
        if token.type == "image":
            report.tell(node.place_of("![", 0), "mail holds no images: many programs hide them, and they tell who reads; link to it")
        elif token.type == "link_open" and not _LINK.fullmatch(address):
            begin = _MARK.split(address)[0]
            place = node.place_of(begin or "](", 0)
            report.tell(place, f"a link to {begin + '{{' if begin != address else address!r} cannot stand in mail; {_LINKS}")
