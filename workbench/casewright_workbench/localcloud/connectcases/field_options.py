"""The options of single-select fields: put in batches, list."""

from typing import Any

from casewright_workbench.localcloud.connectcases.catalog import Field, Option
from casewright_workbench.localcloud.connectcases.errors import invalid, quota_exceeded
from casewright_workbench.localcloud.connectcases.operations import Operations
from casewright_workbench.localcloud.connectcases.pages import page
from casewright_workbench.localcloud.connectcases.system_fields import CLOSED, OPEN
from casewright_workbench.localcloud.service import Caller, Request, Response


class FieldOptionOperations(Operations):
    """The operations on field options."""

    def batch_put_field_options(self, request: Request, caller: Caller) -> Response:
        """Create or replace options by value; what one option gets wrong is an error of that option alone."""
        field = self._single_select(request, caller)
        if field.deleted:
            raise invalid(f"The field {field.id!r} ({field.name}) was deleted.")
        errors: list[dict[str, Any]] = []
        accepted: dict[str, Option] = {}
        for given in request["options"]:
            if problem := _problem(field, given, accepted):
                errors.append({"message": problem, "errorCode": "ValidationException", "value": given["value"]})
            else:
                accepted[given["value"]] = Option(given["name"], given["value"], given["active"])
        options = field.options | accepted
        if len(options) > self._context.quotas.field_options:
            raise quota_exceeded(self._context.quotas.field_options, "options per field")
        field.options = options
        return {"errors": errors}

    def list_field_options(self, request: Request, caller: Caller) -> Response:
        """List the options of a field, active or not, in the order they were made."""
        field = self._single_select(request, caller)
        wanted = request.get("values")
        options = [option for option in field.options.values() if not wanted or option.value in wanted]
        shown, token = page(options, request, size=100)
        listed = [{"name": option.name, "value": option.value, "active": option.active} for option in shown]
        return {"options": listed, "nextToken": token}

    def _single_select(self, request: Request, caller: Caller) -> Field:
        field = self._domain(request, caller).field(request["fieldId"])
        if field.type != "SingleSelect":
            raise invalid(f"Only a SingleSelect field has options; {field.id!r} ({field.name}) is of type {field.type}.")
        return field


def _problem(field: Field, given: dict[str, Any], accepted: dict[str, Option]) -> str | None:
    """What is wrong with one option of a batch, given those accepted before it."""
    value = given["value"]
    if value in accepted:
        return f"The value {value!r} stands twice in the request."
    if field.id == "status" and value in {OPEN, CLOSED} and Option(given["name"], value, given["active"]) != field.options[value]:
        return f"The option {value!r} of the status field cannot be changed."
    others = (field.options | accepted).values()
    if any(option.name == given["name"] and option.value != value for option in others):
        return f"Another option of the field is already named {given['name']!r}."
    return None
