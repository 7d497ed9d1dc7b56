"""botocore's service models, read once per process and shared by every local cloud in it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.loaders
import botocore.session
from botocore.model import ServiceModel

from casewright_workbench.localcloud.service import ServiceError

from .errors import ErrorWriter
from .messages import HttpRequest
from .operations import Operation
from .routing import Router
from .shapes import ShapeReaders
from .writing import ShapeWriters


@dataclass(frozen=True, slots=True)
class Names:
    """What one service is called: in botocore's event names, and in the credential scope of a signature."""

    event_id: str
    signing_name: str


SERVED = {
    "connectcases": Names("connectcases", "cases"),
    "connect": Names("connect", "connect"),
    "customer-profiles": Names("customer-profiles", "profile"),
    "appintegrations": Names("appintegrations", "app-integrations"),
    "events": Names("eventbridge", "events"),
    "sqs": Names("sqs", "sqs"),
    "sesv2": Names("sesv2", "ses"),
    "firehose": Names("firehose", "firehose"),
    "sts": Names("sts", "sts"),
    "lambda": Names("lambda", "lambda"),
}
"""Services answered here, by botocore name."""
STORED = {"dynamodb": Names("dynamodb", "dynamodb"), "s3": Names("s3", "s3")}
"""Services that moto answers."""
BY_EVENT_ID = {names.event_id: service for service, names in (SERVED | STORED).items()}
BY_SIGNING_NAME = {names.signing_name: service for service, names in (SERVED | STORED).items()}


@cache
def shared_loader() -> Any:
    """A loader whose cache outlives sessions: connect's model alone takes a good part of a second to read."""
    return botocore.session.get_session().get_component("data_loader")


@cache
def service_model(service: str) -> Any:
    """The model of a service, by its botocore name."""
    return ServiceModel(shared_loader().load_service_model(service, "service-2"), service)


@cache
def wire_service(service: str) -> "WireService":
    """The compiled operations of a service."""
    return WireService(service)


class WireService:
    """One service's operations, compiled at their first use."""

    def __init__(self, service: str) -> None:
        self.name = service
        self._model = service_model(service)
        self._readers = ShapeReaders()
        self._writers = ShapeWriters()
        self.errors = ErrorWriter(self._model, self._writers)
        self._operations: dict[str, Operation] = {}
        self._router: Router | None = None

    def known(self, name: str) -> str:
        """The name, if the service has an operation of that name."""
        if name not in self._operations and name not in self._model.operation_names:
            raise unknown_operation(self.name, name)
        return name

    def operation(self, name: str) -> Operation:
        """The operation of that name."""
        if name not in self._operations:
            self._operations[name] = Operation(self._model.operation_model(name), self._readers, self._writers)
        return self._operations[name]

    def operation_asked_for(self, request: HttpRequest) -> str:
        """The name of the operation that a request over HTTP is for."""
        protocol = self._model.resolved_protocol
        if protocol == "json":
            target = request.headers.get("x-amz-target", "")
            prefix, _, name = target.partition(".")
            if prefix != self._model.metadata["targetPrefix"]:
                raise unknown_operation(self.name, target or "(no X-Amz-Target header; the query protocol is not served)")
            return name
        if protocol == "query":
            form = HttpRequest("GET", "/", request.body.decode("latin-1")).query_pairs()
            return dict(form).get("Action", "")
        self._router = self._router or Router(self._model.operation_model(name) for name in self._model.operation_names)
        found = self._router.find(request)
        if found is None:
            raise unknown_operation(self.name, f"{request.method} {request.path}")
        return found


def unknown_operation(service: str, asked: str) -> ServiceError:
    """The answer to a request for nothing that the service has."""
    return ServiceError("UnknownOperationException", f"{service} has no operation {asked}; see `aws {service} help`", status=404)
