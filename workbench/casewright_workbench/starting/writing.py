"""Writing into a directory what is missing there; a file of the operator is never overwritten."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePath

from casewright_authoring.schemas import SCHEMA_FOLDER
from casewright_authoring.sources import FILES, FOLDERS
from casewright_workbench.starting.schemas import modeline, schema_files


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a directory: files made, files left as they were, and those of them that do not name their schema."""

    made: tuple[PurePath, ...]
    left: tuple[PurePath, ...]
    without_schema: tuple[PurePath, ...]


def present(directory: Path) -> tuple[PurePath, ...]:
    """The files of an operator, by their paths inside the directory."""
    single = [PurePath(name) for name in FILES if (directory / name).is_file()]
    grouped = [path.relative_to(directory) for folder in FOLDERS for path in sorted((directory / folder).rglob("*.yaml"))]
    return (*single, *grouped)


def first_files() -> dict[PurePath, str]:
    """A small contact centre: each file with its text."""
    return dict(_texts(files("casewright_workbench.starting") / "files", PurePath()))


def write(directory: Path, texts: Mapping[PurePath, str]) -> Written:
    """Write the files that are not there, each led by the line that names its schema, and the schemas."""
    left = present(directory)
    made = tuple(inside for inside in texts if inside not in left)
    for inside in made:
        (directory / inside).parent.mkdir(parents=True, exist_ok=True)
        (directory / inside).write_text(f"{modeline(inside)}\n{texts[inside]}", encoding="utf-8")
    schemas = directory / SCHEMA_FOLDER
    schemas.mkdir(parents=True, exist_ok=True)
    for name, text in schema_files(directory).items():
        (schemas / name).write_text(text, encoding="utf-8")
    return Written(made, left, tuple(inside for inside in left if modeline(inside) not in _text(directory / inside)))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _texts(folder: Traversable, inside: PurePath) -> list[tuple[PurePath, str]]:
    found: list[tuple[PurePath, str]] = []
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir():
            found += _texts(entry, inside / entry.name)
        elif entry.name.endswith(".yaml"):
            found.append((inside / entry.name, entry.read_text(encoding="utf-8")))
    return found
