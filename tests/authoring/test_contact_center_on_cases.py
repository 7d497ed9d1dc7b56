"""The definition of the example is one that Cases, as the local cloud emulates it, accepts."""

from pathlib import Path

import msgspec
import pytest
from localcloud.cases_world import World

from casewright.aws.domain import DomainSetup
from casewright.bundle import link
from casewright.cases.catalog import Catalog
from casewright.service.configure import Configuring, Wanted, configure
from casewright_authoring import Compiled, compile_directory


class Nowhere:
    """A telemetry, an event stream and a bundle store that this test does not look at."""

    def log(self, message: str, **facts: object) -> None: ...
    def count(self, name: str, value: int = 1) -> None: ...
    def flush(self) -> None: ...
    def include(self, field_ids: frozenset[str]) -> frozenset[str]:
        return field_ids

    def integrate(self) -> str:
        return ""

    def seed(self, written: bytes) -> bool:
        return False

    def write_catalog(self, catalog: Catalog) -> None: ...


@pytest.fixture(scope="module")
def example() -> Compiled:
    return compile_directory(Path(__file__).parents[2] / "contact_center")


def test_what_events_shall_leave_out_is_not_asked_of_the_event_configuration(example: Compiled) -> None:
    world = World()
    domain = world.cases.create_domain(name="brookline")["domainId"]
    setup, nowhere = DomainSetup(world.cases, domain), Nowhere()
    ports = Configuring(domain_id=domain, fields=setup, templates=setup, stream=nowhere, publishing=nowhere, telemetry=nowhere)
    fields = tuple(msgspec.structs.replace(field, in_events=field.name != "browser") for field in example.definition.fields)
    wanted = Wanted(definition=msgspec.structs.replace(example.definition, fields=fields), directory=example.directory)
    catalog = configure(wanted, ports)
    assert {entry.id for entry in catalog.fields.values()} - catalog.included_field_ids == {catalog.fields["browser"].id}


def test_cases_accepts_the_example_and_the_bundle_links_against_the_result(example: Compiled) -> None:
    world = World()
    domain = world.cases.create_domain(name="brookline")["domainId"]
    setup, nowhere = DomainSetup(world.cases, domain), Nowhere()
    ports = Configuring(domain_id=domain, fields=setup, templates=setup, stream=nowhere, publishing=nowhere, telemetry=nowhere)
    wanted = Wanted(definition=example.definition, directory=example.directory)
    catalog = configure(wanted, ports)
    assert set(catalog.templates) == {"Billing", "Shipping", "Technical"}
    assert catalog.fields["status"].options["Waiting on customer"] == "waiting-on-customer"
    assert link(example.bundle, catalog, bundle_hash=example.hash).hash == example.hash
    assert configure(wanted, ports) == catalog
