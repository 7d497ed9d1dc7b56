"""Reading pages of docs/ for what they promise."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def page(name: str) -> str:
    """The text of a page."""
    return (DOCS / name).read_text(encoding="utf-8")


def listed(text: str, head: str) -> list[str]:
    """The names in the first column of the table whose head begins so."""
    table = text.split(f"\n| {head} |", maxsplit=1)[1].split("\n\n", maxsplit=1)[0]
    return re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)


def blocks(text: str, language: str = "") -> list[str]:
    """The blocks of a language; of none, those that show what a command prints."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [block for found, block in fenced if found == language]


def commands(text: str, command: str) -> list[list[str]]:
    """The words after `casewright` of every command line that begins so."""
    lines = [line for block in blocks(text, "sh") for line in block.splitlines()]
    return [line.split()[1:] for line in lines if line.startswith(f"casewright {command}")]
