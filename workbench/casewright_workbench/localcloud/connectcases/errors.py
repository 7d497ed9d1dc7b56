"""The errors of the Cases API, each with the members its model gives it."""

from casewright_workbench.localcloud.service import ServiceError


def not_found(resource_type: str, resource_id: str) -> ServiceError:
    """The 404 that names what was looked for."""
    message = f"No {resource_type} with the id {resource_id!r} exists."
    return ServiceError("ResourceNotFoundException", message, {"resourceId": resource_id, "resourceType": resource_type})


def invalid(message: str) -> ServiceError:
    """The 400 for a request that is well formed and means something impossible."""
    return ServiceError("ValidationException", message, {})


def conflict(message: str) -> ServiceError:
    """The 409 for a name that is taken, a token reused, or a case that is being merged."""
    return ServiceError("ConflictException", message, {})


def quota_exceeded(limit: int, what: str) -> ServiceError:
    """The 402 for one more than a quota allows."""
    return ServiceError("ServiceQuotaExceededException", f"The quota of {limit} {what} is reached.", {})
