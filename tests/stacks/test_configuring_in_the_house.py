"""The custom resource right after its permissions were changed, which AWS does not know of everywhere at once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from faults import Faults, Refused

from casewright_workbench.house import House
from casewright_workbench.provisioning import BUNDLES

CONTACT_CENTER = Path(__file__).parents[2] / "contact_center"
DENIED = Refused("AccessDenied", status=403)
WANTED = {"WantedBucket": BUNDLES, "WantedKey": "wanted.json"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House.open(CONTACT_CENTER, start=datetime(2026, 11, 16, 13, tzinfo=UTC), folder=tmp_path_factory.mktemp("house")) as opened:
        yield opened


def update(house: House, properties: dict[str, str] = WANTED) -> Any:
    return house.runtime.invoke("configure_domain", {"RequestType": "Update", "ResourceProperties": properties})


def test_a_permission_that_takes_a_while_is_waited_for(house: House) -> None:
    with Faults(house.cloud) as faults:
        faults.at("s3", "GetObject", DENIED, role="configure_domain", calls={1, 2, 3})
        assert update(house)["Data"]["Fields"] == len(house.catalog.fields)
    assert faults.happened["s3", "GetObject", "AccessDenied"] == 3


def test_a_permission_that_is_never_there_and_an_object_that_is_not_fail(house: House) -> None:
    before = house.clock.now()
    with Faults(house.cloud) as faults:
        faults.at("s3", "GetObject", DENIED, role="configure_domain", calls=range(1, 100))
        with pytest.raises(Exception, match="AccessDenied"):
            update(house)
    assert faults.happened["s3", "GetObject", "AccessDenied"] == 6
    assert 30 <= (house.clock.now() - before).total_seconds() < 120, "long before CloudFormation gives up"
    with pytest.raises(Exception, match="NoSuchKey"):
        update(house, {**WANTED, "WantedKey": "other.json"})
