"""A function in Lambda's own Python runtime (awslambdaric), fed over the runtime API, and what it costs in CPU.

Source of the API: AWS Lambda developer guide, "Using the Lambda runtime API" (paths under /2018-06-01/runtime).
"""

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil

_WRAPPER = """
import time
from handler import handle
from botocore.client import BaseClient

calls = []
inner = BaseClient._make_api_call

def timed(self, operation, arguments):
    started = time.process_time()
    try:
        return inner(self, operation, arguments)
    finally:
        calls.append(time.process_time() - started)

BaseClient._make_api_call = timed

def measured(event, context):
    calls.clear()
    started = time.process_time()
    answer = handle(event, context)
    return {"answer": answer, "cpu": time.process_time() - started, "in_calls": sum(calls), "calls": len(calls)}
"""


@dataclass(frozen=True, slots=True)
class Invoked:
    """One invocation: its answer, seconds of CPU of the handler, those of them within AWS calls, and how many calls there were."""

    answer: Any
    cpu: float
    in_calls: float
    calls: int


class Function:
    """A running function."""

    def __init__(
        self, process: subprocess.Popen[bytes], *, events: queue.Queue[Any], answers: queue.Queue[Any], ready: threading.Event
    ) -> None:
        self._process, self._events, self._answers, self._ready = process, events, answers, ready

    def wait_until_ready(self) -> tuple[float, float]:
        """Seconds of CPU and megabytes that it took to start: until it first asked for work."""
        if not self._ready.wait(60):
            raise RuntimeError("the function never asked for work")
        process = psutil.Process(self._process.pid)
        times = process.cpu_times()
        return times.user + times.system, process.memory_info().rss / 1e6

    def invoke(self, event: Any) -> Invoked:
        """Run it once."""
        self._events.put(event)
        answer = self._answers.get(timeout=60)
        if "cpu" not in answer:
            raise RuntimeError(f"the function failed: {answer}")
        return Invoked(**answer)


@contextmanager
def started(folder: Path, layers: tuple[Path, ...], environment: Mapping[str, str]) -> Iterator[Function]:
    """Start the handler of a folder, which sees that folder, its layers and the runtime client alone."""
    events, answers, ready = queue.Queue[Any](), queue.Queue[Any](), threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _api(events, answers, ready))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    process = _process(folder, layers, environment, port=server.server_port)
    try:
        yield Function(process, events=events, answers=answers, ready=ready)
    finally:
        process.kill()
        process.wait()
        server.shutdown()
        server.server_close()


def _process(folder: Path, layers: tuple[Path, ...], environment: Mapping[str, str], *, port: int) -> subprocess.Popen[bytes]:
    (layers[0] / "python" / "measured.py").write_text(_WRAPPER)
    path = [str(folder), *(str(layer / "python") for layer in layers)]
    program = f"import sys; sys.path[:0] = {path!r}; from awslambdaric.__main__ import main; main(['', 'measured.measured'])"
    told = {**environment, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}", "AWS_LAMBDA_FUNCTION_NAME": "measured"}
    told |= {"AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024", "LAMBDA_TASK_ROOT": str(folder)}
    return subprocess.Popen([sys.executable, "-I", "-S", "-B", "-c", program], env=told, stdout=subprocess.DEVNULL, cwd=folder)


def _api(events: queue.Queue[Any], answers: queue.Queue[Any], ready: threading.Event) -> type[BaseHTTPRequestHandler]:
    """The runtime API over two queues; `ready` is set when the function first asks for work."""

    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ready.set()
            body = json.dumps(events.get()).encode()
            self.send_response(200)
            for name, value in {**_next_invocation(), "Content-Type": "application/json", "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            answers.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing: the table is what is printed."""

    return Api


def _next_invocation() -> dict[str, str]:
    """Headers that go with an event."""
    return {
        "Lambda-Runtime-Aws-Request-Id": "r",
        "Lambda-Runtime-Deadline-Ms": str(int((time.time() + 60) * 1000)),
        "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:111122223333:function:measured",
    }
