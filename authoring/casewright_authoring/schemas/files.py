"""One schema for each kind of file, with the names that a directory defines."""

import json
from pathlib import Path
from typing import Final

from casewright_authoring.compile import names_of
from casewright_authoring.field_conditions import names_in
from casewright_authoring.findings import Report
from casewright_authoring.known import Known, themselves
from casewright_authoring.schemas.domain import catalog, emails, field_conditions, fields, templates
from casewright_authoring.schemas.pieces import Schema
from casewright_authoring.schemas.rules import rules
from casewright_authoring.schemas.slas import calendars, slas
from casewright_authoring.schemas.webhooks import webhooks
from casewright_authoring.sources import read_sources

SCHEMA_FOLDER: Final = ".schemas"
DRAFT: Final = "http://json-schema.org/draft-07/schema#"


def schemas_of(directory: Path) -> dict[str, Schema]:
    """The schemas by kind of file: `rules`, `slas`, ... What cannot be read of the directory is not told, and leaves names open."""
    names = names_of(directory)
    sources = read_sources(directory, Report())
    conditions = Known("field condition", themselves(names_in(sources.files.get("conditions.yaml"))), sources.whole("conditions.yaml"))
    return {
        "catalog": catalog(),
        "fields": fields(),
        "templates": templates(names, conditions),
        "conditions": field_conditions(names),
        "calendars": calendars(),
        "slas": slas(names),
        "rules": rules(names),
        "emails": emails(),
        "webhooks": webhooks(),
    }


def written(directory: Path) -> dict[str, str]:
    """The schema files of a directory by name, as they stand in its `.schemas`."""
    return {f"{kind}.json": as_file(kind, schema) for kind, schema in schemas_of(directory).items()}


def as_file(kind: str, schema: Schema) -> str:
    """A schema as text, the same for the same schema."""
    return json.dumps({"$schema": DRAFT, "title": f"casewright: {kind}", **schema}, indent=1, ensure_ascii=False) + "\n"
