"""The local cloud over HTTP on the loopback address, for the real aws CLI, any SDK and a browser."""

import json
import re
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from casewright_workbench.localcloud.service import LOCAL_REGION, Caller, ServiceError

from .dispatch import Dispatcher
from .errors import written_as_xml
from .messages import HttpRequest, HttpResponse
from .models import BY_SIGNING_NAME, STORED
from .storage import Storage

LOCAL_PORT = 4599
Page = Callable[[HttpRequest], HttpResponse]
_SCOPE = re.compile(r"Credential=([^/,\s]*)/\d*/([\w-]+)/([\w-]+)/aws4_request")
_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


class LocalHttp:
    """An HTTP server over a dispatcher; `routes` are pages by path prefix, for GET without a signature.

    Requests are told apart by the credential scope of their signature, as AWS does; signatures themselves are not verified.
    """

    def __init__(
        self,
        *,
        account: str,
        dispatcher: Dispatcher,
        storage: Storage,
        routes: Mapping[str, Page] | None = None,
        port: int = LOCAL_PORT,
    ) -> None:
        self._account = account
        self._dispatcher = dispatcher
        self._storage = storage
        self._routes = sorted((routes or {}).items(), key=lambda each: -len(each[0]))
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self.answer))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="local-cloud-http", daemon=True)

    @property
    def url(self) -> str:
        """Where it serves, for `--endpoint-url`."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The response to a request: a page, or a service's answer."""
        scope = _SCOPE.search(request.headers.get("authorization", "")) or _SCOPE.search(_presigned_scope(request))
        if scope is None:
            return self._page(request) or _refused(
                403,
                "MissingAuthenticationToken",
                "the request has no AWS signature (version 4) to say which service it is for; any access key will do, "
                f"for example AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION={LOCAL_REGION}",
            )
        key, region, signing_name = scope.groups()
        service = BY_SIGNING_NAME.get(signing_name)
        if service is None:
            known = ", ".join(sorted(BY_SIGNING_NAME))
            message = f"the request is signed for {signing_name!r}; the local cloud serves {known}"
            if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
                return written_as_xml(ServiceError("UnknownService", message), 404)
            return _refused(404, "UnknownService", message)
        caller = Caller(self._account, region, f"arn:aws:iam::{self._account}:user/{key or 'local'}")
        if service in STORED:
            return self._storage.answer(service, request, caller)
        return self._dispatcher.answer(service, request, caller)

    def _page(self, request: HttpRequest) -> HttpResponse | None:
        host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
        if request.method not in ("GET", "HEAD") or host not in _LOOPBACK_NAMES:
            return None
        page = next((page for prefix, page in self._routes if request.path.startswith(prefix)), None)
        return page(request) if page else None


def _presigned_scope(request: HttpRequest) -> str:
    return f"Credential={dict(request.query_pairs()).get('X-Amz-Credential', '')}"


def _refused(status: int, code: str, message: str) -> HttpResponse:
    body = json.dumps({"__type": code, "message": message}).encode()
    return HttpResponse(status, {"content-type": "application/json", "x-amzn-errortype": code}, body)


def _handler(answer: Callable[[HttpRequest], HttpResponse]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "CasewrightLocalCloud"

        def handle_any(self) -> None:
            path, _, query = self.path.partition("?")
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                response = answer(HttpRequest(self.command, path, query, headers, _body(self)))
            except Exception as fault:
                self._send(_refused(500, "InternalFailure", type(fault).__name__))
                raise
            self._send(response)

        do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = do_HEAD = handle_any  # noqa: N815 - the names http.server calls

        def _send(self, response: HttpResponse) -> None:
            self.send_response_only(response.status)
            self.send_header("server", self.version_string())
            self.send_header("date", response.headers.get("date") or self.date_time_string())
            for name, value in response.headers.items():
                if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                    self.send_header(name, str(value))
            declared = response.headers.get("content-length") or response.headers.get("Content-Length")
            self.send_header("content-length", str(declared) if self.command == "HEAD" and declared else str(len(response.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server names it
            """Requests are recorded as calls, not printed."""

    return Handler


def _body(handler: BaseHTTPRequestHandler) -> bytes:
    if "chunked" in handler.headers.get("transfer-encoding", "").lower():
        return b"".join(_chunks(handler))
    return handler.rfile.read(int(handler.headers.get("content-length") or 0))


def _chunks(handler: BaseHTTPRequestHandler) -> Any:
    while size := int(handler.rfile.readline().split(b";")[0], 16):
        yield handler.rfile.read(size)
        handler.rfile.readline()
    while handler.rfile.readline().strip():
        pass
