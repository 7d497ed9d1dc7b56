"""Printing for people: what a customer wrote is shown as it stands, and moves neither the cursor nor the reader's eye.

Rich keeps escape sequences that stand in a text, and reads `[bold]` in any string as markup.
"""

from collections.abc import Iterable
from typing import Final

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

_CONTROLS: Final = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"} | {0x7F: 0x2421}
_HIDDEN: Final = (*range(0x80, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
"""C1 controls, which some terminals obey; and what ends lines or turns the direction of text."""

_SHOWN: Final = _CONTROLS | dict.fromkeys(_HIDDEN, 0xFFFD)
_ESCAPED: Final = {code: f"\\u{code:04x}" for code in (0x7F, *_HIDDEN)}


class Terminal(Console):
    """A console that obeys nothing inside the text it prints. Markup is read only where `markup` says that every string is ours."""

    def __init__(self, *, stderr: bool = False, width: int | None = None, markup: bool = False) -> None:
        super().__init__(stderr=stderr, width=width, markup=markup, emoji=False, highlight=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """As segments, whose text is shown sign by sign."""
        for each in super().render(renderable, options):
            yield each if each.control else each._replace(text=shown(each.text))


def shown(text: str) -> str:
    """The text with signs in place of what a terminal would obey; line breaks and tabs stay."""
    return text.translate(_SHOWN)


def echo_json(written: bytes) -> None:
    """Print JSON, which escapes the controls of ASCII by itself; the others are escaped here."""
    typer.echo(written.decode().translate(_ESCAPED))
