"""Mail as plain text: the lines as they were written, without the marks of Markdown."""

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from casewright_authoring.mail.markdown import shown_as

_RULE: Final = "-" * 40
_GAP: Final = "  "
_SCHEME: Final = re.compile("^(?:https?://|mailto:|tel:)", re.IGNORECASE)
_UNSEEN_SCHEME: Final = re.compile("^(?:mailto:|tel:)", re.IGNORECASE)


def as_plain(tokens: Sequence[Token]) -> str:
    """The text."""
    return "\n".join(_blocks(SyntaxTreeNode(tokens).children)) + "\n"


def _blocks(nodes: Iterable[SyntaxTreeNode], *, tight: bool = False) -> list[str]:
    return _stacked([_block(node) for node in nodes], tight=tight)


def _stacked(blocks: Iterable[list[str]], *, tight: bool) -> list[str]:
    """The lines of blocks, a blank line between two of them unless they stand tight."""
    return list(chain.from_iterable(["", *lines] if index and not tight else lines for index, lines in enumerate(blocks)))


def _block(node: SyntaxTreeNode) -> list[str]:
    match node.type:
        case "bullet_list" | "ordered_list":
            return _list(node)
        case "blockquote":
            return _blocks(node.children)  # without a mark: a value of several lines could not carry it on
        case "table":
            return _table(node)
        case "hr":
            return [_RULE]
        case _:  # a paragraph or a heading
            return _lines(node)


def _lines(node: SyntaxTreeNode) -> list[str]:
    return "".join(map(_inline, node.children)).split("\n")


def _list(node: SyntaxTreeNode) -> list[str]:
    first = int(node.attrs.get("start", 1))
    bullets = ["- " if node.type == "bullet_list" else f"{first + index}. " for index in range(len(node.children))]
    tight = all(block.hidden for item in node.children for block in item.children if block.type == "paragraph")
    items = [_indented(bullet, _blocks(item.children, tight=tight)) for bullet, item in zip(bullets, node.children, strict=True)]
    return _stacked(items, tight=tight)


def _indented(bullet: str, lines: list[str]) -> list[str]:
    return [f"{' ' * len(bullet) if index else bullet}{line}".rstrip() for index, line in enumerate(lines or [""])]


def _table(node: SyntaxTreeNode) -> list[str]:
    """Columns under each other; a column that holds variables cannot be measured, and stands best at the end."""
    rows = [[" ".join(_lines(cell)) for cell in row.children] for part in node.children for row in part.children]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = [_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return padded if any(rows[0]) else padded[1:]


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "softbreak" | "hardbreak":
            return "\n"
        case "link":
            return _link(node)
        case "text" | "code_inline":
            return node.content
        case _:  # emphasis
            return "".join(map(_inline, node.children))


def _link(node: SyntaxTreeNode) -> str:
    label, address = "".join(map(_inline, node.children)), str(node.attrs["href"])
    spelled = shown_as(address)
    if label in (spelled, _SCHEME.sub("", spelled)):
        return label
    return f"{label} ({_UNSEEN_SCHEME.sub('', address)})"
