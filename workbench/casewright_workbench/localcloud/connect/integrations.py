"""Integration associations: create, list, delete."""

from typing import Any

from casewright_workbench.localcloud.connect.associations import Association
from casewright_workbench.localcloud.connect.base import Operations
from casewright_workbench.localcloud.connect.errors import duplicate, invalid_request, not_found
from casewright_workbench.localcloud.connect.instance import Instance
from casewright_workbench.localcloud.connect.pages import page
from casewright_workbench.localcloud.service import Caller, Request, Response

MAX_EVENT_ASSOCIATIONS = 10
THIRD_PARTIES = frozenset({"SALESFORCE", "ZENDESK"})


class IntegrationOperations(Operations):
    """The operations that tie an instance to other services."""

    def create_integration_association(self, request: Request, caller: Caller) -> Response:
        """Tie the instance to an integration; one Cases domain at most, and no integration twice."""
        instance = self._instance(request, caller)
        self._refuse_second(request)
        association_id = self._state.uuid()
        if request["IntegrationType"] == "EVENT":
            _check_event_source(request)
            self._state.event_integrations.associate(request["IntegrationArn"], association_id, client_id=instance.id)
        created = Association(
            id=association_id,
            arn=f"{instance.arn}/integration-association/{association_id}",
            type=request["IntegrationType"],
            integration_arn=request["IntegrationArn"],
            source_type=request.get("SourceType"),
            source_application_name=request.get("SourceApplicationName"),
            source_application_url=request.get("SourceApplicationUrl"),
            created=self._state.clock.now(),
        )
        self._state.associations[association_id] = created
        return {"IntegrationAssociationId": association_id, "IntegrationAssociationArn": created.arn}

    def list_integration_associations(self, request: Request, caller: Caller) -> Response:
        """List the associations, all or by type or by integration."""
        instance = self._instance(request, caller)
        kind, arn = request.get("IntegrationType"), request.get("IntegrationArn")
        found = [one for one in self._state.associations.values() if kind in {None, one.type} and arn in {None, one.integration_arn}]
        shown, token = page(found, request, size=100)
        return {"IntegrationAssociationSummaryList": [_summary(instance, one) for one in shown], "NextToken": token}

    def delete_integration_association(self, request: Request, caller: Caller) -> Response:
        """Untie an integration."""
        self._instance(request, caller)
        association_id = request["IntegrationAssociationId"]
        if association_id not in self._state.associations:
            raise not_found("integration association", association_id)
        association = self._state.associations.pop(association_id)
        if association.type == "EVENT":
            self._state.event_integrations.dissociate(association.integration_arn, association_id)
        return {}

    def _refuse_second(self, request: Request) -> None:
        same_type = [one for one in self._state.associations.values() if one.type == request["IntegrationType"]]
        if any(one.integration_arn == request["IntegrationArn"] for one in same_type):
            raise duplicate(f"The instance is already associated with {request['IntegrationArn']}.")
        if request["IntegrationType"] == "CASES_DOMAIN" and same_type:
            raise duplicate(f"The instance already has a Cases domain: {same_type[0].integration_arn}.")
        if request["IntegrationType"] == "EVENT" and len(same_type) >= MAX_EVENT_ASSOCIATIONS:
            raise invalid_request(f"An instance has at most {MAX_EVENT_ASSOCIATIONS} associations of type EVENT.")


def _check_event_source(request: Request) -> None:
    source = request.get("SourceType")
    if source is None:
        raise invalid_request("An association of type EVENT needs SourceType; accepted: SALESFORCE, ZENDESK, CASES.")
    missing = [name for name in ("SourceApplicationName", "SourceApplicationUrl") if name not in request]
    if source in THIRD_PARTIES and missing:
        raise invalid_request(f"An association with {source} needs: {', '.join(missing)}.")


def _summary(instance: Instance, one: Association) -> dict[str, Any]:
    return {
        "IntegrationAssociationId": one.id,
        "IntegrationAssociationArn": one.arn,
        "InstanceId": instance.id,
        "IntegrationType": one.type,
        "IntegrationArn": one.integration_arn,
        "SourceApplicationUrl": one.source_application_url,
        "SourceApplicationName": one.source_application_name,
        "SourceType": one.source_type,
        "LastModifiedTime": one.created,
        "LastModifiedRegion": instance.region,
    }
