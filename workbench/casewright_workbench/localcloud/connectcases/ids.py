"""Identifiers that come out the same in every run with the same seed."""

from random import Random
from uuid import UUID


class Ids:
    """A source of uuids and reference numbers, drawn from one seeded generator."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311  (reproducible on purpose; nothing here is a secret)

    def uuid(self) -> str:
        """A version 4 uuid as text."""
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def reference_number(self) -> str:
        """Eight digits, like the friendly number of a case; not unique, as with AWS."""
        return f"{self._random.randrange(10**8):08d}"
