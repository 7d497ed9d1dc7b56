"""A compiled bundle, written and read, is the same bundle; equal texts give equal bytes."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

from hypothesis import given, settings
from hypothesis import strategies as st
from small_directory import SMALL, Compile

from casewright import bundle
from casewright_authoring import compile_directory

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="{"), min_size=1, max_size=12)
said = words.filter(str.strip)
options = st.sampled_from(["low", "High"])
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**9), 10**9)
ages = st.integers(1, 9999).map(lambda minutes: f"{minutes}m")
orders = st.sampled_from(["greater_than", "greater_or_equal", "less_than", "less_or_equal"])
moments = st.datetimes(timezones=st.timezones(), min_value=datetime(1900, 1, 1)).map(lambda at: at.isoformat())  # noqa: DTZ001  # the strategy adds the zone


def single(key: str) -> Callable[[object], dict[str, object]]:
    return lambda value: {key: value}


leaves = st.one_of(
    options.map(single("priority")),
    st.lists(options, min_size=1, max_size=3).map(lambda values: {"priority": {"not_in": values}}),
    st.booleans().map(single("vip")),
    said.map(lambda text: {"summary": {"contains": text, "ignore_case": True}}),
    said.map(single("title")),
    st.builds(lambda order, number: {"amount": {order: number}}, orders, numbers),
    st.booleans().map(lambda wanted: {"due": {"absent": wanted, "changed": not wanted}}),
    moments.map(lambda at: {"due": {"less_than": at}}),
    st.builds(lambda low, more: {"amount": {"between": [low, low + more]}}, st.integers(-9, 9), st.floats(0, 9)),
    said.map(lambda text: {"title": {"matches": re.escape(text), "ignore_case": True}}),
    ages.map(lambda age: {"due": {"older_than": age, "newer_than": {"for": age}}}),
    options.map(lambda value: {"priority": {"changed": {"from": value, "to": ["high", ""]}}}),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(single("all")),
        st.lists(inner, min_size=1, max_size=3).map(single("any")),
        inner.map(single("not")),
    ),
    max_leaves=8,
)
details = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, words, st.just("{{ case.title }}!")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
actions = st.one_of(
    st.just({"end_tasks": True}),
    said.map(lambda text: {"add_comment": f"{{{{ case.id }}}} {text}"}),
    st.builds(lambda text, number: {"update_case": {"set": {"title": text, "amount": number}}}, said, numbers),
    st.dictionaries(words, details, max_size=3).map(lambda detail: {"put_event": {"detail_type": "x", "detail": detail}}),
)
rules = st.lists(
    st.fixed_dictionaries(
        {
            "when": st.just(["case_updated", "case_created"]),
            "if": conditions,
            "then": st.lists(actions, min_size=1, max_size=3),
            "order": st.integers(-5, 5),
            "stop": st.booleans(),
            "mode": st.sampled_from(["off", "shadow", "on"]) | st.integers(1, 99).map(lambda share: f"canary {share}%"),
            "budget": st.builds(lambda effects, per: {"effects": effects, "per": per}, st.integers(1, 999), ages),
        }
    ),
    min_size=1,
    max_size=4,
).map(lambda given: [{"rule": f"r{place}"} | each for place, each in enumerate(given)])


@given(rules)
@settings(max_examples=60)
def test_a_compiled_bundle_is_read_as_it_was_written(written: list[object]) -> None:
    with TemporaryDirectory() as name:
        for path, text in SMALL.items():
            (Path(name) / path).parent.mkdir(exist_ok=True)
            (Path(name) / path).write_text(dedent(text), encoding="utf-8")
        (Path(name) / "rules").mkdir()
        (Path(name) / "rules" / "all.yaml").write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
        made = compile_directory(Path(name))
    again = bundle.read(made.written)
    assert again == made.bundle
    assert bundle.write(again) == made.written
    assert bundle.content_hash(made.written) == made.hash


def test_the_order_of_files_and_rules_does_not_change_the_bundle(compiled: Compile) -> None:
    one = "- {rule: one, when: case_created, then: [{end_tasks: true}]}\n"
    two = "- {rule: two, when: case_created, then: [{end_tasks: true}]}\n"
    first = compiled({"rules/a.yaml": one, "rules/b.yaml": two})
    second = compiled({"rules/a.yaml": two + one, "rules/b.yaml": "# nothing is left here\n"})
    assert first.hash == second.hash


def test_any_change_of_meaning_changes_the_hash(compiled: Compile) -> None:
    rule = "- {{rule: one, when: case_created, then: [{{add_comment: {}}}]}}\n"
    assert compiled({"rules/a.yaml": rule.format("a")}).hash != compiled({"rules/a.yaml": rule.format("b")}).hash
