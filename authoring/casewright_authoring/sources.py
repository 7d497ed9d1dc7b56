"""The files of a directory that an operator writes."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from casewright_authoring.findings import Place, Report, fault
from casewright_authoring.nodes import Node
from casewright_authoring.reading import read
from casewright_authoring.suggestions import unknown

FILES: Final = ("catalog.yaml", "fields.yaml", "templates.yaml", "conditions.yaml", "calendars.yaml", "slas.yaml", "webhooks.yaml")
FOLDERS: Final = ("rules", "emails", "tests")


@dataclass(frozen=True, slots=True)
class Sources:
    """The files, read. `unread` names those whose content could not be told at all."""

    files: dict[str, Node] = field(default_factory=dict)
    folders: dict[str, tuple[Node, ...]] = field(default_factory=dict)
    present: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()

    def whole(self, name: str) -> bool:
        """Whether a file or folder was read to its end, or is not there at all."""
        return name not in self.unread


def read_sources(directory: Path, report: Report) -> Sources:
    """Read everything in a directory that is ours; a file nobody would read is a finding."""
    if not directory.is_dir():
        report.tell(Place(directory.as_posix(), 1, 1), "there is no such directory; accepted is one like contact_center/")
        return Sources()
    _refuse_unknown(directory, report)
    unread: set[str] = set()
    files = {name: _contents([directory / name], name, unread, report) for name in FILES if (directory / name).is_file()}
    folders = {name: _contents(sorted((directory / name).rglob("*.yaml")), name, unread, report) for name in FOLDERS}
    if "catalog.yaml" not in files and "fields.yaml" not in files:
        report.tell(
            Place(directory.as_posix(), 1, 1),
            "neither catalog.yaml nor fields.yaml is here; one of them names the fields of a case",
        )
    single = {name: nodes[0] for name, nodes in files.items() if nodes}
    return Sources(single, folders, frozenset(files), frozenset(unread))


def _contents(paths: list[Path], name: str, unread: set[str], report: Report) -> tuple[Node, ...]:
    found: list[Node] = []
    for path in paths:
        content = report.attempt(lambda one: (read_file(one, report),), path, None)
        if content is None:
            unread.add(name)
        elif content[0] is not None:
            found.append(content[0])
    return tuple(found)


def read_file(path: Path, report: Report) -> Node | None:
    """The content of one file; None for one that holds nothing but comments."""
    shown = path.as_posix()
    try:
        return read(path.read_bytes().decode("utf-8-sig"), shown, report)
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        place = Place(shown, before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        raise fault(place, f"the byte 0x{error.object[error.start]:02x} is not UTF-8") from error
    except OSError as error:
        raise fault(Place(shown, 1, 1), f"the file cannot be read: {error.strerror}") from error


def _refuse_unknown(directory: Path, report: Report) -> None:
    for path in sorted(directory.rglob("*.y*ml")):
        inside = path.relative_to(directory)
        if any(part.startswith(".") for part in inside.parts):
            continue
        place = Place(path.as_posix(), 1, 1)
        if path.suffix == ".yml":
            report.tell(place, "the name of a file ends in .yaml here; .yml is not read")
        elif len(inside.parts) == 1 and inside.name not in FILES:
            report.tell(place, unknown("file", inside.name, FILES))
        elif len(inside.parts) > 1 and inside.parts[0] not in FOLDERS:
            report.tell(place, unknown("folder", inside.parts[0], FOLDERS))
