"""Errors as each service words them: which code refuses a malformed request, and how code, message and members travel."""

import json
from typing import Any
from xml.sax.saxutils import escape

from casewright_workbench.localcloud.service import ServiceError

from .messages import HttpResponse
from .operations import Operation
from .problems import Problems
from .writing import ShapeWriters, scalar_writer

_VALIDATION_CODES = {
    "connectcases": "ValidationException",
    "appintegrations": "InvalidRequestException",
    "customer-profiles": "BadRequestException",
    "events": "ValidationException",
    "firehose": "ValidationException",
    "sesv2": "BadRequestException",
    "sts": "ValidationError",
}
_SQS = "AWS.SimpleQueueService."
_SQS_QUERY_CODES = {
    "QueueDoesNotExist": f"{_SQS}NonExistentQueue",
    "QueueNameExists": "QueueAlreadyExists",
    **{
        code: f"{_SQS}{code}"
        for code in (
            "BatchEntryIdsNotDistinct",
            "BatchRequestTooLong",
            "EmptyBatchRequest",
            "InvalidBatchEntryId",
            "MessageNotInflight",
            "PurgeQueueInProgress",
            "QueueDeletedRecently",
            "TooManyEntriesInBatchRequest",
            "UnsupportedOperation",
        )
    },
}


def validation_error(service: str, operation: Operation, problems: Problems) -> ServiceError:
    """The error by which `service` refuses a request that its model does not allow."""
    if service == "sqs":
        if problems.missing:
            return ServiceError("MissingParameter", f"The request must contain the parameter {problems.missing[0]}.")
        code = "InvalidAttributeName" if operation.name.endswith("QueueAttributes") else "InvalidParameterValue"
        return ServiceError(code, problems.message())
    if service == "connect":
        code = "InvalidParameterException" if "InvalidParameterException" in operation.error_names else "InvalidRequestException"
        return ServiceError(code, problems.message())
    return ServiceError(_VALIDATION_CODES[service], problems.message())


class ErrorWriter:
    """Writes the errors of one service so that any SDK reads code, message and members from them."""

    def __init__(self, model: Any, writers: ShapeWriters) -> None:
        self._protocol: str = model.resolved_protocol
        self._json_version = model.metadata.get("jsonVersion", "1.0")
        self._shapes = {shape.name: shape for shape in model.error_shapes} | {shape.error_code: shape for shape in model.error_shapes}
        self._writers = writers

    def write(self, error: ServiceError, *, query_mode: bool) -> HttpResponse:
        """The response that carries `error`; `query_mode` adds the code that SQS clients of the older protocol know."""
        shape = self._shapes.get(error.code)
        status = _status(error, shape)
        if self._protocol == "query":
            return written_as_xml(error, status)
        headers, body = self._members(error, shape)
        if self._protocol == "rest-json":
            headers |= {"content-type": "application/json", "x-amzn-errortype": error.code}
        else:
            headers["content-type"] = f"application/x-amz-json-{self._json_version}"
            body = {"__type": error.code, **body}
        if query_mode:
            headers["x-amzn-query-error"] = f"{_SQS_QUERY_CODES.get(error.code, error.code)};{'Sender' if status < 500 else 'Receiver'}"
        return HttpResponse(status, headers, json.dumps(body).encode())

    def _members(self, error: ServiceError, shape: Any) -> tuple[dict[str, str], dict[str, Any]]:
        known = shape.members if shape is not None else {}
        message_name = next((name for name in known if name.lower() == "message"), "message")
        headers: dict[str, str] = {}
        body: dict[str, Any] = {message_name: error.message}
        for name, value in error.members.items():
            member = known[name]
            wire_name = member.serialization.get("name", name)
            if member.serialization.get("location") == "header":
                headers[wire_name] = str(scalar_writer(member, timestamp_format="rfc822")(value, name))
            else:
                body[wire_name] = self._writers.writer(member)(value, f"{error.code}.{name}")
        return headers, body


def _status(error: ServiceError, shape: Any) -> int:
    if error.status is not None:
        return error.status
    if shape is None:
        return 400
    modelled = shape.metadata.get("error", {}).get("httpStatusCode")
    return int(modelled or (500 if shape.name.startswith("Internal") else 400))


def written_as_xml(error: ServiceError, status: int) -> HttpResponse:
    """An error as services of the query protocol write it."""
    fault = "Sender" if status < 500 else "Receiver"
    members = f"<Type>{fault}</Type><Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    body = f"<ErrorResponse><Error>{members}</Error></ErrorResponse>"
    return HttpResponse(status, {"content-type": "text/xml"}, body.encode())
