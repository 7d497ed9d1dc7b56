"""JSON schemas of the files that operators write, for editors: made from the very tables that the compiler reads by."""

from casewright_authoring.schemas.files import SCHEMA_FOLDER, schemas_of, written

__all__ = ["SCHEMA_FOLDER", "schemas_of", "written"]
