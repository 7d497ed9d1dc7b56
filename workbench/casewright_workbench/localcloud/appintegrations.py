"""Amazon AppIntegrations on the laptop: event integrations and who is associated with them."""

from dataclasses import dataclass, field
from typing import Any

from casewright_workbench.localcloud.connect.errors import duplicate, invalid_request, not_found
from casewright_workbench.localcloud.connect.pages import page
from casewright_workbench.localcloud.service import Caller, Request, Response, ServiceError

MAX_INTEGRATIONS = 10
MAX_ASSOCIATIONS = 10


@dataclass(slots=True)
class EventIntegration:
    """A named source of events on a bus; `associations` maps an association id to the client that made it."""

    name: str
    arn: str
    bus: str
    source: str
    description: str | None
    tags: dict[str, str]
    client_token: str | None
    associations: dict[str, str] = field(default_factory=dict)

    def to_wire(self) -> dict[str, Any]:
        """The integration as the API describes it."""
        return {
            "Name": self.name,
            "Description": self.description,
            "EventIntegrationArn": self.arn,
            "EventBridgeBus": self.bus,
            "EventFilter": {"Source": self.source},
            "Tags": dict(self.tags),
        }


class EventIntegrations:
    """The event integrations by their ARN; Connect associates itself with them."""

    def __init__(self) -> None:
        self.by_arn: dict[str, EventIntegration] = {}

    def associate(self, arn: str, association_id: str, *, client_id: str) -> None:
        """Note that a client uses an integration."""
        if arn not in self.by_arn:
            raise not_found("event integration", arn)
        integration = self.by_arn[arn]
        if len(integration.associations) >= MAX_ASSOCIATIONS:
            raise invalid_request(f"The event integration {integration.name!r} has {MAX_ASSOCIATIONS} associations already.")
        integration.associations[association_id] = client_id

    def dissociate(self, arn: str, association_id: str) -> None:
        """Note that a client no longer uses an integration."""
        self.by_arn[arn].associations.pop(association_id)


class AppIntegrations:
    """The operations on event integrations."""

    name = "appintegrations"

    def __init__(self) -> None:
        self.integrations = EventIntegrations()

    def create_event_integration(self, request: Request, caller: Caller) -> Response:
        """Make an event integration; the same client token again makes no second one."""
        arn = _arn(caller, request["Name"])
        existing = self.integrations.by_arn.get(arn)
        if existing:
            if existing.client_token and existing.client_token == request.get("ClientToken"):
                return {"EventIntegrationArn": arn}
            raise duplicate(f"An event integration named {request['Name']!r} already exists.")
        if len(self._of(caller)) >= MAX_INTEGRATIONS:
            message = f"The quota of {MAX_INTEGRATIONS} event integrations per region is reached."
            raise ServiceError("ResourceQuotaExceededException", message)
        self.integrations.by_arn[arn] = EventIntegration(
            name=request["Name"],
            arn=arn,
            bus=request["EventBridgeBus"],
            source=request["EventFilter"]["Source"],
            description=request.get("Description"),
            tags=dict(request.get("Tags", {})),
            client_token=request.get("ClientToken"),
        )
        return {"EventIntegrationArn": arn}

    def get_event_integration(self, request: Request, caller: Caller) -> Response:
        """Describe an event integration."""
        return self._find(request["Name"], caller).to_wire()

    def list_event_integrations(self, request: Request, caller: Caller) -> Response:
        """List the event integrations of the caller's account and region."""
        shown, token = page(self._of(caller), request, size=50)
        return {"EventIntegrations": [one.to_wire() for one in shown], "NextToken": token}

    def update_event_integration(self, request: Request, caller: Caller) -> Response:
        """Change the description; everything else is fixed at creation."""
        integration = self._find(request["Name"], caller)
        integration.description = request.get("Description", integration.description)
        return {}

    def delete_event_integration(self, request: Request, caller: Caller) -> Response:
        """Remove an event integration that nobody is associated with."""
        integration = self._find(request["Name"], caller)
        if integration.associations:
            raise invalid_request(f"The event integration {integration.name!r} still has associations; delete those first.")
        del self.integrations.by_arn[integration.arn]
        return {}

    def list_event_integration_associations(self, request: Request, caller: Caller) -> Response:
        """List who is associated with an event integration."""
        integration = self._find(request["EventIntegrationName"], caller)
        shown, token = page(sorted(integration.associations.items()), request, size=50)
        listed = [_association(integration, one, client_id) for one, client_id in shown]
        return {"EventIntegrationAssociations": listed, "NextToken": token}

    def _find(self, name: str, caller: Caller) -> EventIntegration:
        arn = _arn(caller, name)
        if arn not in self.integrations.by_arn:
            raise not_found("event integration", name)
        return self.integrations.by_arn[arn]

    def _of(self, caller: Caller) -> list[EventIntegration]:
        prefix = _arn(caller, "")
        return [one for arn, one in self.integrations.by_arn.items() if arn.startswith(prefix)]


def _arn(caller: Caller, name: str) -> str:
    return f"arn:aws:app-integrations:{caller.region}:{caller.account}:event-integration/{name}"


def _association(integration: EventIntegration, association_id: str, client_id: str) -> dict[str, Any]:
    arn = integration.arn.replace(":event-integration/", ":event-integration-association/") + f"/{association_id}"
    return {
        "EventIntegrationAssociationArn": arn,
        "EventIntegrationAssociationId": association_id,
        "EventIntegrationName": integration.name,
        "ClientId": client_id,
        "EventBridgeRuleName": f"AppIntegrations-{integration.name}-{association_id}",
    }
