"""A run of tests on the terminal."""

from collections.abc import Iterator
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from casewright_workbench.explain.printing import add_rules, members_line
from casewright_workbench.explain.sentences import asking
from casewright_workbench.explain.words import Json, Words, instant
from casewright_workbench.rule_tests.coverage import LeafSeen, RuleSeen
from casewright_workbench.rule_tests.judging import Failure
from casewright_workbench.rule_tests.running import Result, Run

_NAMED: Final = ("rule", "index", "action")


def print_run(run: Run, output: Console) -> None:
    """Each test on a line, those that failed with what differs and why, then the coverage."""
    for result in run.results:
        output.print(_tree(result, run.words) if result.failures else Text.assemble(("✓ ", "green"), result.test.name))
    output.print(_coverage(run))
    seen = [each for each in run.coverage.rules.values() if each.here]
    leaves = [leaf for each in seen for leaf in each.conditions.values()]
    output.print(
        f"{len(run.results) - len(run.failed)} passed, {len(run.failed)} failed; "
        f"{sum(each.fired > 0 for each in seen)} of {len(seen)} rules fired, "
        f"{sum(leaf.both_ways for leaf in leaves)} of {len(leaves)} conditions seen both true and false",
        style="bold red" if run.failed else "bold green",
    )


def _tree(result: Result, words: Words) -> Tree:
    place = result.test.place
    tree = Tree(Text.assemble(("✗ ", "red"), (result.test.name, "bold"), (f"  {place.path}:{place.line}", "dim")), guide_style="dim")
    for failure in result.failures:
        branch = tree.add(
            Text.assemble(_effect(failure.expected or failure.got), (failure.message, "red"), (f"  line {failure.place.line}", "dim"))
        )
        for line in failure.differences:
            branch.add(line)
        if failure.rule:
            _add_trace(branch, failure, result, words)
    return tree


def _effect(effect: Json) -> str:
    """The effect a failure speaks of; nothing where it speaks of none."""
    if not isinstance(effect, dict) or "rule" not in effect:
        return ""
    members = members_line({name: value for name, value in effect.items() if name not in _NAMED})
    return f"{effect['rule']}: {effect['action']}{'  ' + members if members else ''}  "


def _add_trace(tree: Tree, failure: Failure, result: Result, words: Words) -> None:
    """What the rule made of every event of the test that asked it."""
    asked = [(taken, each) for taken in result.played.taken for each in taken.rules if each.rule.name == failure.rule and each.moments]
    for taken, each in asked:
        branch = tree.add(Text(f"{instant(taken.event.at)}  {taken.event.event_type}", "dim"))
        add_rules(branch, [each], (), words, detail="asked")
    if not asked:
        tree.add(Text("no event of the test sets it off", "yellow"))


def _coverage(run: Run) -> Table:
    table = Table("rule", "fired", "conditions", "not seen", box=None, pad_edge=False, title="Coverage", title_justify="left")
    for each in run.coverage.rules.values():
        both = sum(leaf.both_ways for leaf in each.conditions.values())
        fired = Text(str(each.fired), "" if each.fired else "red") if each.here else Text("not here", "dim")
        missing = "\n".join(_unseen(each, run.words)) if each.here else ""
        table.add_row(each.rule.name, fired, f"{both}/{len(each.conditions)}", Text(missing, "dim"))
    return table


def _unseen(each: RuleSeen, words: Words) -> Iterator[str]:
    for leaf in each.conditions.values():
        if not leaf.both_ways:
            yield f"{_never(leaf)}: {asking(leaf.leaf, words)}"


def _never(leaf: LeafSeen) -> str:
    ways = [name for verdict, name in ((True, "true"), (False, "false")) if verdict not in leaf.verdicts]
    return f"never {' or '.join(ways)}"
