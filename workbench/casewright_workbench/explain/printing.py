"""Traces as trees on the terminal."""

from collections.abc import Iterable
from typing import Final, Literal

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from casewright.rules.explaining import Asked, LeafTrace, Trace
from casewright_workbench.explain.considering import Considered
from casewright_workbench.explain.effects import Told
from casewright_workbench.explain.sentences import asking, came, reason, seen
from casewright_workbench.explain.words import Json, Words
from casewright_workbench.terminal import Terminal

_MARKS: Final = {True: ("✓", "green"), False: ("✗", "red"), None: ("?", "yellow")}
Detail = Literal["fired", "asked", "all"]
"""Of which rules conditions are shown: of those that fired, of those that the event asked, or of all."""

_GROUPS: Final = {"all": "all of", "any": "one of", "not": "not"}
HELD_BACK: Final = "not asked for: the rule only watches"
_LONGEST: Final = 100
_MOST_NAMES: Final = 12
_WIDE: Final = 240


def console() -> Console:
    """Where trees are printed: as wide as the terminal, or wide enough for a file."""
    output = Terminal()
    return output if output.is_terminal else Terminal(width=_WIDE)


def add_rules(
    tree: Tree, rules: Iterable[Considered], effects: Iterable[Told], words: Words, *, held_back: Iterable[Told] = (), detail: Detail
) -> None:
    """Every rule: with its condition where `detail` asks for it, else in a line; those that no trigger of the event sets off share one.

    `held_back` is what rules that only watched would have asked for.
    """
    told, held, idle = list(effects), list(held_back), list[str]()
    for each in rules:
        if each.moments or detail == "all":
            branch = _add_rule(tree, each, words, detail)
            for effect in told:
                if effect.rule == each.rule.name:
                    add_effect(branch, effect)
            for effect in held:
                if effect.rule == each.rule.name:
                    add_effect(branch, effect, more=HELD_BACK, style="yellow")
        else:
            idle.append(each.rule.name)
    if idle:
        more = f" and {len(idle) - _MOST_NAMES} more" if len(idle) > _MOST_NAMES else ""
        tree.add(Text(f"not asked: {', '.join(idle[:_MOST_NAMES])}{more}", "dim"))


def add_effect(tree: Tree, effect: Told, *, more: str = "", style: str = "") -> Tree:
    """One effect on one line."""
    line = Text.assemble(("→ ", "cyan"), (effect.action, "bold"), "  ", members_line(effect.members))
    return tree.add(line.append(f"  {more}", style) if more else line)


def _add_rule(tree: Tree, each: Considered, words: Words, detail: Detail) -> Tree:
    branch = _add_line(tree, each.matched, (each.rule.name, "bold"), each.chief, words)
    if len(each.moments) < 2:
        _add_condition(branch, each.chief, words, detail)
    else:
        for asked in each.moments:
            verdict = True if asked.outcome == "fired" else None if asked.outcome == "unknown" else False
            _add_condition(_add_line(branch, verdict, (came(asked), ""), asked, words), asked, words, detail)
    return branch


def _add_line(tree: Tree, verdict: bool | None, what: tuple[str, str], asked: Asked, words: Words) -> Tree:
    sign, style = _MARKS[verdict]
    return tree.add(Text.assemble((f"{sign} ", style), what, "  ", (reason(asked, words), "" if verdict else "dim")))


def _add_condition(tree: Tree, asked: Asked, words: Words, detail: Detail) -> None:
    """The condition as a tree of its parts; nothing for one that asks nothing."""
    wanted = detail != "fired" or asked.outcome == "fired"
    if wanted and (isinstance(asked.trace, LeafTrace) or asked.trace.parts):
        _add(tree, asked.trace, words)


def _add(tree: Tree, traced: Trace, words: Words) -> None:
    sign, style = _MARKS[traced.verdict]
    if isinstance(traced, LeafTrace):
        tree.add(Text.assemble((f"{sign} ", style), asking(traced, words), ("  " + seen(traced, words), "dim")))
        return
    branch = tree.add(Text.assemble((f"{sign} ", style), (_GROUPS[traced.kind], "italic")))
    for part in traced.parts:
        _add(branch, part, words)


def members_line(members: dict[str, Json]) -> str:
    """The members of an action on one line, cut where it grows too long."""
    text = "  ".join(f"{name}: {' '.join(str(_plain(value)).split())}" for name, value in members.items() if value not in ("", None))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _plain(value: Json) -> str:
    match value:
        case list():
            return ", ".join(map(_plain, value)) or "nobody"
        case dict():
            return ", ".join(f"{name} = {_plain(inner)}" for name, inner in value.items())
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:g}"
        case _:
            return str(value)
