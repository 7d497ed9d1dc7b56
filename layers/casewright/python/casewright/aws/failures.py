"""What an AWS error means to us, by its code; never by its message."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import ClientError, HTTPClientError, ParamValidationError
from botocore.exceptions import ConnectionError as NoConnection

from casewright.errors import NotFound, Refused, SendingPaused, Throttled, Unavailable

_THROTTLED: Final = frozenset({
    "ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "ProvisionedThroughputExceededException",
    "LimitExceededException", "RequestThrottled", "THROTTLED", "ServiceQuotaExceededException",
})  # fmt: skip
_UNAVAILABLE: Final = frozenset({
    "InternalServerException", "InternalServiceException", "InternalServerError", "InternalFailure", "ServiceUnavailable",
    "ServiceUnavailableException", "RequestTimeout", "INTERNAL_ERROR", "TransactionInProgressException",
})  # fmt: skip
_NOT_FOUND: Final = frozenset({"ResourceNotFoundException", "ContactNotFoundException", "CASE_NOT_FOUND", "NotFoundException"})
_PAUSED: Final = frozenset({"SendingPausedException", "AccountSuspendedException"})


@contextmanager
def translated(call: str) -> Iterator[None]:
    """Raise what an error of the call inside means: Throttled, Unavailable, NotFound, SendingPaused or Refused.

    A quota that is exceeded counts as throttling: tasks end and quotas are raised, and the number of attempts bounds the wait.
    """
    try:
        yield
    except ClientError as error:
        raise meaning(error.response["Error"].get("Code", ""), f"{call}: {error}", error) from error
    except ParamValidationError as error:
        raise Refused(f"{call}: {error}") from error
    except (NoConnection, HTTPClientError) as error:
        raise Unavailable(f"{call}: {error}") from error


def meaning(code: str, message: str, error: ClientError | None = None) -> Exception:
    """Our error for an AWS error code."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400) if error else 400
    if code in _THROTTLED:
        return Throttled(message)
    if code in _UNAVAILABLE or status >= 500:
        return Unavailable(message)
    if code in _NOT_FOUND:
        return NotFound(message)
    return SendingPaused(message) if code in _PAUSED else Refused(message)
