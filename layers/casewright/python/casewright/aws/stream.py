"""The event stream of a domain: PutCaseEventConfiguration, and the event integration that Connect's own rules need."""

from collections.abc import Iterator
from typing import Any, Final

from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.cases.subscriptions import CASES_SOURCE

INTEGRATION_NAME: Final = "amazon-connect-cases"


class DomainStream:
    """Fulfils EventStream for one domain and instance."""

    def __init__(self, *, cases: Client, integrations: Client, connect: Client, domain_id: str, instance_id: str) -> None:
        self._cases, self._integrations, self._connect = cases, integrations, connect
        self._domain, self._instance = domain_id, instance_id

    def include(self, field_ids: frozenset[str]) -> frozenset[str]:
        """Read, unite, write: the call is a full replace, and Connect's own rules share the configuration.

        No field is removed, automatic inclusion stays as it was, and content is never turned off.
        """
        with translated("GetCaseEventConfiguration"):
            present = self._cases.get_case_event_configuration(domainId=self._domain)["eventBridge"]
        case_data = present.get("includedData", {}).get("caseData", {})
        carried = frozenset(field["id"] for field in case_data.get("fields", ())) | field_ids
        wanted: dict[str, Any] = {"fields": [{"id": field_id} for field_id in sorted(carried)]}
        if "autoIncludeFields" in case_data:
            wanted["autoIncludeFields"] = case_data["autoIncludeFields"]
        included = {"caseData": wanted, "relatedItemData": {"includeContent": True}}
        with translated("PutCaseEventConfiguration"):
            self._cases.put_case_event_configuration(domainId=self._domain, eventBridge={"enabled": True, "includedData": included})
        return carried

    def integrate(self) -> str:
        """Adopt what is there; an instance has one association for cases and an account ten integrations."""
        arn = self._existing() or self._create()
        if arn not in self._associated():
            with translated("CreateIntegrationAssociation"):
                self._connect.create_integration_association(
                    InstanceId=self._instance, IntegrationType="EVENT", IntegrationArn=arn, SourceType="CASES"
                )
        return arn

    def _existing(self) -> str | None:
        associated = self._associated()
        if associated:
            return associated[0]
        found = self._pages(self._integrations.list_event_integrations, "EventIntegrations")
        return next((each["EventIntegrationArn"] for each in found if each["EventFilter"]["Source"] == CASES_SOURCE), None)

    def _create(self) -> str:
        with translated("CreateEventIntegration"):
            answer = self._integrations.create_event_integration(
                Name=INTEGRATION_NAME, EventFilter={"Source": CASES_SOURCE}, EventBridgeBus="default"
            )
        return str(answer["EventIntegrationArn"])

    def _associated(self) -> list[str]:
        request = {"InstanceId": self._instance, "IntegrationType": "EVENT"}
        found = self._pages(self._connect.list_integration_associations, "IntegrationAssociationSummaryList", **request)
        return [each["IntegrationArn"] for each in found if each.get("SourceType") == "CASES"]

    @staticmethod
    def _pages(call: Client, member: str, **request: str) -> Iterator[Any]:
        page: dict[str, str] = {}
        while True:
            with translated(member):
                answer = call(**request, **page)
            yield from answer[member]
            if not answer.get("NextToken"):
                return
            page = {"NextToken": answer["NextToken"]}
