"""docs/lake.md tells what there is."""

import re
from pathlib import Path

from casewright.measures.columns import KINDS
from casewright.measures.privacy import LISTED_ONLY
from casewright_workbench.lake.metrics import MetricPoint, metrics
from casewright_workbench.lake.opening import Directory, open_lake
from casewright_workbench.lake.views import views

ROOT = Path(__file__).parent.parent.parent
DOCS = (ROOT / "docs" / "lake.md").read_text()


def section(title: str) -> str:
    return DOCS.split(f"\n## {title}\n")[1].split("\n## ")[0]


def named(text: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+)`", "\n".join(line.split("|")[1] for line in text.splitlines() if line.startswith("|"))))


def test_every_kind_and_every_view_stands_in_its_table() -> None:
    assert named(section("What is kept")) == set(KINDS)
    assert named(section("Views")) == {view.name for view in views()}


def test_every_metric_is_defined() -> None:
    statement = next(view.statement for view in views() if view.name == "metric_points")
    told = set(re.findall(r"^    '([a-z_]+)'|SELECT '([a-z_]+)'", statement, re.MULTILINE))
    assert set(re.findall(r"^### ([a-z_]+)$", DOCS, re.MULTILINE)) == {first or second for first, second in told} | {"sla_attainment"}


def test_columns_of_metric_points_are_told_as_they_are() -> None:
    assert f"`metric_points({', '.join(MetricPoint.__struct_fields__)})`" in DOCS


def test_what_is_kept_only_if_listed_is_told() -> None:
    words = {"title": "title", "summary": "summary", "customer_id": "customer"}
    assert words.keys() == LISTED_ONLY
    assert "| title, summary, customer |" in section("Personal data")


def test_the_example_runs(tmp_path: Path) -> None:
    [example] = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    printed: list[object] = []
    exec(example.replace('"lake/facts"', repr(str(tmp_path))), {"print": printed.append})
    assert printed == [metrics(open_lake(Directory(tmp_path))), []]
