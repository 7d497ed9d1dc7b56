# ruff: noqa: E501  # tables of what is refused, one row a line
"""YAML reads as an operator means it, or is refused at its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_yaml import plain

from casewright_authoring.findings import Report
from casewright_authoring.nodes import Mapping, Scalar
from casewright_authoring.reading import read


def content(text: str) -> object:
    report = Report()
    node = read(text, "a.yaml", report)
    assert report.findings == ()
    return "no document" if node is None else plain(node)


def complaint(text: str) -> list[str]:
    report = Report()
    report.attempt(lambda one: read(one, "a.yaml", report), text, None)
    return [str(finding) for finding in report.findings]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("12", 12.0),
        ("-0.5", -0.5),
        ("1e3", 1000.0),
        ("007", "007"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("09:00", "09:00"),
        ("+1", "+1"),
        (".5", ".5"),
        (".inf", ".inf"),
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31T09:00:00Z", "2026-01-31T09:00:00Z"),
        ("50%", "50%"),
        ('"12"', "12"),
        ("'true'", "true"),
        ("~", None),
        ("null", None),
        ("", "no document"),
        ("# only a comment", "no document"),
    ],
)
def test_a_scalar_means_what_it_looks_like(written: str, meant: object) -> None:
    assert content(written) == meant


def test_keys_are_names_whatever_they_look_like() -> None:
    assert content("on: 1\n1: 2\nnull: 3\ntrue: 4") == {"on": 1.0, "1": 2.0, "null": 3.0, "true": 4.0}


def test_an_alias_gives_the_value_of_its_anchor() -> None:
    assert content("a: &one {x: 1}\nb: *one") == {"a": {"x": 1.0}, "b": {"x": 1.0}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3", "a.yaml:3:1: the key 'a' is given twice; it stands on line 1 already"),
        ("a: {x: 1, 'x': 2}", "a.yaml:1:11: the key 'x' is given twice; it stands on line 1 already"),
        ("a: !!str 5", "a.yaml:1:4: tags are not accepted, 'tag:yaml.org,2002:str' was given; quote what shall be text"),
        ("- !!python/object/apply:os.system [ls]", "a.yaml:1:3: tags are not accepted, 'tag:yaml.org,2002:python/object/apply:os.system' was given; quote what shall be text"),
        ("a: &x {b: 1}\nc: {<<: *x}", "a.yaml:2:5: merge keys are not read; an alias may stand for a whole value"),
        ("[a]: 1", "a.yaml:1:1: a list or mapping is given as a key; accepted is a name"),
        ("a: 1e999", "a.yaml:1:4: the number 1e999 is too large"),
        ("a: 1\n---\nb: 2", "a.yaml:2:1: a second document begins here; one file holds one document"),
        ("a: &x [*x]", "a.yaml:1:4: an alias stands within what it names"),
        ("a: [1, 2", "a.yaml:1:9: this is not YAML: while parsing a flow sequence: expected ',' or ']', but got '<stream end>'"),
        ("a:\n\t- 1", "a.yaml:2:1: this is not YAML: while scanning for the next token: found character '\\t' that cannot start any token; indent with spaces"),
        ('a: "\\d+"', "a.yaml:1:6: this is not YAML: while scanning a double-quoted scalar: found unknown escape character 'd'; in single quotes \\ stands for itself"),
        ('a: "\\ud83d\\ude00"', "a.yaml:1:4: an escape gives half of a character; write the character itself"),
        ("a: *gone", "a.yaml:1:4: this is not YAML: found undefined alias 'gone'"),
        ("a\n b: \x07", "a.yaml:2:5: the character '\\x07' cannot stand in YAML"),
    ],
)  # fmt: skip
def test_a_trap_is_refused_at_its_place(text: str, expected: str) -> None:
    assert complaint(text) == [expected]


def test_aliases_that_stand_for_billions_of_values_are_refused() -> None:
    lines = ["a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 10)]
    [told] = complaint("\n".join(lines))
    assert "with its aliases written out this is more than 100000 values" in told


def test_values_nested_without_end_are_refused() -> None:
    assert complaint("[" * 5000) == ["a.yaml:1:1: values are nested too deeply to be read"]


@given(st.text(alphabet="ab :-[]{}&*!#'\"|>\n\t<,?1.%@`\\", max_size=40))
def test_any_text_is_read_or_refused_and_never_crashes(text: str) -> None:
    report = Report()
    node = report.attempt(lambda given: read(given, "a.yaml", report) or "nothing", text, None)
    assert node is not None or report.findings
    for finding in report.findings:
        assert 1 <= finding.line <= text.count("\n") + 2
        assert finding.column >= 1


@given(prefix=st.sampled_from(["", "x: 1\n", "x: 1\n\n"]), indent=st.integers(1, 8), before=st.text("ab ", max_size=6))
def test_the_place_of_a_part_of_a_block_text_is_exact(prefix: str, indent: int, before: str) -> None:
    line = f"z{before}{{{{ v }}}}"
    text = f"{prefix}a: |\n{' ' * indent}first\n{' ' * indent}{line}\n"
    node = read(text, "a.yaml", Report())
    assert isinstance(node, Mapping)
    scalar = node.get("a")
    assert isinstance(scalar, Scalar)
    place = scalar.place_of("{{ v }}", 0)
    assert text.split("\n")[place.line - 1][place.column - 1 :] == "{{ v }}"
