"""The cold start of `decide` and what an event costs once it is warm, beside the handler that is usually written (`usual/handler.py`).

Both run in Lambda's own Python runtime client from bundles built for this machine, byte code included, and take the same events; AWS is the
local cloud over HTTP in another process of this machine, so CPU of the function is compared, not time on the wall.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from compileall import compile_dir
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uv
from rich.console import Group
from rich.table import Table

from benchmarks.core_steps import envelope
from benchmarks.runtime_api import Invoked, started
from casewright_workbench.house import House
from casewright_workbench.provisioning import BUNDLES
from stacks.parts import bundling
from stacks.parts.layer import PACKAGE, REQUIREMENTS, ROOT

STARTS, BATCHES, BATCH = 5, 20, 10
USUAL_RULES = [
    {"name": f"rule-{number}", "conditions": [
        {"field": "status", "operator": "equals", "value": "open"},
        {"field": "priority", "operator": "in", "value": ["high", f"level-{number}"]},
        {"field": "order_total", "operator": "greater_than", "value": float(number)},
    ]}
    for number in range(20)
]  # fmt: skip
"""About as many as the example contact centre has."""

_HERE = f"{os.uname().machine}-manylinux_2_28"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured: a handler, its layers and its environment."""

    name: str
    folder: Path
    layers: tuple[Path, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of CPU until ready, and of the first invocation; megabytes; the invocations that followed."""

    ready: float
    first: float
    memory_mb: float
    warm: tuple[Invoked, ...]


def measure() -> Group:
    """Start both, in turn, several times."""
    with tempfile.TemporaryDirectory() as folder, _house(Path(folder)) as (house, url):
        subjects = _subjects(Path(folder), house, url)
        taken: dict[str, list[Measured]] = {each.name: [] for each in subjects}
        for turn in range(STARTS):
            for subject in subjects:
                taken[subject.name].append(_measure(subject, house, turn))
    return Group(_starts(taken), _events(taken))


def _measure(subject: Subject, house: House, turn: int) -> Measured:
    batches = _batches(house, f"{subject.name}-{turn}")
    with started(subject.folder, subject.layers, subject.environment) as function:
        ready, memory_mb = function.wait_until_ready()
        first = function.invoke(next(batches))
        warm = tuple(function.invoke(batch) for batch in batches)
    assert all(each.answer == {"batchItemFailures": []} for each in (first, *warm)), f"{subject.name} failed on an event"
    return Measured(ready, first.cpu, memory_mb, warm)


@contextmanager
def _house(folder: Path) -> Iterator[tuple[House, str]]:
    """A house whose local cloud is served over HTTP."""
    start = datetime.now(UTC) - timedelta(minutes=5)
    with House.open(ROOT / "contact_center", start=start, folder=folder / "house") as house, closing(house.cloud.http(port=0)) as server:
        server.start()
        yield house, server.url


def _subjects(folder: Path, house: House, url: str) -> tuple[Subject, Subject]:
    client, ours, runtime, usual = (folder / name for name in ("client", "ours", "runtime", "usual"))
    _install(client, "awslambdaric==4.2.2")
    bundling.build_runtime(REQUIREMENTS, runtime, platform=_HERE)
    bundling.build_casewright(PACKAGE, ours)
    pins = [line.split()[0] for line in REQUIREMENTS.read_text().splitlines() if line.startswith(("boto3==", "aws-lambda-powertools=="))]
    _install(usual, *(pin.replace("powertools==", "powertools[parser]==") for pin in pins))
    written = house.session("admin").client("s3")
    written.put_object(Bucket=BUNDLES, Key="usual.json", Body=json.dumps(USUAL_RULES).encode())
    told = house.environments(house.places)["decide"].as_environment()
    told |= {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_SECRET_ACCESS_KEY": "local", "AWS_ACCESS_KEY_ID": "decide"}
    told |= {"AWS_ENDPOINT_URL": url, "POWERTOOLS_LOG_LEVEL": "INFO"}
    return (
        Subject("casewright", _compiled(ROOT / "lambdas" / "decide", folder / "decide"), (ours, runtime, client), told),
        Subject("usual", _compiled(Path(__file__).parent / "usual", folder / "peer"), (usual, client), told),
    )


def _install(layer: Path, *pins: str) -> None:
    command = [uv.find_uv_bin(), "pip", "install", "--quiet", "--target", str(layer / "python"), "--python", sys.executable, *pins]
    subprocess.run(command, check=True)
    compile_dir(layer, quiet=2)


def _compiled(source: Path, target: Path) -> Path:
    shutil.copytree(source, target)
    compile_dir(target, quiet=2)
    return target


def _batches(house: House, name: str) -> Iterator[dict[str, Any]]:
    """One event that ends the cold start, and the batches that follow."""
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
    for batch in range(BATCHES + 1):
        bodies = (envelope(house.catalog, number=f"{name}-{batch}-{number}") for number in range(BATCH if batch else 1))
        yield {"Records": [_record(body.replace("2026-11-16T14:00:00", now)) for body in bodies]}


def _record(body: str) -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": "0", "SenderId": "s", "ApproximateFirstReceiveTimestamp": "0"}
    return {
        "messageId": "m",
        "receiptHandle": "r",
        "body": body,
        "attributes": attributes,
        "messageAttributes": {},
        "md5OfBody": "m",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:111122223333:case-events",
        "awsRegion": "us-east-1",
    }


def _starts(taken: Mapping[str, list[Measured]]) -> Table:
    table = Table("", "ready, CPU ms", "first event, CPU ms", "both", "MB", title=f"Cold start in awslambdaric, median of {STARTS}")
    both = {name: statistics.median(each.ready + each.first for each in found) for name, found in taken.items()}
    for name, found in taken.items():
        ready, first, memory = (statistics.median(values) for values in zip(*((e.ready, e.first, e.memory_mb) for e in found), strict=True))
        table.add_row(name, f"{1e3 * ready:.0f}", f"{1e3 * first:.0f}", f"{1e3 * both[name]:.0f}", f"{memory:.0f}")
    ready_of = {name: statistics.median(each.ready for each in found) for name, found in taken.items()}
    ratios = ready_of["casewright"] / ready_of["usual"], both["casewright"] / both["usual"]
    table.caption = f"casewright to usual: ready {ratios[0]:.2f}, both {ratios[1]:.2f}"
    return table


def _events(taken: Mapping[str, list[Measured]]) -> Table:
    table = Table("", "CPU µs an event", "in AWS calls", "own code", "AWS calls an event", title="Warm, batches of 10")
    own, all_of = {}, {}
    for name, found in taken.items():
        warm = [each for one in found for each in one.warm]
        figures = zip(*((each.cpu, each.in_calls, each.calls) for each in warm), strict=True)
        cpu, in_calls, calls = (statistics.median(values) / BATCH for values in figures)
        own[name], all_of[name] = cpu - in_calls, cpu
        table.add_row(name, f"{1e6 * cpu:.0f}", f"{1e6 * in_calls:.0f}", f"{1e6 * own[name]:.0f}", f"{calls:.1f}")
    ratios = own["casewright"] / own["usual"], all_of["casewright"] / all_of["usual"]
    table.caption = f"casewright to usual: own code {ratios[0]:.2f}, with AWS calls {ratios[1]:.2f}"
    return table
