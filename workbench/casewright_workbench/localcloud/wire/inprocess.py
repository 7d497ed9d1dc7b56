"""boto3 sessions whose every request is answered in this process, at the moment botocore would send it."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from moto.core.models import botocore_stubber

from casewright_workbench.localcloud.service import Caller

from .dispatch import Dispatcher
from .messages import HttpRequest, HttpResponse
from .models import BY_EVENT_ID, STORED, shared_loader
from .storage import Storage


def local_session(*, caller: Caller, dispatcher: Dispatcher, storage: Storage) -> boto3.Session:
    """A session that signs as `caller` and never reaches the network.

    Requests are not retried unless a client's own configuration says so: the emulated errors are meant, and retries would sleep in
    real time. AWS_ENDPOINT_URL, which leads commands to a local cloud, is not for the cloud itself.
    """
    core = botocore.session.get_session()
    core.set_config_variable("ignore_configured_endpoint_urls", True)
    core.register_component("data_loader", shared_loader())
    core.set_credentials("LOCALACCESSKEY", "local")
    core.set_default_client_config(Config(retries={"total_max_attempts": 1}))
    hooks = core.get_component("event_emitter")
    hooks.unregister("before-send", botocore_stubber)
    hooks.register_first("before-send", _answerer(caller, dispatcher, storage))
    return boto3.Session(botocore_session=core, region_name=caller.region)


class _Body(BytesIO):
    """A body as urllib3 would give it."""

    def stream(self, **_options: object) -> Any:
        while chunk := self.read(1 << 20):
            yield chunk


def _answerer(caller: Caller, dispatcher: Dispatcher, storage: Storage) -> Callable[..., AWSResponse]:
    def answer(request: Any, event_name: str, **_rest: object) -> AWSResponse:
        _, event_id, operation = event_name.split(".")
        service = BY_EVENT_ID.get(event_id)
        if service is None:
            raise NotImplementedError(f"the local cloud has no {event_id}; it has {', '.join(BY_EVENT_ID)}")
        if service in STORED:
            response = storage.answer_prepared(service, request, caller, operation=operation)
        else:
            response = dispatcher.answer(service, _plain(request), caller, operation=operation)
        return _as_botocore(request.url, response)

    return answer


def _plain(prepared: Any) -> HttpRequest:
    address = urlsplit(prepared.url)
    body = prepared.body or b""
    return HttpRequest(
        method=prepared.method,
        path=address.path or "/",
        query=address.query,
        headers={name.lower(): value.decode() if isinstance(value, bytes) else str(value) for name, value in prepared.headers.items()},
        body=body.encode() if isinstance(body, str) else body,
    )


def _as_botocore(url: str, response: HttpResponse) -> AWSResponse:
    return AWSResponse(url, response.status, HTTPHeaders.from_dict(response.headers), _Body(response.body))
