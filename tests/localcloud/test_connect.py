"""Tasks, integration associations and look-ups of the local Connect."""

from datetime import timedelta
from typing import Any

import pytest
from localcloud.cases_world import (
    ANA,
    ANA_ARN,
    FLOW_ARN,
    INSTANCE,
    INSTANCE_ARN,
    INSTANCE_ID,
    NOON,
    QUEUE_ARN,
    QUICK_CONNECT_ARN,
    ROBOT,
    TASK_TEMPLATE_ARN,
    Checked,
    World,
)

from casewright_workbench.localcloud.appintegrations import AppIntegrations
from casewright_workbench.localcloud.clock import SkippableClock
from casewright_workbench.localcloud.connect.service import Connect
from casewright_workbench.localcloud.service import Caller, ServiceError

FLOW_ID = FLOW_ARN.rpartition("/")[2]


@pytest.fixture
def world() -> World:
    return World()


def refused(code: str) -> Any:
    return pytest.raises(ServiceError, match=code)


def start(connect: Checked, **more: Any) -> str:
    request = {"InstanceId": INSTANCE_ID, "Name": "Call back", "ContactFlowId": FLOW_ID} | more
    return str(connect.start_task_contact(**{name: value for name, value in request.items() if value is not None})["ContactId"])


def describe(world: World, contact_id: str) -> dict[str, Any]:
    return dict(world.connect.describe_contact(InstanceId=INSTANCE_ID, ContactId=contact_id)["Contact"])


def test_a_task_starts_and_stops(world: World) -> None:
    contact_id = start(world.connect, Description="Why", Attributes={"case-id": "1"})
    shown = describe(world, contact_id)
    assert (shown["Channel"], shown["Name"], shown["Description"]) == ("TASK", "Call back", "Why")
    assert shown["Arn"] == f"{INSTANCE_ARN}/contact/{contact_id}"
    assert shown["Attributes"] == {"case-id": "1"}
    assert shown["DisconnectTimestamp"] is None
    world.clock.sleep(60)
    for _ in range(2):
        world.connect.stop_contact(InstanceId=INSTANCE_ID, ContactId=contact_id)
        assert describe(world, contact_id)["DisconnectTimestamp"] == NOON + timedelta(seconds=60)
        world.clock.sleep(60)
    with refused("ContactNotFoundException"):
        world.connect.stop_contact(InstanceId=INSTANCE_ID, ContactId="nope")
    with refused("ResourceNotFoundException"):
        describe(world, "nope")


@pytest.mark.parametrize(
    ("target", "arn"), [("ContactFlowId", FLOW_ARN), ("QuickConnectId", QUICK_CONNECT_ARN), ("TaskTemplateId", TASK_TEMPLATE_ARN)]
)
def test_a_task_is_started_by_a_flow_a_quick_connect_or_a_template(world: World, target: str, arn: str) -> None:
    contact_id = start(world.connect, **{"ContactFlowId": None, target: arn.rpartition("/")[2]})
    contact = world.connect._service.contacts.with_id(INSTANCE_ARN, contact_id)
    assert contact is not None
    assert contact.started_by == arn


def test_a_client_token_starts_one_task(world: World) -> None:
    assert start(world.connect, ClientToken="t-1") == start(world.connect, ClientToken="t-1")
    assert start(world.connect, ClientToken="t-2") != start(world.connect, ClientToken="t-1")


def test_a_task_expires_after_its_life(world: World) -> None:
    usual = start(world.connect)
    short = {"connect:ContactExpiry": {"ValueMap": {"ExpiryDuration": {"ValueInteger": 5}}}}
    brief = start(world.connect, SegmentAttributes=short)
    world.clock.sleep(300)
    assert describe(world, brief)["DisconnectTimestamp"] == NOON + timedelta(minutes=5)
    assert describe(world, usual)["DisconnectTimestamp"] is None
    world.clock.skip_to(NOON + timedelta(days=7))
    assert describe(world, usual)["DisconnectReason"] == "EXPIRED"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"ContactFlowId": None}, "InvalidRequestException"),
        ({"QuickConnectId": "q"}, "InvalidRequestException"),
        ({"ContactFlowId": None, "TaskTemplateId": "t"}, "ResourceNotFoundException"),
        ({"ContactFlowId": "nope"}, "ResourceNotFoundException"),
        ({"InstanceId": "nope"}, "ResourceNotFoundException"),
        ({"PreviousContactId": "nope"}, "ResourceNotFoundException"),
        ({"ScheduledTime": NOON - timedelta(seconds=1)}, "InvalidParameterException"),
        ({"ScheduledTime": NOON + timedelta(days=6, seconds=1)}, "InvalidParameterException"),
        ({"References": {"case": {"Type": "ATTACHMENT", "Value": "x"}}}, "InvalidParameterException"),
        ({"References": {"case": {"Type": "STRING", "Value": "x" * 4096}}}, "InvalidParameterException"),
        ({"References": {"due": {"Type": "DATE", "Value": "2026-03-02"}}}, "InvalidParameterException"),
        ({"ContactFlowId": None, "QuickConnectId": "q"}, "ResourceNotFoundException"),
        ({"Attributes": {"two words": "x"}}, "InvalidParameterException"),
        ({"Attributes": {"k": "x" * 32_767, "l": "x"}}, "InvalidParameterException"),
    ],
)
def test_tasks_that_cannot_start(world: World, more: dict[str, Any], code: str) -> None:
    with refused(code):
        start(world.connect, **more)


def test_linked_tasks_share_attributes_and_have_a_limit(world: World) -> None:
    first = start(world.connect, Attributes={"a": "1", "b": "1"})
    second = start(world.connect, PreviousContactId=first, Attributes={"b": "2"})
    assert describe(world, second)["Attributes"] == {"a": "1", "b": "2"}
    for _ in range(11):
        start(world.connect, PreviousContactId=first)
    with refused("ServiceQuotaExceededException"):
        start(world.connect, PreviousContactId=first)
    start(world.connect, RelatedContactId=first)


def test_only_so_many_tasks_are_active_at_once() -> None:
    connect = Checked(Connect(SkippableClock(NOON), INSTANCE, app_integrations=AppIntegrations(), max_active_tasks=1))
    contact_id = start(connect)
    with refused("ServiceQuotaExceededException"):
        start(connect)
    connect.stop_contact(InstanceId=INSTANCE_ID, ContactId=contact_id)
    start(connect)


def test_an_instance_has_one_cases_domain(world: World) -> None:
    domain = world.cases.get_domain(domainId=world.domain)["domainArn"]

    def associate(arn: str) -> str:
        answer = world.connect.create_integration_association(InstanceId=INSTANCE_ID, IntegrationType="CASES_DOMAIN", IntegrationArn=arn)
        return str(answer["IntegrationAssociationId"])

    first = associate(domain)
    for arn in (domain, f"{domain}2"):
        with refused("DuplicateResourceException"):
            associate(arn)
    (listed,) = world.connect.list_integration_associations(InstanceId=INSTANCE_ID, IntegrationType="CASES_DOMAIN")[
        "IntegrationAssociationSummaryList"
    ]
    assert (listed["IntegrationAssociationId"], listed["IntegrationArn"]) == (first, domain)
    others = world.connect.list_integration_associations(InstanceId=INSTANCE_ID, IntegrationType="EVENT")
    assert others["IntegrationAssociationSummaryList"] == []
    world.connect.delete_integration_association(InstanceId=INSTANCE_ID, IntegrationAssociationId=first)
    with refused("ResourceNotFoundException"):
        world.connect.delete_integration_association(InstanceId=INSTANCE_ID, IntegrationAssociationId=first)
    associate(f"{domain}2")


def test_looking_up_the_instance(world: World) -> None:
    connect = world.connect
    assert connect.describe_instance(InstanceId=INSTANCE_ARN)["Instance"]["Id"] == INSTANCE_ID
    assert [one["Id"] for one in connect.list_instances()["InstanceSummaryList"]] == [INSTANCE_ID]
    elsewhere = connect.as_caller(Caller(ROBOT.account, "eu-west-2", ROBOT.principal_arn))
    assert elsewhere.list_instances()["InstanceSummaryList"] == []
    assert connect.describe_user(InstanceId=INSTANCE_ID, UserId=ANA.id)["User"]["IdentityInfo"]["Email"] == ANA.email
    with refused("ResourceNotFoundException"):
        connect.describe_user(InstanceId=INSTANCE_ID, UserId="nope")
    (queue,) = connect.list_queues(InstanceId=INSTANCE_ID)["QueueSummaryList"]
    assert (queue["Name"], queue["Arn"], queue["Id"]) == ("Escalations", QUEUE_ARN, QUEUE_ARN.rpartition("/")[2])
    assert connect.list_queues(InstanceId=INSTANCE_ID, QueueTypes=["AGENT"])["QueueSummaryList"] == []
    (flow,) = connect.list_contact_flows(InstanceId=INSTANCE_ID)["ContactFlowSummaryList"]
    assert (flow["Name"], flow["Id"]) == ("Call back", FLOW_ID)
    assert connect.list_contact_flows(InstanceId=INSTANCE_ID, ContactFlowTypes=["CAMPAIGN"])["ContactFlowSummaryList"] == []
    (quick,) = connect.list_quick_connects(InstanceId=INSTANCE_ID, QuickConnectTypes=["USER", "QUEUE"])["QuickConnectSummaryList"]
    assert (quick["Name"], quick["Arn"]) == ("Escalations", QUICK_CONNECT_ARN)
    assert connect.list_quick_connects(InstanceId=INSTANCE_ID, QuickConnectTypes=["PHONE_NUMBER"])["QuickConnectSummaryList"] == []
    (template,) = connect.list_task_templates(InstanceId=INSTANCE_ID, Status="ACTIVE")["TaskTemplates"]
    assert (template["Name"], template["Arn"]) == ("Refund", TASK_TEMPLATE_ARN)
    assert connect.list_task_templates(InstanceId=INSTANCE_ID, Status="INACTIVE")["TaskTemplates"] == []


def test_users_are_listed_in_pages_and_found_by_name(world: World) -> None:
    first = world.connect.list_users(InstanceId=INSTANCE_ID, MaxResults=1)
    rest = world.connect.list_users(InstanceId=INSTANCE_ID, MaxResults=1, NextToken=first["NextToken"])
    assert [one["Username"] for page in (first, rest) for one in page["UserSummaryList"]] == ["ana", "ben"]
    assert first["UserSummaryList"][0]["Arn"] == ANA_ARN
    with refused("InvalidRequestException"):
        world.connect.list_users(InstanceId=INSTANCE_ID, NextToken="nope")

    def find(**criteria: Any) -> list[str]:
        return [one["Username"] for one in world.connect.search_users(InstanceId=INSTANCE_ID, SearchCriteria=criteria)["Users"]]

    def named(field: str, value: str, how: str) -> dict[str, Any]:
        return {"StringCondition": {"FieldName": field, "Value": value, "ComparisonType": how}}

    assert find(**named("Username", "ANA", "EXACT")) == ["ana"]
    assert find(**named("FirstName", "b", "STARTS_WITH")) == ["ben"]
    assert find(OrConditions=[named("Username", "ana", "EXACT"), named("LastName", "kor", "CONTAINS")]) == ["ana", "ben"]
    assert find(AndConditions=[named("Username", "ana", "EXACT"), named("LastName", "kor", "CONTAINS")]) == []
    with refused("InvalidParameterException"):
        find(**named("Shoe size", "9", "EXACT"))
