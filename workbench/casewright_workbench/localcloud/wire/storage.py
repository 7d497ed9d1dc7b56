"""DynamoDB and S3, which moto keeps: requests handed to it untouched, one at a time.

Moto's state is global to the process and it knows nothing of our clock, so one local cloud may be open at a time.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.backends import get_backend
from moto.core.botocore_stubber import BotocoreStubber

from casewright_workbench.localcloud.service import Caller, Clock, Request

from .answers import write_values_by_their_type
from .dispatch import Call
from .messages import HttpRequest, HttpResponse
from .models import service_model
from .queries import look_only_into_the_partition, noticing, something_was_written
from .routing import Router, route
from .tracking import keep_no_replaced_items
from .transactions import copy_only_touched_partitions

_READS: Final = frozenset({"GetItem", "BatchGetItem", "Query", "Scan", "DescribeTable", "GetObject", "ListObjectsV2"})


class Storage:
    """Moto's DynamoDB and S3 behind the one lock of the local cloud."""

    _owner: "Storage | None" = None

    def __init__(self, *, clock: Clock, turn: threading.Condition, record: Callable[[Call], None]) -> None:
        if Storage._owner is not None:
            raise RuntimeError("a local cloud is open already; close() it first, its DynamoDB and S3 are shared by the whole process")
        Storage._owner = self
        copy_only_touched_partitions()
        look_only_into_the_partition()
        write_values_by_their_type()
        keep_no_replaced_items()
        self._clock = clock
        self._turn = turn
        self._record = record
        self._stubber = BotocoreStubber()
        self._s3_routers: dict[bool, Router] = {}
        _forget_everything()

    def close(self) -> None:
        """Forget all tables and buckets; another local cloud may then open."""
        if Storage._owner is self:
            _forget_everything()
            Storage._owner = None

    def answer_prepared(self, service: str, prepared: Any, caller: Caller, *, operation: str) -> HttpResponse:
        """The answer to a request of botocore's own making."""
        asked = _members(prepared.body) if service == "dynamodb" else _touched(urlsplit(prepared.url), operation)
        with self._turn:
            prepared.headers["x-moto-account-id"] = caller.account
            with noticing(writes=operation not in _READS):
                status, headers, answer = self._stubber.process_request(prepared) or (404, {}, "")
            error = str(status) if status >= 400 else ""
            self._record(Call(service, operation, caller.principal_arn, asked, self._clock.now(), error))
            self._turn.notify_all()
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
        bucket, path = _bucket_and_path("", request.path)
        model = service_model("s3")
        if bool(bucket) not in self._s3_routers:
            operations = (model.operation_model(name) for name in model.operation_names)
            self._s3_routers[bool(bucket)] = Router(each for each in operations if _is_about_bucket(each) == bool(bucket))
        found = self._s3_routers[bool(bucket)].find(replace(request, path=path))
        return found or f"{request.method} {request.path}"


def _forget_everything() -> None:
    something_was_written()
    get_backend("dynamodb").reset()
    get_backend("s3").reset()


def _members(body: object) -> Request:
    """The members of a DynamoDB request, values in DynamoDB's own JSON."""
    parsed: Request = json.loads(body) if isinstance(body, bytes | str) and body else {}
    return parsed


def _touched(address: SplitResult, operation: str) -> Request:
    """What an S3 request is about: bucket, key and the members in its query."""
    bucket, path = _bucket_and_path(address.netloc, address.path)
    asked: Request = {"Bucket": bucket} if bucket else {}
    model = service_model("s3")
    if operation in model.operation_names:
        asked |= route(model.operation_model(operation)).labels(path) or {}
    return asked | dict(HttpRequest("GET", path, address.query).query_pairs())


def _bucket_and_path(host: str, path: str) -> tuple[str, str]:
    """The bucket stands in the host's name, or first in the path; the models know only the path after it."""
    bucket, in_host, _ = host.partition(".s3.")
    if in_host:
        return bucket, path
    bucket, _, key = path.lstrip("/").partition("/")
    return bucket, f"/{key}"


def _is_about_bucket(operation: Any) -> bool:
    return operation.input_shape is not None and "Bucket" in operation.input_shape.members
