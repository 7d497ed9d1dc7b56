"""What is wrong with a request, collected so that one answer names everything."""

from dataclasses import dataclass, field

_LONGEST_SHOWN = 80


def shown(value: object) -> str:
    """A value as an error message quotes it, shortened."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}... ({len(text)} characters)"


@dataclass(slots=True)
class Problems:
    """Each problem names the path, what was given there and what is accepted; `missing` are the paths of absent members."""

    found: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add(self, path: str, given: object, accepted: str) -> None:
        """Note that `given` at `path` is not `accepted`."""
        self.found.append(f"Value '{shown(given)}' at '{path}' failed to satisfy constraint: {accepted}")

    def add_missing(self, path: str) -> None:
        """Note that the required member at `path` is absent."""
        self.missing.append(path)
        self.found.append(f"Value at '{path}' failed to satisfy constraint: Member must not be null")

    def __bool__(self) -> bool:
        return bool(self.found)

    def message(self) -> str:
        """All problems in one text."""
        noun = "error" if len(self.found) == 1 else "errors"
        return f"{len(self.found)} validation {noun} detected: {'; '.join(self.found)}"
