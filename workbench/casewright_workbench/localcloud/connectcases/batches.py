"""One change for many cases: BatchUpdateCase and BatchCreateRelatedItem."""

from collections.abc import Callable
from typing import Any

from casewright_workbench.localcloud.connectcases import case_writes
from casewright_workbench.localcloud.connectcases.case import Actor, Case
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.errors import invalid, not_found
from casewright_workbench.localcloud.connectcases.operations import Operations, assert_once
from casewright_workbench.localcloud.connectcases.related_items import add_item
from casewright_workbench.localcloud.connectcases.values import FieldValue, read_value
from casewright_workbench.localcloud.service import Caller, Request, Response, ServiceError

TOP_LEVEL = {"title": "title", "status": "status", "customerId": "customer_id"}
CODES = {
    "ResourceNotFoundException": "CASE_NOT_FOUND",
    "ValidationException": "VALIDATION_ERROR",
    "ConflictException": "CONFLICT",
    "ServiceQuotaExceededException": "SERVICE_QUOTA_EXCEEDED",
}
Failure = dict[str, Any]


class BatchOperations(Operations):
    """The operations that take up to a hundred cases, each on its own."""

    def batch_update_case(self, request: Request, caller: Caller) -> Response:
        """Write the same fields on many cases."""
        domain = self._domain(request, caller)
        actor = Actor.of(request, caller)
        return domain.tokens.once("BatchUpdateCase", request, lambda: self._update(domain, request, actor))

    def batch_create_related_item(self, request: Request, caller: Caller) -> Response:
        """Put the same comment on many cases."""
        domain = self._domain(request, caller)
        actor = Actor.of(request, caller)
        return domain.tokens.once("BatchCreateRelatedItem", request, lambda: self._comment(domain, request, actor))

    def _update(self, domain: Domain, request: Request, actor: Actor) -> Response:
        case_ids = _case_ids(domain, request)
        writes = _batch_writes(domain, request)

        def update(case: Case) -> dict[str, Any]:
            case_writes.update_case(self._context, domain, case, writes, actor)
            return {"caseIdentifier": case.to_identifier()}

        successful, failed = _each(domain, case_ids, update)
        return {"successfulCases": successful, "failedCases": failed}

    def _comment(self, domain: Domain, request: Request, actor: Actor) -> Response:
        case_ids = _case_ids(domain, request)
        if "comment" not in request["content"]:
            raise invalid("BatchCreateRelatedItem takes comment content only.")

        def comment(case: Case) -> dict[str, Any]:
            item = add_item(self._context, domain, case, request, actor)
            return {"caseIdentifier": case.to_identifier(), "relatedItemId": item.id, "relatedItemArn": item.arn}

        successful, failed = _each(domain, case_ids, comment)
        return {"successfulItems": successful, "failedItems": failed}


def _case_ids(domain: Domain, request: Request) -> list[str]:
    """The case ids of a batch; an unknown reference id or a case named twice refuses all of it."""
    case_ids = []
    for entry in request["cases"]:
        ((kind, given),) = entry["caseIdentifier"].items()
        if kind == "referenceId":
            if given.lower() not in domain.case_ids_by_reference:
                raise not_found("Case", given)
            given = domain.case_ids_by_reference[given.lower()]
        case_ids.append(given)
    assert_once(case_ids, where="cases")
    return case_ids


def _batch_writes(domain: Domain, request: Request) -> dict[str, FieldValue | None]:
    """The writes of a batch: fields by id or by name, and the three that have a parameter of their own."""
    writes: dict[str, FieldValue | None] = {}
    for entry in request["fields"]:
        field_id = _field_id(domain, entry["fieldIdentifier"])
        if field_id in TOP_LEVEL.values():
            raise invalid(f"The field {field_id!r} is set by its own parameter, not in fields.")
        if field_id in writes:
            raise invalid(f"The field {field_id!r} stands twice in fields; give it once.")
        writes[field_id] = read_value(entry["value"])
    for parameter, field_id in TOP_LEVEL.items():
        if request.get(parameter) is not None:
            writes[field_id] = FieldValue.text(request[parameter])
    if not writes:
        raise invalid("The request changes nothing; give at least one of: fields, title, status, customerId.")
    return writes


def _field_id(domain: Domain, identifier: dict[str, str]) -> str:
    ((kind, given),) = identifier.items()
    if kind == "id":
        return domain.field_in_request(given).id
    if "|" in given or "," in given:
        raise invalid(f"A field named {given!r} can only be given by its id: its name has a pipe or a comma.")
    named = [field.id for field in domain.fields.values() if field.name == given and not field.deleted]
    if not named:
        raise invalid(f"The domain has no field named {given!r}.")
    return named[0]


def _each(domain: Domain, case_ids: list[str], change: Callable[[Case], dict[str, Any]]) -> tuple[list[dict[str, Any]], list[Failure]]:
    """Change every case by itself; what one refuses stops no other."""
    successful, failed = [], []
    for case_id in case_ids:
        try:
            successful.append(change(domain.case(case_id)))
        except ServiceError as error:
            failed.append(_failure(case_id, error))
    return successful, failed


def _failure(case_id: str, error: ServiceError) -> Failure:
    if error.code not in CODES:
        raise error
    return {"caseIdentifier": {"caseId": case_id}, "errorCode": CODES[error.code], "errorMessage": error.message}
