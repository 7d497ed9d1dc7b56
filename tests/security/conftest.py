"""One town for all that look for something in it: they leave it as it was."""

from collections.abc import Iterator

import pytest
from security.town import Town


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("town"))
    yield town
    town.house.close()
