"""What a person at the terminal is told where AWS refuses or does not answer: what was tried, the answer, and what to do."""

from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from casewright.aws.failures import meaning
from casewright.errors import NotFound, NotPermitted, Throttled, Unavailable
from casewright_workbench.deployment.clients import ABSENT, is_missing

_NOT_WHO: Final = frozenset({
    "ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId",
    "SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "AuthFailure",
})  # fmt: skip


def explained(error: Exception) -> str:
    """An error of AWS in a sentence; any other as it is."""
    cause = error if isinstance(error, BotoCoreError | ClientError) else error.__cause__
    if isinstance(cause, ClientError):
        if cause.response["Error"].get("Code") == "NoSuchKey" and error is not cause:
            return f"{error} is not there; look at the name of the bucket, which is an output of the stacks, and at AWS_PROFILE"
        return _answered(cause)
    return (isinstance(cause, BotoCoreError) and _unasked(cause)) or str(error)


def _unasked(error: BotoCoreError) -> str:
    """Why nothing could be asked, where something can be done about it."""
    match error:
        case NoRegionError():
            return "no region is set; set AWS_REGION, or `region` in your profile (`aws configure`)"
        case NoCredentialsError() | PartialCredentialsError():
            any_key = "the local cloud takes any, such as AWS_ACCESS_KEY_ID=me AWS_SECRET_ACCESS_KEY=local"
            return f"no credentials were found; set AWS_PROFILE, or see `aws configure`; {any_key}"
        case ProfileNotFound():
            return f"{error}; AWS_PROFILE says so, and `aws configure list-profiles` lists those there are"
        case SSOError() | TokenRetrievalError():
            return f"{error}; log in with `aws sso login`"
        case EndpointConnectionError():
            return f"{error} Look at AWS_REGION and AWS_ENDPOINT_URL; at that of the local cloud, `make run` must be running"
        case _:
            return ""


def _answered(error: ClientError) -> str:
    told = error.response["Error"]
    code, message = told.get("Code", ""), told.get("Message", "").rstrip(".")
    answer = f"{error.operation_name} answered {code}: {message}" if message else f"{error.operation_name} answered {code}"
    if is_missing(error):
        return f"{answer}; look at the name, which is an output of the stacks, and at AWS_REGION and AWS_PROFILE"
    if code in _NOT_WHO:
        return f"{answer}; your credentials are not valid (any more): log in again, or set AWS_PROFILE"
    if code in ABSENT:
        return answer
    match meaning(code, "", status=int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400))):
        case NotFound():
            return f"{answer}; look at the name or id, and at AWS_REGION and AWS_PROFILE"
        case NotPermitted():
            return f"{answer}; ask for {error.operation_name}, or set AWS_PROFILE to who may"
        case Throttled() | Unavailable():
            return f"{answer}; give the command again in a minute"
        case _:
            return answer
