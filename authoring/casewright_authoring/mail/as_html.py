"""Mail as an HTML document: one column that fits a phone, the reader's own light or dark, no scripts and nothing fetched."""

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from typing import Final

from markdown_it.token import Token

from casewright_authoring.mail.markdown import MailMarkdown

_STYLES: Final = {
    "p": "margin:0 0 16px",
    "h1": "margin:0 0 16px;font-size:22px;line-height:1.3",
    "h2": "margin:24px 0 12px;font-size:18px;line-height:1.3",
    "h3": "margin:24px 0 12px;font-size:16px;line-height:1.3",
    "ul": "margin:0 0 16px;padding-left:24px",
    "ol": "margin:0 0 16px;padding-left:24px",
    "blockquote": "margin:0 0 16px;padding-left:12px;border-left:3px solid #a8b0ba",
    "hr": "margin:24px 0;border:0;border-top:1px solid #a8b0ba",
    "table": "margin:0 0 16px;border-collapse:collapse",
    "th": "padding:4px 20px 4px 0;text-align:left;vertical-align:top",
    "td": "padding:4px 20px 4px 0;vertical-align:top;overflow-wrap:anywhere",
}
"""Written on every element, since some mail programs drop style sheets."""

_BEFORE: Final = """\
<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>:root { color-scheme: light dark }</style>
</head>
<body style="margin:0;padding:0">
<div style="max-width:600px;margin:0 auto;padding:24px 20px;font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;\
overflow-wrap:anywhere">
"""
_AFTER: Final = "</div>\n</body>\n</html>\n"


def as_html(tokens: Sequence[Token]) -> str:
    """The document."""
    reader = MailMarkdown()
    body = reader.renderer.render([_styled(token) for token in _without_blank_headings(tokens)], reader.options, {})
    return f"{_BEFORE}{body}{_AFTER}"


def _styled(token: Token) -> Token:
    style = _STYLES.get(token.tag)
    if token.type.endswith("_close") or (style is None and token.type != "inline"):
        return token
    styled = copy(token)
    if token.children is not None:
        styled.children = [_untitled(child) for child in token.children]
    if style is not None:
        own = token.attrs.get("style")  # that of a column: text-align
        styled.attrs = {**token.attrs, "style": f"{style};{own}" if own else style}
    return styled


def _untitled(token: Token) -> Token:
    """A link without the title that some programs would show over it."""
    untitled = copy(token)
    untitled.attrs = {name: value for name, value in token.attrs.items() if name != "title"}
    return untitled


def _without_blank_headings(tokens: Sequence[Token]) -> Iterator[Token]:
    """A table of names and values has no headings, which Markdown cannot say."""
    at = 0
    while at < len(tokens):
        if tokens[at].type == "thead_open":
            end = next(index for index in range(at, len(tokens)) if tokens[index].type == "thead_close") + 1
            if _is_blank(tokens[at:end]):
                at = end
                continue
        yield tokens[at]
        at += 1


def _is_blank(tokens: Iterable[Token]) -> bool:
    return not any(token.content.strip() for token in tokens)
