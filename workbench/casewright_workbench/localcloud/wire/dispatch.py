"""The way of one request through the local cloud: parse, validate, call the service, write the answer, record the call."""

import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from botocore import xform_name

from casewright_workbench.localcloud.service import Caller, Clock, Request, Response, Service, ServiceError

from .errors import validation_error
from .messages import HttpRequest, HttpResponse
from .models import WireService, wire_service
from .operations import Operation
from .problems import Problems


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it reached a service; `error` is the code of the answer, empty when it succeeded."""

    service: str
    operation: str
    principal_arn: str
    request: Request
    at: datetime
    error: str = ""


class Dispatcher:
    """Hands requests to services one at a time and answers with HTTP responses."""

    def __init__(self, services: Mapping[str, Service], *, clock: Clock, turn: threading.Condition, record: Callable[[Call], None]) -> None:
        self._services = services
        self._clock = clock
        self._turn = turn
        self._record = record

    def answer(self, service: str, request: HttpRequest, caller: Caller, *, operation: str | None = None) -> HttpResponse:
        """The response to `request`; `operation` names what is asked for where that is known beforehand."""
        wire = wire_service(service)
        try:
            name = wire.known(operation or wire.operation_asked_for(request))
            self._method(service, name)
            asked = wire.operation(name)
            response = self._validated(wire, asked, request, caller)
            status, headers, body = asked.write(response)
        except ServiceError as error:
            answer = wire.errors.write(error, query_mode=request.headers.get("x-amzn-query-mode") == "true")
            status, headers, body = answer.status, dict(answer.headers), answer.body
        date = format_datetime(self._clock.now(), usegmt=True)
        return HttpResponse(status, {**headers, "date": date, "x-amzn-requestid": str(uuid.uuid4())}, body)

    def perform(self, service: str, operation: str, request: Request, caller: Caller) -> Response:
        """An operation asked for in Python, without HTTP or validation, but recorded like any other."""
        return self._perform(service, operation, request, caller, refusal=None)

    def _validated(self, wire: WireService, operation: Operation, request: HttpRequest, caller: Caller) -> Response:
        problems = Problems()
        parsed = operation.parse(request, problems)
        refusal = validation_error(wire.name, operation, problems) if problems else None
        return self._perform(wire.name, operation.name, parsed, caller, refusal=refusal)

    def _perform(self, service: str, operation: str, request: Request, caller: Caller, *, refusal: ServiceError | None) -> Response:
        with self._turn:
            error = ""
            try:
                if refusal is not None:
                    raise refusal
                response: Response = self._method(service, operation)(request, caller)
            except ServiceError as refused:
                error = refused.code
                raise
            finally:
                self._record(Call(service, operation, caller.principal_arn, request, self._clock.now(), error))
                self._turn.notify_all()
        return response

    def _method(self, service: str, operation: str) -> Callable[[Request, Caller], Any]:
        method: Callable[[Request, Caller], Any] | None = getattr(self._services.get(service), xform_name(operation), None)
        if method is None:
            raise ServiceError("NotImplemented", f"the local cloud does not perform {service} {operation}", status=501)
        return method
