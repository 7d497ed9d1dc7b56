"""Configuration sets and where the events of their mails go."""

from typing import Any

from casewright_workbench.localcloud.service import Caller, Request, Response, ServiceError

from .paging import page
from .state import ConfigurationSet, SesState


class ConfigurationSetOperations:
    """Configuration sets; of event destinations, those to EventBridge are served."""

    _state: SesState

    def create_configuration_set(self, request: Request, _caller: Caller) -> Response:
        """Create one."""
        name = request["ConfigurationSetName"]
        if name in self._state.configuration_sets:
            raise ServiceError("AlreadyExistsException", f"Configuration set <{name}> already exists.")
        reasons = request.get("SuppressionOptions", {}).get("SuppressedReasons")
        self._state.configuration_sets[name] = ConfigurationSet(
            name,
            sends=request.get("SendingOptions", {}).get("SendingEnabled", True),
            suppressed_reasons=None if reasons is None else tuple(reasons),
            tags={tag["Key"]: tag["Value"] for tag in request.get("Tags", ())},
        )
        return {}

    def get_configuration_set(self, request: Request, _caller: Caller) -> Response:
        """One configuration set."""
        found = self._state.configuration_set(request["ConfigurationSetName"])
        reasons = found.suppressed_reasons
        return {
            "ConfigurationSetName": found.name,
            "SendingOptions": {"SendingEnabled": found.sends},
            "SuppressionOptions": None if reasons is None else {"SuppressedReasons": list(reasons)},
            "Tags": [{"Key": key, "Value": value} for key, value in found.tags.items()],
        }

    def list_configuration_sets(self, request: Request, _caller: Caller) -> Response:
        """Names, a page at a time."""
        return page("ConfigurationSets", list(self._state.configuration_sets), request)

    def delete_configuration_set(self, request: Request, _caller: Caller) -> Response:
        """Delete one."""
        del self._state.configuration_sets[self._state.configuration_set(request["ConfigurationSetName"]).name]
        return {}

    def put_configuration_set_sending_options(self, request: Request, _caller: Caller) -> Response:
        """Pause or resume its mails."""
        self._state.configuration_set(request["ConfigurationSetName"]).sends = request.get("SendingEnabled", False)
        return {}

    def create_configuration_set_event_destination(self, request: Request, _caller: Caller) -> Response:
        """Publish what happens to its mails."""
        found, name = self._state.configuration_set(request["ConfigurationSetName"]), request["EventDestinationName"]
        if name in found.destinations:
            raise ServiceError("AlreadyExistsException", f"Event destination <{name}> already exists in <{found.name}>.")
        found.destinations[name] = _checked(request["EventDestination"])
        return {}

    def update_configuration_set_event_destination(self, request: Request, _caller: Caller) -> Response:
        """Change what is published."""
        found, name = self._destination(request)
        found.destinations[name] = _checked(request["EventDestination"])
        return {}

    def delete_configuration_set_event_destination(self, request: Request, _caller: Caller) -> Response:
        """Publish no longer."""
        found, name = self._destination(request)
        del found.destinations[name]
        return {}

    def get_configuration_set_event_destinations(self, request: Request, _caller: Caller) -> Response:
        """What is published, and where."""
        found = self._state.configuration_set(request["ConfigurationSetName"])
        return {"EventDestinations": [{"Name": name, **destination} for name, destination in found.destinations.items()]}

    def _destination(self, request: Request) -> tuple[ConfigurationSet, str]:
        found, name = self._state.configuration_set(request["ConfigurationSetName"]), request["EventDestinationName"]
        if name not in found.destinations:
            raise ServiceError("NotFoundException", f"Event destination <{name}> does not exist in <{found.name}>.")
        return found, name


def _checked(destination: dict[str, Any]) -> dict[str, Any]:
    """Only the default bus is a destination, as on AWS; other kinds are not emulated and would lose events silently."""
    bus = destination.get("EventBridgeDestination", {}).get("EventBusArn", "")
    if not bus.endswith(":event-bus/default"):
        raise ServiceError(
            "BadRequestException", f"The local cloud publishes to the default event bus only; the destination is {destination}"
        )
    return {"Enabled": destination.get("Enabled", False), **destination}
