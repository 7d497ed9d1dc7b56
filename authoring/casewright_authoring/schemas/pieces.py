"""The parts that schemas are made of (JSON Schema draft 7, which editors read best)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias, TypeVar

from casewright_authoring.known import Known
from casewright_authoring.shapes import RULE_NAME

Schema: TypeAlias = dict[str, object]
T = TypeVar("T")

TEXT: Final[Schema] = {"type": "string", "minLength": 1}
NUMBER: Final[Schema] = {"type": "number"}
BOOLEAN: Final[Schema] = {"type": "boolean"}
NAME: Final[Schema] = {"type": "string", "pattern": f"^{RULE_NAME.pattern}$"}
DURATION: Final[Schema] = {"type": "string", "pattern": "^(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$", "examples": ["90m", "4h"]}
MOMENT: Final[Schema] = {"type": "string", "pattern": "^[0-9]{4}-?[0-9W]{2,3}-?[0-9]{1,2}T.+", "examples": ["2026-01-31T09:00:00Z"]}


def short(most: int) -> Schema:
    """A text of limited length."""
    return {**TEXT, "maxLength": most}


def one_of(names: Iterable[str]) -> Schema:
    """One of these texts; nothing at all where there are none."""
    found = list(dict.fromkeys(names))
    return {"enum": found} if found else {"not": {}}


def named(known: Known[T]) -> Schema:
    """The name of something that is defined."""
    return one_of(known.entries) if known.whole else TEXT


def either(*schemas: Schema) -> Schema:
    """What fits any of these."""
    return {"anyOf": list(schemas)}


def some(items: Schema) -> Schema:
    """A list with something in it."""
    return {"type": "array", "minItems": 1, "items": items}


def one_or_more(schema: Schema) -> Schema:
    """One, or a list of them."""
    return either(schema, some(schema))


def keyed(properties: Mapping[str, Schema], required: Iterable[str] = (), *, least: int = 0) -> Schema:
    """A mapping of these keys and no others."""
    made: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    if needed := list(required):
        made["required"] = needed
    if least:
        made["minProperties"] = least
    return made


def table(values: Schema, names: str = "") -> Schema:
    """A mapping of free names to such values; `names` is a pattern."""
    return {"type": "object", "additionalProperties": values, **({"propertyNames": {"pattern": names}} if names else {})}


def only(keys: Iterable[str], pieces: Mapping[str, Schema]) -> dict[str, Schema]:
    """The pieces of these keys, each of which must have one: a new key of the language cannot be forgotten here."""
    return {key: pieces[key] for key in keys}


def refer(name: str) -> Schema:
    """A schema among the definitions of its file."""
    return {"$ref": f"#/definitions/{name}"}


@dataclass(frozen=True, slots=True)
class Definitions:
    """The definitions of a file; what is the same is defined once."""

    made: dict[str, Schema] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def refer(self, name: str, schema: Schema) -> Schema:
        """A reference to the schema, which is defined by this name unless it is by another."""
        written = json.dumps(schema, sort_keys=True)
        defined = self._names.setdefault(written, name)
        self.made.setdefault(defined, schema)
        return refer(defined)


def told(words: str, schema: Schema) -> Schema:
    """A schema with what an editor shows beside it."""
    return {"description": words, **({"allOf": [schema]} if "$ref" in schema else schema)}
