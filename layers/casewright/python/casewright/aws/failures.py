"""What an AWS error means to us, by its code; never by its message."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)
from botocore.parsers import ResponseParserError

from casewright.errors import (
    CasewrightError,
    NotFound,
    NotPermitted,
    QuotaReached,
    Refused,
    SendingPaused,
    Throttled,
    Unanswered,
    Unavailable,
    Unreached,
)

_THROTTLED: Final = frozenset({
    "ThrottlingException", "Throttling", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded", "RequestThrottled",
    "RequestThrottledException", "ProvisionedThroughputExceededException", "SlowDown", "KmsThrottled", "THROTTLED", "ThrottlingError",
    "ProvisionedThroughputExceeded",
})  # fmt: skip
_UNAVAILABLE: Final = frozenset({
    "InternalServerException", "InternalServiceException", "InternalServerError", "InternalFailure", "InternalException",
    "ServiceUnavailable", "ServiceUnavailableException", "RequestTimeout", "RequestTimeoutException", "INTERNAL_ERROR",
    "TransactionInProgressException", "TransactionConflictException", "CONFLICT", "TransactionConflict", "ReplicatedWriteConflictException",
})  # fmt: skip
_NOT_PERMITTED: Final = frozenset({
    "AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "NotAuthorized", "OptInRequired", "ACCESS_DENIED",
    "ExpiredToken", "ExpiredTokenException", "RequestExpired", "RequestTimeTooSkewed", "InvalidSignatureException", "SignatureDoesNotMatch",
    "IncompleteSignature", "IncompleteSignatureException", "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId",
    "MissingAuthenticationToken", "MissingAuthenticationTokenException", "InvalidActiveRegionException",
})  # fmt: skip
_NOT_FOUND: Final = frozenset({
    "ResourceNotFoundException", "ContactNotFoundException", "NotFoundException", "CASE_NOT_FOUND", "DOMAIN_NOT_FOUND",
})  # fmt: skip
_OF_A_GATEWAY: Final = frozenset({502, 504})
"""Statuses of what stands before a service: it called the service, and got no answer, or half of one."""
_PAUSED: Final = frozenset({"SendingPausedException", "AccountSuspendedException"})
_QUOTA: Final = frozenset({"ServiceQuotaExceededException", "SERVICE_QUOTA_EXCEEDED", "LimitExceededException"})
_EBBS: Final = frozenset({"StartTaskContact", "SendEmail"})
"""Calls whose quota is on what there is at one time: tasks end and mail goes out, so that waiting helps."""


@contextmanager
def translated(call: str) -> Iterator[None]:
    """Raise what an error of the call inside means: a Retryable or a Permanent. `call` is the name of the operation."""
    try:
        yield
    except ClientError as error:
        meant = meaning(_code(error), f"{call}: {error}", call=call, status=_status(error))
        meant.code = f"{call} {_code(error)}"
        raise meant from error
    except ParamValidationError as error:
        raise Refused(f"{call}: {error}") from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise NotPermitted(f"{call}: {error}") from error
    except (EndpointConnectionError, ConnectTimeoutError) as error:
        raise Unreached(f"{call}: {error}") from error
    except (BotoCoreError, ResponseParserError) as error:  # no answer, or half of one
        raise Unanswered(f"{call}: {error}") from error


def meaning(code: str, message: str, *, call: str = "", status: int = 400) -> CasewrightError:
    """Our error for an AWS error code, of a whole call or of one item of a batch."""
    if code in _THROTTLED or (code in _QUOTA and call in _EBBS) or status == 429:
        return Throttled(message)
    if code in _NOT_PERMITTED or status == 403:
        return NotPermitted(message)
    if status in _OF_A_GATEWAY:
        return Unanswered(message)
    if code in _UNAVAILABLE or status >= 500:
        return Unavailable(message)
    if code in _NOT_FOUND:
        return NotFound(message)
    if code in _QUOTA:
        return QuotaReached(message)
    return SendingPaused(message) if code in _PAUSED else Refused(message)


def is_throttling(code: str, status: int = 400) -> bool:
    """Whether the service asked to slow down."""
    return code in _THROTTLED or status == 429


def _code(error: ClientError) -> str:
    """The code; of a DynamoDB transaction that was cancelled, the first reason."""
    reasons = (reason.get("Code", "None") for reason in error.response.get("CancellationReasons", ()))
    return str(next((reason for reason in reasons if reason != "None"), error.response["Error"].get("Code", "")))


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400))
