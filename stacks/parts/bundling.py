"""Layers built on this machine, without Docker: wheels for Lambda's platform, botocore trimmed, byte code of this Python.

A layer is a folder holding `python/`, which Lambda mounts at /opt/python.
"""

import hashlib
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Iterator
from compileall import compile_dir
from pathlib import Path
from typing import Final

import uv

from stacks.parts import slimming

LAMBDA_PLATFORM: Final = "aarch64-manylinux_2_28" if sys.version_info >= (3, 12) else "aarch64-manylinux2014"
"""As `uv --python-platform` spells arm64 Lambda: Amazon Linux 2023 from Python 3.12 on, Amazon Linux 2 (glibc 2.26) before."""

SERVICES: Final = (
    "appintegrations",
    "connect",
    "connectcases",
    "customer-profiles",
    "dynamodb",
    "events",
    "firehose",
    "s3",
    "sesv2",
    "sqs",
    "sts",
)
"""The botocore service models that our functions call."""

ROOM_BYTES: Final = 250 * 1024 * 1024
"""What a function and all its layers may take unzipped (Lambda quota)."""


class BundlingError(RuntimeError):
    """A layer could not be built: says which and why."""

    def __init__(self, layer: str, reason: str) -> None:
        super().__init__(f"layer {layer}: {reason}")


def build_runtime(requirements: Path, output: Path, *, platform: str = LAMBDA_PLATFORM) -> int:
    """Build the layer of third-party packages into `output` and return its size in bytes.

    Raises:
        BundlingError: a pin has no wheel for the platform, or the layer is too large.
    """
    target = output / "python"
    _install(requirements, target, platform=platform)
    _trim_botocore(target / "botocore" / "data")
    for unused in (target / "bin", target / "boto3" / "examples"):
        shutil.rmtree(unused, ignore_errors=True)
    _compile(target, mounted_from=output)
    return _measure("runtime", output)


def build_casewright(source: Path, output: Path) -> int:
    """Build the layer of our own package from `layers/casewright/python` into `output` and return its size in bytes."""
    package = output / "python" / "casewright"
    shutil.copytree(source / "casewright", package, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    _compile(package, mounted_from=output)
    return _measure("casewright", output)


def fingerprint(*sources: Path, platform: str = LAMBDA_PLATFORM) -> str:
    """Name what a layer is built of, so that an unchanged one is neither built nor deployed again."""
    building = "".join(Path(module).read_text() for module in (__file__, slimming.__file__))
    digest = hashlib.sha256(f"{platform} {sys.version_info[:2]} {building}".encode())
    for source in sources:
        for path in _files(source):
            digest.update(path.relative_to(source.parent).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _files(source: Path) -> Iterator[Path]:
    if source.is_file():
        yield source
        return
    for path in sorted(source.rglob("*")):
        hidden = any(part == "__pycache__" or part.startswith(".") for part in path.relative_to(source).parts)
        if path.is_file() and not hidden:
            yield path


def _install(requirements: Path, target: Path, *, platform: str) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [uv.find_uv_bin(), "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--requirements", str(requirements)]
    command += ["--target", str(target), "--python", sys.executable, "--python-version", version]
    command += ["--python-platform", platform, "--only-binary", ":all:", "--link-mode", "copy"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - uv of our own requirements, no shell
    if done.returncode:
        raise BundlingError("runtime", done.stderr.strip())


def _trim_botocore(data: Path) -> None:
    missing = [service for service in SERVICES if not (data / service).is_dir()]
    if missing:
        raise BundlingError("runtime", f"botocore has no model of {', '.join(missing)}; pin one that has (layers/runtime/requirements.txt)")
    slimming.slim(data, SERVICES)


def _compile(folder: Path, *, mounted_from: Path) -> None:
    # Unchecked hashes: Lambda unpacks with other modification times, which would make every timestamped file stale.
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    if not compile_dir(folder, quiet=2, force=True, invalidation_mode=mode, stripdir=str(mounted_from), prependdir="/opt"):
        raise BundlingError(folder.name, f"some module under {folder} is no valid Python {sys.version_info.major}.{sys.version_info.minor}")


def _measure(layer: str, output: Path) -> int:
    size = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
    if size > ROOM_BYTES:
        raise BundlingError(layer, f"{size} bytes unzipped; Lambda accepts {ROOM_BYTES} for a function with all its layers")
    return size
