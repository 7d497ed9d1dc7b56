"""A town for what a module looks for in it."""

from collections.abc import Iterator

import pytest
from security.town import Town


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("town"))
    yield town
    town.house.close()
