"""A tour of the local Cases through real boto3 clients: what the state answers survives the wire."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from localcloud.cases_world import ANA_ARN, FLOW_ARN, INSTANCE, INSTANCE_ARN, INSTANCE_ID, NOON, ROBOT, entries

from casewright_workbench.localcloud.cloud import LocalCloud


class Tour:
    """Clients of one local cloud that has a domain with a template."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        session = cloud.session(principal_arn=ROBOT.principal_arn)
        self.cases, self.connect = session.client("connectcases"), session.client("connect")
        self.integrations = session.client("appintegrations")
        self.domain = self.cases.create_domain(name="support")["domainId"]
        self.template = self.cases.create_template(domainId=self.domain, name="Billing")["templateId"]

    def create(self, title: str = "A case") -> str:
        fields = entries({"title": title})
        return str(self.cases.create_case(domainId=self.domain, templateId=self.template, fields=fields)["caseId"])


@pytest.fixture
def tour() -> Iterator[Tour]:
    with LocalCloud(start=NOON, instance=INSTANCE) as cloud:
        yield Tour(cloud)


def test_a_case_from_its_creation_to_its_history(tour: Tour) -> None:
    cases, domain = tour.cases, tour.domain
    amount = cases.create_field(domainId=domain, name="Amount", type="Number")["fieldId"]
    template = cases.create_template(domainId=domain, name="Orders", requiredFields=[{"fieldId": amount}])["templateId"]
    fields = entries({"title": "Refund", amount: 12.5})
    case_id = cases.create_case(domainId=domain, templateId=template, fields=fields, performedBy={"userArn": ANA_ARN})["caseId"]
    sla = {
        "name": "first",
        "type": "CaseField",
        "fieldId": "status",
        "targetSlaMinutes": 5,
        "targetFieldValues": [{"stringValue": "closed"}],
    }
    cases.create_related_item(domainId=domain, caseId=case_id, type="Sla", content={"sla": {"slaInputConfiguration": sla}})
    tour.cloud.clock.sleep(300)
    cases.update_case(domainId=domain, caseId=case_id, fields=entries({"status": "closed", "summary": None}))

    shown = cases.get_case(domainId=domain, caseId=case_id, fields=[{"id": "status"}, {"id": amount}])
    assert shown["fields"] == entries({"status": "closed", amount: 12.5})
    assert "nextToken" not in shown
    (item,) = cases.search_related_items(domainId=domain, caseId=case_id)["relatedItems"]
    assert item["content"]["sla"]["slaConfiguration"]["status"] == "NotMet"
    assert item["content"]["sla"]["slaConfiguration"]["targetTime"] == NOON + timedelta(minutes=5)
    history = cases.get_case_audit_events(domainId=domain, caseId=case_id)["auditEvents"]
    assert [one["type"] for one in history][-1] == "Case.Created"
    assert history[-1]["performedTime"] == datetime(2026, 3, 2, 12, tzinfo=UTC)
    called = [(one.operation, one.principal_arn) for one in tour.cloud.calls]
    assert called[-1] == ("GetCaseAuditEvents", ROBOT.principal_arn)
    assert tour.cloud.next_timer() is None


def test_errors_carry_their_members(tour: Tour) -> None:
    with pytest.raises(tour.cases.exceptions.ResourceNotFoundException) as missing:
        tour.cases.get_case(domainId=tour.domain, caseId="nope", fields=[{"id": "title"}])
    assert (missing.value.response["resourceId"], missing.value.response["resourceType"]) == ("nope", "Case")
    with pytest.raises(tour.cases.exceptions.ConflictException):
        tour.cases.create_domain(name="support")
    with pytest.raises(ClientError) as invalid:
        tour.cases.create_case(domainId=tour.domain, templateId=tour.template, fields=[])
    assert invalid.value.response["Error"]["Code"] == "ValidationException"
    assert "title" in invalid.value.response["Error"]["Message"]


def test_configuration_and_batches(tour: Tour) -> None:
    cases = tour.cases
    bridge: dict[str, Any] = {"enabled": True, "includedData": {"caseData": {"fields": [{"id": "title"}]}}}
    cases.put_case_event_configuration(domainId=tour.domain, eventBridge=bridge)
    assert cases.get_case_event_configuration(domainId=tour.domain)["eventBridge"] == bridge
    case_id = tour.create()
    targets = [{"caseIdentifier": {"caseId": one}} for one in (case_id, "nope")]
    answer = cases.batch_update_case(domainId=tour.domain, cases=targets, fields=[], status="closed", clientToken="w")
    assert [one["errorCode"] for one in answer["failedCases"]] == ["CASE_NOT_FOUND"]
    content = {"comment": {"body": "Done", "contentType": "Text/Plain"}}
    made = cases.batch_create_related_item(domainId=tour.domain, cases=targets, content=content)
    assert len(made["successfulItems"]) == 1
    arn = cases.get_domain(domainId=tour.domain)["domainArn"]
    cases.tag_resource(arn=f"{arn}/case/{case_id}", tags={"team": "north"})
    cases.untag_resource(arn=f"{arn}/case/{case_id}", tagKeys=["team"])
    assert cases.list_tags_for_resource(arn=f"{arn}/case/{case_id}")["tags"] == {}
    cases.delete_case(domainId=tour.domain, caseId=case_id)
    assert cases.search_cases(domainId=tour.domain)["totalCount"] == 0


def test_a_task_tied_to_a_case(tour: Tour) -> None:
    domain_arn = tour.cases.get_domain(domainId=tour.domain)["domainArn"]
    tour.connect.create_integration_association(InstanceId=INSTANCE_ID, IntegrationType="CASES_DOMAIN", IntegrationArn=domain_arn)
    event_source = tour.integrations.create_event_integration(
        Name="amazon-connect-cases", EventFilter={"Source": "aws.cases"}, EventBridgeBus="default"
    )["EventIntegrationArn"]
    tour.connect.create_integration_association(
        InstanceId=INSTANCE_ID, IntegrationType="EVENT", IntegrationArn=event_source, SourceType="CASES"
    )
    associations = tour.connect.list_integration_associations(InstanceId=INSTANCE_ID)["IntegrationAssociationSummaryList"]
    assert [one["IntegrationType"] for one in associations] == ["CASES_DOMAIN", "EVENT"]
    case_id = tour.create()
    flow_id = FLOW_ARN.rpartition("/")[2]
    reference = {"case": {"Type": "URL", "Value": "https://example.com/case"}}
    contact_id = tour.connect.start_task_contact(
        InstanceId=INSTANCE_ID, Name="Call", ContactFlowId=flow_id, References=reference, ScheduledTime=NOON + timedelta(hours=1)
    )["ContactId"]
    content = {"contact": {"contactArn": f"{INSTANCE_ARN}/contact/{contact_id}"}}
    tour.cases.create_related_item(domainId=tour.domain, caseId=case_id, type="Contact", content=content)
    tour.connect.stop_contact(InstanceId=INSTANCE_ID, ContactId=contact_id)
    shown = tour.connect.describe_contact(InstanceId=INSTANCE_ID, ContactId=contact_id)["Contact"]
    assert shown["Cases"][0]["CaseId"] == case_id
    assert (shown["ScheduledTimestamp"], shown["DisconnectTimestamp"]) == (NOON + timedelta(hours=1), NOON)
    with pytest.raises(tour.connect.exceptions.ContactNotFoundException):
        tour.connect.stop_contact(InstanceId=INSTANCE_ID, ContactId="nope")


def test_the_real_paginators_work(tour: Tour) -> None:
    for number in range(30):
        tour.create(f"Case {number}")
    pages = tour.cases.get_paginator("search_cases").paginate(domainId=tour.domain, PaginationConfig={"PageSize": 7})
    assert len({one["caseId"] for page in pages for one in page["cases"]}) == 30
