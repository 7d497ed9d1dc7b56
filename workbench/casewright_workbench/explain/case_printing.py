"""A retold case as trees on the terminal."""

from collections.abc import Iterable
from typing import Final

from rich.text import Text
from rich.tree import Tree

from casewright.decision import Correction, EffectStatus, Match
from casewright.sla.clocks import Transition
from casewright_workbench.console import wording
from casewright_workbench.console.effects import noted
from casewright_workbench.console.names import Names
from casewright_workbench.deployment.records import Standing
from casewright_workbench.explain.case_records import told_effect, told_shadows
from casewright_workbench.explain.history import Retold
from casewright_workbench.explain.printing import HELD_BACK, add_effect, add_rules
from casewright_workbench.explain.words import Words, second

_STYLES: Final[dict[EffectStatus, str]] = {"done": "green", "failed": "bold red", "pending": "dim", "recorded": "dim"}
_VERBS: Final = {"not_met": "ended late", "met": "met in time"}


def event_tree(retold: Retold, words: Words, names: Names, *, traced: bool) -> Tree:
    """One event; with `traced` every rule that is told, else the rules that fired or would have."""
    event, decision = retold.entry.event, retold.entry.decision
    what, quote = wording.told(event, names)
    by = wording.by(event, names)
    tree = Tree(
        Text.assemble((second(event.at), "dim"), f"  {what}", f" by {by}" if by else "", (f"  {event.id}", "dim")), guide_style="dim"
    )
    if quote:
        tree.add(Text(f"“{' '.join(quote.split())}”", "italic"))
    for name, value in wording.values(event, names):
        tree.add(Text(f"{name} = {value}"))
    for each in decision.transitions:
        tree.add(Text.assemble("clock ", (each.policy, "bold"), f" {_did(each)}, due {second(each.due_at)}"))
    if traced:
        add_rules(tree, retold.rules, (), words, detail="asked")
    else:
        _add_matches(tree, decision.matched, ("✓ ", "green"), "")
    _add_matches(tree, decision.shadowed, ("◌ ", "yellow"), "would have fired: shadow, or canary on other cases")
    _add_matches(tree, decision.looped, ("↻ ", "yellow"), "would have fired: writes of our own set it off too often in a row")
    for told in told_shadows(retold, words):
        add_effect(tree, told, more=f"{HELD_BACK}  by {told.rule}", style="yellow")
    for standing in retold.effects:
        _add_effect(tree, standing, retold, words, names)
    for note in _notes(retold, words):
        tree.add(Text(note, "yellow"))
    return tree


def _did(each: Transition) -> str:
    return f"milestone {each.milestone}" if each.kind == "milestone" else _VERBS.get(each.kind, each.kind)


def _add_matches(tree: Tree, matches: Iterable[Match], mark: tuple[str, str], more: str) -> None:
    for match in matches:
        tree.add(Text.assemble(mark, (match.rule, "bold"), f"  by {match.trigger}", (f"  {more}" if more else "", "dim")))


def _add_effect(tree: Tree, standing: Standing, retold: Retold, words: Words, names: Names) -> None:
    detail = names.readable(noted(standing.effect, standing.detail) if standing.status == "done" else standing.detail)
    told = told_effect(standing, retold, words)
    ending = f"{standing.status}{': ' + detail if detail else ''}  by {told.rule}"
    add_effect(tree, told, more=ending, style=_STYLES.get(standing.status, "yellow"))


def _notes(retold: Retold, words: Words) -> Iterable[str]:
    decision = retold.entry.decision
    yield from retold.notes
    if note := wording.repaired(retold.entry.event):
        yield note
    if decision.late:
        yield "Came late: decided in its true place, after later events had been decided."
    yield from map(_corrected, decision.corrections)
    for each in decision.overruled:
        yield f"{each.loser} lost {words.field(each.field_id)} to {each.winner}, which comes later in order."
    for stalled in decision.stalled:
        yield f"The clock {stalled.policy} could not {stalled.step}: {stalled.reason}"
    if decision.imported:
        yield "A bulk import: effects are recorded and not performed."
    if decision.broken:
        yield decision.broken


def _corrected(each: Correction) -> str:
    missing = ", ".join(f"{effect.rule} action {effect.index}" for effect in each.missing) or "nothing"
    surplus = ", ".join(f"{effect.rule} action {effect.index}" for effect in each.surplus) or "nothing"
    return f"Event {each.event_id} was decided without it: {missing} is missing there, {surplus} is too much."
