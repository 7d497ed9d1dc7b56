"""What each error of AWS means: every one that botocore knows of the operations we call, and those no model lists."""

from typing import Final

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    IncompleteReadError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.session import get_session

from casewright.aws.failures import meaning, translated
from casewright.errors import (
    CasewrightError,
    NotFound,
    NotPermitted,
    QuotaReached,
    Refused,
    Retryable,
    SendingPaused,
    Throttled,
    Unanswered,
    Unavailable,
    Unreached,
)

CALLED: Final = {
    "connectcases": (
        "BatchUpdateCase", "BatchCreateRelatedItem", "CreateRelatedItem", "SearchRelatedItems", "DeleteRelatedItem", "GetCase",
        "CreateCase", "SearchCases",
    ),
    "connect": ("StartTaskContact", "StopContact", "DescribeContact"),
    "sesv2": ("SendEmail", "GetAccount"),
    "events": ("PutEvents",),
    "customer-profiles": ("SearchProfiles",),
    "firehose": ("PutRecordBatch",),
}  # fmt: skip
MEANS: Final = {
    "ThrottlingException": Throttled,
    "TooManyRequestsException": Throttled,
    "InternalServerException": Unavailable,
    "InternalServiceException": Unavailable,
    "InternalException": Unavailable,
    "ServiceUnavailableException": Unavailable,
    "AccessDeniedException": NotPermitted,
    "InvalidActiveRegionException": NotPermitted,
    "ResourceNotFoundException": NotFound,
    "ContactNotFoundException": NotFound,
    "NotFoundException": NotFound,
    "SendingPausedException": SendingPaused,
    "AccountSuspendedException": SendingPaused,
    "ServiceQuotaExceededException": QuotaReached,
    "LimitExceededException": QuotaReached,
    **dict.fromkeys(
        (
            "ValidationException", "ConflictException", "InvalidRequestException", "InvalidParameterException", "BadRequestException",
            "MessageRejected", "MailFromDomainNotVerifiedException", "InvalidArgumentException", "InvalidKMSResourceException",
            "InvalidSourceException",
        ),
        Refused,
    ),
}  # fmt: skip
EBBS: Final = {("StartTaskContact", "ServiceQuotaExceededException"), ("SendEmail", "LimitExceededException")}


def modelled() -> list[tuple[str, str, int]]:
    """(operation, code, status) of every error that botocore's models name."""
    models = {service: get_session().get_service_model(service) for service in CALLED}
    return [
        (operation, shape.error_code, shape.metadata.get("error", {}).get("httpStatusCode", 400))
        for service, operations in CALLED.items()
        for operation in operations
        for shape in models[service].operation_model(operation).error_shapes
    ]


def raised(operation: str, error: Exception) -> type[BaseException]:
    with pytest.raises(CasewrightError) as translation, translated(operation):
        raise error
    return translation.type


def refusal(operation: str, code: str, status: int = 400, **more: object) -> ClientError:
    response = {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": {"HTTPStatusCode": status}, **more}
    return ClientError(response, operation)  # type: ignore[arg-type]


def test_every_error_that_the_models_know_of_what_we_call_is_sorted() -> None:
    sorted_as = {(operation, code): raised(operation, refusal(operation, code, status)) for operation, code, status in modelled()}
    expected = {each: Throttled if each in EBBS else MEANS[each[1]] for each in sorted_as}
    assert sorted_as == expected
    assert len(sorted_as) > 60


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("ExpiredTokenException", 403, NotPermitted),
        ("ExpiredToken", 400, NotPermitted),
        ("RequestTimeTooSkewed", 403, NotPermitted),
        ("InvalidSignatureException", 400, NotPermitted),
        ("RequestExpired", 400, NotPermitted),
        ("ForbiddenOfAKindNobodyListed", 403, NotPermitted),
        ("BusyOfAKindNobodyListed", 503, Unavailable),
        ("502", 502, Unanswered),
        ("GatewayTimeoutOfAKindNobodyListed", 504, Unanswered),
        ("HurryOfAKindNobodyListed", 429, Throttled),
        ("WrongOfAKindNobodyListed", 400, Refused),
    ],
)
def test_errors_that_no_model_lists_are_told_by_code_then_by_status(code: str, status: int, expected: type[Exception]) -> None:
    assert raised("BatchUpdateCase", refusal("BatchUpdateCase", code, status)) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("CASE_NOT_FOUND", NotFound),
        ("DOMAIN_NOT_FOUND", NotFound),
        ("VALIDATION_ERROR", Refused),
        ("CONFLICT", Unavailable),
        ("THROTTLED", Throttled),
        ("ACCESS_DENIED", NotPermitted),
        ("SERVICE_QUOTA_EXCEEDED", QuotaReached),
        ("INTERNAL_ERROR", Unavailable),
    ],
)
def test_each_code_of_an_item_of_a_batch_is_sorted(code: str, expected: type[Exception]) -> None:
    assert type(meaning(code, "m", call="BatchUpdateCase")) is expected


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [(["None", "TransactionConflict"], Unavailable), (["ThrottlingError"], Throttled), (["ValidationError"], Refused)],
)
def test_a_cancelled_transaction_means_what_its_reason_means(reasons: list[str], expected: type[Exception]) -> None:
    error = refusal("TransactWriteItems", "TransactionCanceledException", CancellationReasons=[{"Code": each} for each in reasons])
    assert raised("TransactWriteItems", error) is expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ReadTimeoutError(endpoint_url="u"), Unanswered),
        (ConnectTimeoutError(endpoint_url="u"), Unreached),
        (EndpointConnectionError(endpoint_url="u"), Unreached),
        (IncompleteReadError(actual_bytes=1, expected_bytes=2), Unanswered),
        (NoCredentialsError(), NotPermitted),
        (ParamValidationError(report="r"), Refused),
    ],
)
def test_what_botocore_itself_raises_is_sorted(error: Exception, expected: type[Exception]) -> None:
    assert raised("SendEmail", error) is expected


def test_what_is_not_permitted_may_succeed_once_an_operator_has_put_it_right() -> None:
    assert issubclass(NotPermitted, Retryable)
