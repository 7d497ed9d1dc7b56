"""Two stages, synthesised once each: one that makes its domain, one that serves a domain that exists."""

from collections.abc import Iterator
from typing import Any

import pytest
from policies import Deployed
from synthesis import ACCOUNT, REGION, Templates, with_existing_domain, with_new_domain

Resource = dict[str, Any]


class Resources:
    """The resources of a stage, by type and construct id."""

    def __init__(self, templates: Templates) -> None:
        self.templates = templates
        self.deployed = Deployed(templates, account=ACCOUNT, region=REGION)

    def of(self, kind: str) -> dict[str, Resource]:
        """Every resource of a type, by stack and logical id."""
        return {f"{stack}/{logical}": resource for stack, logical, resource in self._each() if resource["Type"] == kind}

    def one(self, kind: str, name: str) -> Resource:
        """The one resource of a type whose construct id ends so."""
        found = [resource for where, resource in self.of(kind).items() if where[:-8].endswith(name)]
        assert len(found) == 1, f"{len(found)} of {kind} {name}: {sorted(self.of(kind))}"
        return found[0]

    def text(self, stack: str, value: Any) -> str:
        """A value of a template as text."""
        return self.deployed.resolve(stack, value)

    def _each(self) -> Iterator[tuple[str, str, Resource]]:
        for stack, template in self.templates.items():
            for logical, resource in template["Resources"].items():
                yield stack, logical, resource


@pytest.fixture(scope="session")
def made() -> Resources:
    """The stage that makes its domain."""
    return Resources(with_new_domain())


@pytest.fixture(scope="session")
def adopted() -> Resources:
    """The stage that serves a domain that exists, with everything optional given."""
    return Resources(with_existing_domain())


@pytest.fixture(scope="session", params=["made", "adopted"])
def either(request: pytest.FixtureRequest) -> Resources:
    """Both, one after the other."""
    resources: Resources = request.getfixturevalue(request.param)
    return resources


@pytest.fixture(scope="session")
def resources() -> type[Resources]:
    """For templates that a test synthesises itself."""
    return Resources
