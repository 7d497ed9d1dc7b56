"""Event integrations of the local AppIntegrations, and Connect's associations with them."""

from typing import Any

import pytest
from localcloud.cases_world import INSTANCE_ID, World

from casewright_workbench.localcloud.service import ServiceError


@pytest.fixture
def world() -> World:
    return World()


def refused(code: str) -> Any:
    return pytest.raises(ServiceError, match=code)


def create(world: World, name: str = "amazon-connect-cases", **more: Any) -> str:
    request = {"Name": name, "EventFilter": {"Source": "aws.cases"}, "EventBridgeBus": "default"} | more
    return str(world.integrations.create_event_integration(**request)["EventIntegrationArn"])


def associate(world: World, arn: str, **more: Any) -> str:
    answer = world.connect.create_integration_association(
        InstanceId=INSTANCE_ID, IntegrationType="EVENT", IntegrationArn=arn, **({"SourceType": "CASES"} | more)
    )
    return str(answer["IntegrationAssociationId"])


def test_an_event_integration_is_made_once(world: World) -> None:
    arn = create(world, ClientToken="t", Description="d")
    assert arn == "arn:aws:app-integrations:us-east-1:111122223333:event-integration/amazon-connect-cases"
    assert create(world, ClientToken="t") == arn
    for again in ({}, {"ClientToken": "other"}):
        with refused("DuplicateResourceException"):
            create(world, **again)
    shown = world.integrations.get_event_integration(Name="amazon-connect-cases")
    assert (shown["EventFilter"], shown["EventBridgeBus"], shown["Description"]) == ({"Source": "aws.cases"}, "default", "d")
    world.integrations.update_event_integration(Name="amazon-connect-cases", Description="e")
    (listed,) = world.integrations.list_event_integrations()["EventIntegrations"]
    assert listed["Description"] == "e"
    with refused("ResourceNotFoundException"):
        world.integrations.get_event_integration(Name="nope")


def test_an_associated_integration_cannot_be_deleted(world: World) -> None:
    association = associate(world, create(world))
    (listed,) = world.integrations.list_event_integration_associations(EventIntegrationName="amazon-connect-cases")[
        "EventIntegrationAssociations"
    ]
    assert (listed["EventIntegrationAssociationId"], listed["ClientId"]) == (association, INSTANCE_ID)
    with refused("InvalidRequestException"):
        world.integrations.delete_event_integration(Name="amazon-connect-cases")
    world.connect.delete_integration_association(InstanceId=INSTANCE_ID, IntegrationAssociationId=association)
    world.integrations.delete_event_integration(Name="amazon-connect-cases")
    with refused("ResourceNotFoundException"):
        world.integrations.get_event_integration(Name="amazon-connect-cases")


def test_associations_that_cannot_be_made(world: World) -> None:
    arn = create(world)
    with refused("ResourceNotFoundException"):
        associate(world, f"{arn}-other")
    with refused("InvalidRequestException"):
        associate(world, arn, SourceType="ZENDESK")
    associate(world, arn)
    with refused("DuplicateResourceException"):
        associate(world, arn)


def test_a_region_has_ten_event_integrations(world: World) -> None:
    for number in range(10):
        create(world, f"integration-{number}")
    with refused("ResourceQuotaExceededException"):
        create(world, "integration-10")
