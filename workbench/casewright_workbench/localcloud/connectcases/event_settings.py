"""PutCaseEventConfiguration and GetCaseEventConfiguration."""

from copy import deepcopy

from casewright_workbench.localcloud.connectcases.event_configuration import EventConfiguration
from casewright_workbench.localcloud.connectcases.operations import Operations, assert_once
from casewright_workbench.localcloud.service import Caller, Request, Response


class EventConfigurationOperations(Operations):
    """The operations on the one event configuration of a domain."""

    def put_case_event_configuration(self, request: Request, caller: Caller) -> Response:
        """Replace the whole configuration."""
        domain = self._domain(request, caller)
        given = deepcopy(request["eventBridge"])
        listed = [entry["id"] for entry in given.get("includedData", {}).get("caseData", {}).get("fields", ())]
        assert_once(listed, where="the fields of the event configuration")
        for field_id in listed:
            domain.live_field_in_request(field_id)
        domain.event_configuration = EventConfiguration(given)
        return {}

    def get_case_event_configuration(self, request: Request, caller: Caller) -> Response:
        """Read the configuration, without fields deleted since."""
        domain = self._domain(request, caller)
        return {"eventBridge": domain.event_configuration.to_wire(domain.fields)}
