"""The errors that Connect and AppIntegrations share; their models give them a message and nothing else."""

from casewright_workbench.localcloud.service import ServiceError


def not_found(what: str, given: str) -> ServiceError:
    """The 404 that names what was looked for."""
    return ServiceError("ResourceNotFoundException", f"No {what} {given!r} exists.")


def invalid_request(message: str) -> ServiceError:
    """The 400 for a request whose parts do not go together."""
    return ServiceError("InvalidRequestException", message)


def invalid_parameter(message: str) -> ServiceError:
    """The 400 for a value that a parameter does not take."""
    return ServiceError("InvalidParameterException", message)


def duplicate(message: str) -> ServiceError:
    """The 409 for something that exists already."""
    return ServiceError("DuplicateResourceException", message)
