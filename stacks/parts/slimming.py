"""botocore's data as a function needs it: the services we call, without documentation, as plain JSON.

Making a client is mostly reading that data. Most of a service model is documentation, and `endpoints.json` holds every service of AWS.
"""

import gzip
import json
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any


def slim(data: Path, services: Collection[str]) -> None:
    """Rewrite botocore's data folder in place, for these services."""
    prefixes = set[str]()
    for folder in [each for each in data.iterdir() if each.is_dir()]:
        if folder.name in services:
            prefixes.update(_slim_service(folder))
        else:
            shutil.rmtree(folder)
    endpoints = data / "endpoints.json"
    known = json.loads(endpoints.read_text())
    for partition in known["partitions"]:
        partition["services"] = {name: of for name, of in partition["services"].items() if name in prefixes}
    _write(endpoints, known)


def _slim_service(folder: Path) -> set[str]:
    """Its endpoint prefixes."""
    prefixes = set[str]()
    for examples in list(folder.rglob("examples-1.json")):
        examples.unlink()
    for packed in list(folder.rglob("*.json.gz")):
        model = _undocumented(json.loads(gzip.decompress(packed.read_bytes())))
        _write(packed.with_suffix(""), model)
        packed.unlink()
        if "metadata" in model:
            prefixes.add(model["metadata"]["endpointPrefix"])
    return prefixes


def _undocumented(model: Any) -> Any:
    """The model with empty texts where only people read them; botocore asks for some of these by name."""
    if isinstance(model, dict):
        return {name: "" if name == "documentation" and isinstance(value, str) else _undocumented(value) for name, value in model.items()}
    return [_undocumented(each) for each in model] if isinstance(model, list) else model


def _write(path: Path, model: Any) -> None:
    path.write_text(json.dumps(model, separators=(",", ":")))
