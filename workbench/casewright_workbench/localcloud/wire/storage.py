"""DynamoDB and S3, which moto keeps: requests handed to it untouched, one at a time.

Moto's state is global to the process and it knows nothing of our clock, so one local cloud may be open at a time.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.backends import get_backend
from moto.core.botocore_stubber import BotocoreStubber

from casewright_workbench.localcloud.service import Caller, Clock, Request

from .dispatch import Call
from .messages import HttpRequest, HttpResponse
from .models import service_model
from .routing import Router, route


class Storage:
    """Moto's DynamoDB and S3 behind the one lock of the local cloud."""

    _owner: "Storage | None" = None

    def __init__(self, *, clock: Clock, turn: threading.Condition, record: Callable[[Call], None]) -> None:
        if Storage._owner is not None:
            raise RuntimeError("a local cloud is open already; close() it first, its DynamoDB and S3 are shared by the whole process")
        Storage._owner = self
        self._clock = clock
        self._turn = turn
        self._record = record
        self._stubber = BotocoreStubber()
        self._s3_router: Router | None = None
        _forget_everything()

    def close(self) -> None:
        """Forget all tables and buckets; another local cloud may then open."""
        if Storage._owner is self:
            _forget_everything()
            Storage._owner = None

    def answer_prepared(self, service: str, prepared: Any, caller: Caller, *, operation: str) -> HttpResponse:
        """The answer to a request of botocore's own making."""
        address = urlsplit(prepared.url)
        request = HttpRequest(prepared.method, _path_with_bucket(service, address.netloc, address.path), address.query)
        body = prepared.body if isinstance(prepared.body, bytes) else b""
        with self._turn:
            prepared.headers["x-moto-account-id"] = caller.account
            status, headers, answer = self._stubber.process_request(prepared) or (404, {}, "")
            asked = _parsed(service, replace(request, body=body), operation)
            self._note(service, operation, caller, asked, _error_code(status))
        return HttpResponse(int(status), dict(headers), answer.encode() if isinstance(answer, str) else answer)

    def answer(self, service: str, request: HttpRequest, caller: Caller) -> HttpResponse:
        """The answer to a request that came over HTTP."""
        host = f"{service}.{caller.region}.amazonaws.com"
        url = f"https://{host}{request.path}{'?' if request.query else ''}{request.query}"
        headers = HTTPHeaders.from_dict({**request.headers, "host": host})
        prepared = AWSPreparedRequest(request.method, url, headers, request.body, stream_output=False)
        return self.answer_prepared(service, prepared, caller, operation=self._operation_asked_for(service, request))

    def _operation_asked_for(self, service: str, request: HttpRequest) -> str:
        if service == "dynamodb":
            return request.headers.get("x-amz-target", "").rpartition(".")[2]
        model = service_model("s3")
        self._s3_router = self._s3_router or Router(model.operation_model(name) for name in model.operation_names)
        return self._s3_router.find(request) or f"{request.method} {request.path}"

    def _note(self, service: str, operation: str, caller: Caller, asked: Request, error: str) -> None:
        self._record(Call(service, operation, caller.principal_arn, asked, self._clock.now(), error))
        self._turn.notify_all()


def _forget_everything() -> None:
    get_backend("dynamodb").reset()
    get_backend("s3").reset()


def _path_with_bucket(service: str, host: str, path: str) -> str:
    """S3 puts the bucket in the host's name where it can; operations are told apart by the path that has it."""
    bucket, found, _ = host.partition(".s3.")
    return f"/{bucket}{path}" if service == "s3" and found else path


def _parsed(service: str, request: HttpRequest, operation: str) -> Request:
    """The members of a request that say what it touches."""
    if service == "dynamodb":
        parsed: Request = json.loads(request.body or b"{}")
        return parsed
    model = service_model("s3")
    if operation not in model.operation_names:
        return {}
    return {**(route(model.operation_model(operation)).labels(request.path) or {}), **dict(request.query_pairs())}


def _error_code(status: int) -> str:
    return str(status) if status >= 400 else ""
