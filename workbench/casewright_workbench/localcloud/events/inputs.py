"""What a target receives: the event itself, a part of it (InputPath), a constant (Input) or a text about it (InputTransformer)."""

import json
import re
from collections.abc import Mapping
from typing import Any

from casewright_workbench.localcloud.service import ServiceError

_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]")
_VARIABLE = re.compile(r"<([\w.-]+)>")
_CHOICES = ("Input", "InputPath", "InputTransformer")
PREDEFINED = (
    "aws.events.rule-arn",
    "aws.events.rule-name",
    "aws.events.event.ingestion-time",
    "aws.events.event",
    "aws.events.event.json",
)


def check_input(target: Mapping[str, Any]) -> None:
    """Refuse a target whose input cannot be made: more than one way given, a path or variable that is wrong."""
    given = [name for name in _CHOICES if name in target]
    if len(given) > 1:
        raise _refused(target, f"takes only one of {', '.join(_CHOICES)}, given {', '.join(given)}")
    if "Input" in target and not _is_json(target["Input"]):
        raise _refused(target, "has an Input that is not JSON")
    transformer = target.get("InputTransformer", {})
    paths = {"InputPath": target["InputPath"]} if "InputPath" in target else transformer.get("InputPathsMap", {})
    for name, path in paths.items():
        if _steps(path) is None:
            raise _refused(target, f"has the path {path!r} for {name}; accepted is $ followed by .name and [index]")
    unknown = set(_VARIABLE.findall(transformer.get("InputTemplate", ""))) - set(paths) - set(PREDEFINED)
    if unknown:
        raise _refused(target, f"uses <{min(unknown)}>, which is neither in InputPathsMap nor predefined ({', '.join(PREDEFINED)})")


def target_input(target: Mapping[str, Any], event: Mapping[str, Any], variables: Mapping[str, Any]) -> str:
    """The text delivered to the target; `variables` are the predefined ones by name."""
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return compact(value_at(event, target["InputPath"]))
    if "InputTransformer" not in target:
        return compact(event)
    transformer = target["InputTransformer"]
    values = {name: value_at(event, path) for name, path in transformer.get("InputPathsMap", {}).items()} | dict(variables)
    return _filled(transformer["InputTemplate"], values)


def compact(value: Any) -> str:
    """JSON without spaces, as events travel."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _filled(template: str, values: Mapping[str, Any]) -> str:
    """Inside a JSON string a variable becomes text, outside it becomes JSON."""
    parts: list[str] = []
    position, quoted = 0, False
    for found in _VARIABLE.finditer(template):
        before = template[position : found.start()]
        quoted ^= len(re.findall(r'(?<!\\)"', before)) % 2 == 1
        parts.append(before)
        value = values.get(found.group(1))
        parts.append(_inside_string(value) if quoted else compact(value))
        position = found.end()
    return "".join(parts) + template[position:]


def _inside_string(value: Any) -> str:
    text = value if isinstance(value, str) else "" if value is None else compact(value)
    return json.dumps(text, ensure_ascii=False)[1:-1]


def value_at(event: Any, path: str) -> Any:
    """What stands at a path of the event; None where nothing does."""
    for step in _steps(path) or ():
        found = step in event if isinstance(event, dict) else isinstance(event, list) and isinstance(step, int) and step < len(event)
        if not found:
            return None
        event = event[step]
    return event


def _steps(path: str) -> tuple[str | int, ...] | None:
    if not path.startswith("$"):
        return None
    steps: list[str | int] = []
    position = 1
    while position < len(path):
        found = _STEP.match(path, position)
        if found is None:
            return None
        steps.append(int(found[2]) if found[2] is not None else found[1] or found[3])
        position = found.end()
    return tuple(steps)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _refused(target: Mapping[str, Any], why: str) -> ServiceError:
    return ServiceError("ValidationException", f"Target {target.get('Id')} {why}")
