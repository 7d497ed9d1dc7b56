"""Fields: create, describe, list, update, delete."""

from typing import Any

from casewright_workbench.localcloud.connectcases.catalog import Field
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.errors import invalid, quota_exceeded
from casewright_workbench.localcloud.connectcases.operations import Operations, assert_name_is_free
from casewright_workbench.localcloud.connectcases.pages import page
from casewright_workbench.localcloud.connectcases.values import present
from casewright_workbench.localcloud.service import Caller, Request, Response


class FieldOperations(Operations):
    """The operations on fields, apart from their options."""

    def create_field(self, request: Request, caller: Caller) -> Response:
        """Make a custom field."""
        domain = self._domain(request, caller)
        assert_name_is_free(request["name"], domain.fields.values(), what="field")
        custom = [field for field in domain.fields.values() if field.namespace == "Custom" and not field.deleted]
        if len(custom) >= self._context.quotas.fields:
            raise quota_exceeded(self._context.quotas.fields, "fields per domain")
        field_id = self._context.ids.uuid()
        now = self._context.clock.now()
        field = Field(field_id, f"{domain.arn}/field/{field_id}", request["name"], now, now, type=request["type"])
        field.description = request.get("description")
        _read_attributes(field, request)
        domain.fields[field_id] = field
        return {"fieldId": field_id, "fieldArn": field.arn}

    def batch_get_field(self, request: Request, caller: Caller) -> Response:
        """Describe fields, deleted ones too; what is unknown is listed among the errors."""
        domain = self._domain(request, caller)
        asked = [entry["id"] for entry in request["fields"]]
        unknown = [one for one in asked if one not in domain.fields]
        return {
            "fields": [_describe(domain.fields[one]) for one in asked if one in domain.fields],
            "errors": [_unknown_field(one) for one in unknown],
        }

    def list_fields(self, request: Request, caller: Caller) -> Response:
        """List the fields that are not deleted: those of the system first, then by age."""
        domain = self._domain(request, caller)
        shown, token = page([field for field in domain.fields.values() if not field.deleted], request, size=100)
        return {"fields": [_summary(field) for field in shown], "nextToken": token}

    def update_field(self, request: Request, caller: Caller) -> Response:
        """Change the name, description or attributes of a custom field."""
        domain = self._domain(request, caller)
        field = self._changeable(domain, request["fieldId"])
        if "name" in request:
            assert_name_is_free(request["name"], domain.fields.values(), what="field", own_id=field.id)
        _read_attributes(field, request)
        field.name = request.get("name", field.name)
        field.description = request.get("description", field.description)
        field.modified = self._context.clock.now()
        return {}

    def delete_field(self, request: Request, caller: Caller) -> Response:
        """Mark a custom field as deleted; cases keep the values they hold."""
        field = self._changeable(self._domain(request, caller), request["fieldId"])
        field.deleted = True
        field.modified = self._context.clock.now()
        return {}

    @staticmethod
    def _changeable(domain: Domain, field_id: str) -> Field:
        field = domain.field(field_id)
        if field.namespace == "System":
            raise invalid(f"The system field {field_id!r} cannot be changed or deleted.")
        if field.deleted:
            raise invalid(f"The field {field_id!r} ({field.name}) was deleted.")
        return field


def _read_attributes(field: Field, request: Request) -> None:
    if attributes := request.get("attributes"):
        if field.type != "Text":
            raise invalid(f"Only a Text field takes text attributes; {field.name!r} is of type {field.type}.")
        field.is_multiline = attributes["text"]["isMultiline"]


def _summary(field: Field) -> dict[str, Any]:
    found = {
        "fieldId": field.id,
        "fieldArn": field.arn,
        "name": field.name,
        "type": field.type,
        "namespace": field.namespace,
        "attributes": field.attributes,
    }
    return present(found)


def _describe(field: Field) -> dict[str, Any]:
    more = {
        "description": field.description,
        "tags": dict(field.tags),
        "deleted": field.deleted,
        "createdTime": field.created,
        "lastModifiedTime": field.modified,
    }
    return _summary(field) | present(more)


def _unknown_field(field_id: str) -> dict[str, str]:
    message = f"The domain has no field with the id {field_id!r}."
    return {"id": field_id, "errorCode": "ResourceNotFoundException", "message": message}
