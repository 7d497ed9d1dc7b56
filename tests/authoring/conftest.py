"""What a change to one file of a small directory leads to."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest
from small_directory import SMALL, Compile, Complain, Write

from casewright_authoring import compile_directory, findings


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the small directory with some files replaced or added."""

    def write_files(files: Mapping[str, str]) -> Path:
        for name, text in (SMALL | dict(files)).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        return tmp_path

    return write_files


@pytest.fixture
def compiled(write: Write) -> Compile:
    """Compile the small directory with some files replaced or added."""
    return lambda files: compile_directory(write(files))


@pytest.fixture
def complaints(write: Write) -> Complain:
    """The findings of the small directory with some files replaced or added, with paths relative to it."""

    def told(files: Mapping[str, str]) -> list[str]:
        directory = write(files)
        return [str(each).removeprefix(f"{directory.as_posix()}/") for each in findings(directory)]

    return told
