"""The list of what the local cloud assumes, held against the code it points to."""

import re
from pathlib import Path

import casewright_workbench.localcloud

PACKAGE = Path(casewright_workbench.localcloud.__file__).parent
PAGE = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text()


def test_every_place_named_in_the_list_exists() -> None:
    named = set(re.findall(r"`([\w/]+\.py)`", PAGE))
    assert len(named) > 20
    assert [one for one in sorted(named) if not (PACKAGE / one).is_file()] == []


def test_every_assumption_says_where_it_stands_and_what_would_break() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| Assumption")]
    assert len(rows) > 40
    for row in rows:
        assumption, where, consequence = (cell.strip() for cell in row.strip("|").split(" | "))
        assert (assumption[-1], consequence[-1]) == (".", "."), row
        assert re.fullmatch(r"(`[\w/]+\.py`(, )?)+", where), row
