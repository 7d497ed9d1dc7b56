"""The account, its suppression list and its templates."""

from typing import Any

from casewright_workbench.localcloud.service import Caller, Request, Response, ServiceError

from .paging import page
from .state import SesState, Suppressed


class AccountOperations:
    """GetAccount and the account's switches."""

    _state: SesState

    def get_account(self, _request: Request, _caller: Caller) -> Response:
        """Quotas and switches."""
        state, now = self._state, self._state.clock.now()
        recent = sum((now - at).total_seconds() < 86_400 for at in state.sent_at)
        return {
            "DedicatedIpAutoWarmupEnabled": False,
            "EnforcementStatus": state.enforcement,
            "ProductionAccessEnabled": state.has_production_access,
            "SendQuota": {"Max24HourSend": state.daily_quota, "MaxSendRate": state.rate, "SentLast24Hours": recent},
            "SendingEnabled": state.sends,
            "SuppressionAttributes": {"SuppressedReasons": list(state.suppressed_reasons)},
        }

    def put_account_sending_attributes(self, request: Request, _caller: Caller) -> Response:
        """Pause or resume sending."""
        self._state.sends = request.get("SendingEnabled", False)
        return {}

    def put_account_suppression_attributes(self, request: Request, _caller: Caller) -> Response:
        """Choose which reasons suppress."""
        self._state.suppressed_reasons = tuple(request.get("SuppressedReasons", ()))
        return {}

    def put_account_details(self, request: Request, _caller: Caller) -> Response:
        """Ask for production access, which is given at once."""
        self._state.has_production_access = request.get("ProductionAccessEnabled", self._state.has_production_access)
        return {}


class SuppressionOperations:
    """The account's suppression list."""

    _state: SesState

    def put_suppressed_destination(self, request: Request, _caller: Caller) -> Response:
        """Suppress an address."""
        address = request["EmailAddress"]
        self._state.suppressed[address.lower()] = Suppressed(address, request["Reason"], self._state.clock.now())
        return {}

    def get_suppressed_destination(self, request: Request, _caller: Caller) -> Response:
        """Why and since when an address is suppressed."""
        return {"SuppressedDestination": _shown(self._existing(request["EmailAddress"]))}

    def delete_suppressed_destination(self, request: Request, _caller: Caller) -> Response:
        """Let an address get mail again."""
        del self._state.suppressed[self._existing(request["EmailAddress"]).address.lower()]
        return {}

    def list_suppressed_destinations(self, request: Request, _caller: Caller) -> Response:
        """Suppressed addresses by reason and time."""
        reasons = request.get("Reasons") or ("BOUNCE", "COMPLAINT")
        after, before = request.get("StartDate"), request.get("EndDate")
        found = [
            _shown(each)
            for each in self._state.suppressed.values()
            if each.reason in reasons and (after is None or each.since >= after) and (before is None or each.since <= before)
        ]
        return page("SuppressedDestinationSummaries", found, request)

    def _existing(self, address: str) -> Suppressed:
        if address.lower() not in self._state.suppressed:
            raise ServiceError("NotFoundException", f"Email address {address} does not exist on your suppression list.")
        return self._state.suppressed[address.lower()]


class TemplateOperations:
    """Stored email templates."""

    _state: SesState

    def create_email_template(self, request: Request, _caller: Caller) -> Response:
        """Store a template."""
        if request["TemplateName"] in self._state.templates:
            raise ServiceError("AlreadyExistsException", f"Template {request['TemplateName']} already exists.")
        self._state.templates[request["TemplateName"]] = request["TemplateContent"]
        return {}

    def update_email_template(self, request: Request, _caller: Caller) -> Response:
        """Replace a template."""
        self._template(request["TemplateName"])
        self._state.templates[request["TemplateName"]] = request["TemplateContent"]
        return {}

    def get_email_template(self, request: Request, _caller: Caller) -> Response:
        """One template."""
        return {"TemplateName": request["TemplateName"], "TemplateContent": dict(self._template(request["TemplateName"]))}

    def delete_email_template(self, request: Request, _caller: Caller) -> Response:
        """Delete a template."""
        self._template(request["TemplateName"])
        del self._state.templates[request["TemplateName"]]
        return {}

    def _template(self, name: str) -> Any:
        if name not in self._state.templates:
            raise ServiceError("NotFoundException", f"Template {name} does not exist.")
        return self._state.templates[name]


def _shown(suppressed: Suppressed) -> dict[str, Any]:
    return {"EmailAddress": suppressed.address, "Reason": suppressed.reason, "LastUpdateTime": suppressed.since}
