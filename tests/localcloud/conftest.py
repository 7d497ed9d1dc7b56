"""A fresh local cloud per test, and clients of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from casewright_workbench.localcloud.cloud import LocalCloud
from casewright_workbench.localcloud.runtime import FunctionRuntime

ROLE = "arn:aws:iam::111122223333:role/tester"


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[LocalCloud]:
    with LocalCloud(outbox=tmp_path / "outbox", verified=["example.com"]) as open_cloud:
        yield open_cloud


@pytest.fixture
def client(cloud: LocalCloud) -> Callable[[str], Any]:
    return cloud.session(principal_arn=ROLE).client


@pytest.fixture
def runtime(cloud: LocalCloud) -> FunctionRuntime:
    return FunctionRuntime(cloud)
