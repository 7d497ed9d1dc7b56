"""Operations on event buses."""

from casewright_workbench.localcloud.service import Caller, Clock, Request, Response, ServiceError

from .buses import Buses
from .paging import page
from .rules import DEFAULT_BUS


class BusOperations:
    """CreateEventBus, its opposite, and the questions about buses."""

    _buses: Buses
    _clock: Clock

    def create_event_bus(self, request: Request, _caller: Caller) -> Response:
        """Create a custom bus."""
        name = request["Name"]
        if name in self._buses.all:
            raise ServiceError("ResourceAlreadyExistsException", f"Event bus {name} already exists.")
        if "/" in name or "EventSourceName" in request:
            raise ServiceError("ValidationException", f"Event bus {name}: the local cloud has no partner event sources.")
        bus = self._buses.add(name, created_at=self._clock.now())
        bus.description = request.get("Description")
        bus.tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", ())}
        return {"EventBusArn": bus.arn, "Description": bus.description}

    def describe_event_bus(self, request: Request, _caller: Caller) -> Response:
        """One bus."""
        bus = self._buses.named(request.get("Name", DEFAULT_BUS))
        return bus.described()

    def list_event_buses(self, request: Request, _caller: Caller) -> Response:
        """All buses, a page at a time."""
        prefix = request.get("NamePrefix", "")
        buses = [bus.described() for name, bus in sorted(self._buses.all.items()) if name.startswith(prefix)]
        return page("EventBuses", buses, request)

    def delete_event_bus(self, request: Request, _caller: Caller) -> Response:
        """Delete a custom bus and its rules."""
        if request["Name"] == DEFAULT_BUS:
            raise ServiceError("ValidationException", "Cannot delete event bus default.")
        self._buses.all.pop(request["Name"], None)
        return {}
