"""The arrows of the house hold, and the check that holds them can fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINT = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]


def test_imports_follow_the_arrows() -> None:
    run = subprocess.run(LINT, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(
    ("module", "planted", "contract"),
    [
        ("layers/casewright/python/casewright/decide.py", "import boto3", "The core knows no AWS SDK"),
        ("layers/casewright/python/casewright/cases/events.py", "import casewright.rules.rule", "Arrows of the house"),
        ("layers/casewright/python/casewright/service/act.py", "import casewright.aws.cases", "Arrows of the house"),
    ],
)
def test_a_planted_violation_is_found(module: str, planted: str, contract: str, tmp_path: Path) -> None:
    for part in ("layers", "authoring", "workbench", "lambdas", "stacks", "pyproject.toml"):
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / part)
    with (tmp_path / module).open("a") as file:
        file.write(f"\n{planted}\n")
    roots = ":".join(str(tmp_path / part) for part in (".", "layers/casewright/python", "authoring", "workbench"))
    run = subprocess.run(LINT, cwd=tmp_path, env={"PYTHONPATH": roots, "PATH": ""}, capture_output=True, text=True, check=False)
    assert run.returncode == 1, run.stdout + run.stderr
    assert f"{contract}" in run.stdout.split("Broken contracts")[1]
