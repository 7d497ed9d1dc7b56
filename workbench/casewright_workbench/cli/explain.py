"""`casewright explain`: for every event of a file every rule, every condition with the value it saw, and the effects."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.text import Text
from rich.tree import Tree

from casewright.rules.rule import Rule
from casewright_authoring.compile import compile_directory
from casewright_authoring.suggestions import unknown
from casewright_workbench.cli.check import DIRECTORY, required
from casewright_workbench.console.names import Names
from casewright_workbench.console.wording import told
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.explain.envelopes import events_of
from casewright_workbench.explain.explaining import Explainer, Explanation
from casewright_workbench.explain.linking import linked
from casewright_workbench.explain.printing import add_effect, add_rules, console
from casewright_workbench.explain.words import Words, second
from casewright_workbench.terminal import echo_json


def explain(
    *,
    events: Annotated[str, typer.Option(help="Events as EventBridge envelopes, one a line; .gz is unpacked, - is standard input.")],
    config: Annotated[Path, typer.Option(help="The directory that an operator writes; catalog.yaml and rules/ are enough.")] = DIRECTORY,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object an event, one a line.")] = False,
    trace: Annotated[bool, typer.Option("--trace", help="Tell every condition of every rule.")] = False,
    rule: Annotated[str, typer.Option(help="Tell every condition of this rule, and of no other.")] = "",
    own_role: Annotated[
        str, typer.Option(help="Name of the role that casewright writes as; without it every change is somebody else's.")
    ] = "",
) -> None:
    """Take each event as the next of its case and say what every rule made of it, and why."""
    required(config)
    compiled = linked(compile_directory(config))
    named(rule, compiled.bundle.rules)
    words, names, output = Words(compiled.catalog), Names(compiled.catalog), console()
    explainer, traced = Explainer(compiled.bundle, words), trace or bool(rule)
    for event in events_of(events, own_role=own_role):
        explanation = _only(rule, explainer.explain(event, traced=traced or not as_json))
        if as_json:
            echo_json(msgspec.json.encode(explanation.as_json(words, traced=traced)))
        else:
            output.print(_tree(explanation, words, names, whole=traced, rule=rule))


def named(rule: str, rules: tuple[Rule, ...]) -> None:
    """Refuse the name of a rule that is not there; the empty one stands for all."""
    names = [each.name for each in rules]
    if rule and rule not in names:
        raise WrongUsage(unknown("rule", rule, names))


def _only(rule: str, explanation: Explanation) -> Explanation:
    return replace(explanation, rules=tuple(each for each in explanation.rules if rule in ("", each.rule.name)))


def _tree(explanation: Explanation, words: Words, names: Names, *, whole: bool, rule: str) -> Tree:
    event, decision = explanation.event, explanation.decision
    what, _ = told(event, names)
    head = Text.assemble((event.id, "bold"), f"  {what}", (f"  case {event.case_id}  {second(event.at)}", "dim"))
    tree = Tree(head, guide_style="dim")
    add_rules(tree, explanation.rules, explanation.effects, words, held_back=explanation.shadow_effects, detail="all" if whole else "fired")
    if decision is None or rule:
        return tree
    for effect in explanation.effects:
        if effect.rule.startswith("sla:"):
            add_effect(tree, effect, more=f"by {effect.rule}", style="dim")
    for each in decision.overruled:
        tree.add(Text(f"{each.loser} lost {words.field(each.field_id)} to {each.winner}, which comes later in order", "yellow"))
    if decision.broken:
        tree.add(Text(decision.broken, "red"))
    return tree
