"""What a check tells that could not ask."""

from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from casewright.errors import CasewrightError
from casewright_workbench.deployment.clients import ABSENT, NotKnown
from casewright_workbench.doctor.findings import Finding, unchecked, warn

_DENIED: Final = frozenset({
    "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "AuthorizationErrorException", "403",
})  # fmt: skip


def not_checked(error: Exception) -> Finding:
    """What a check tells that could not ask: never that all is well."""
    cause = error.__cause__ if isinstance(error, CasewrightError) and error.__cause__ else error
    match cause:
        case NotKnown():
            return warn(f"not checked: {cause}", wrong="a name is missing", do="give it, or let the functions be listed")
        case ClientError():
            return _refused(cause)
        case NotImplementedError():
            return unchecked(str(cause))
        case BotoCoreError():
            return warn(f"not checked: {cause}", wrong="AWS did not answer", do="look at the region, the endpoint and the credentials")
        case _:
            return warn(f"not checked: {cause}", wrong="what was found cannot be read", do="see what the message names")


def _refused(error: ClientError) -> Finding:
    code, message = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
    if code in ABSENT:
        return unchecked(message)
    if code in _DENIED:
        what = f"you may not {error.operation_name} ({code})"
        return warn(f"not checked: {what}", wrong="your credentials do not reach that far", do=f"ask for {error.operation_name}: {message}")
    return warn(f"not checked: {error.operation_name} answered {code}: {message}", wrong="the question was refused", do="see the message")
