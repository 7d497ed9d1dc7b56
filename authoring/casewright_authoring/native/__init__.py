"""Rules of Amazon Connect itself: which of ours can be said there, and the other way round."""

from casewright_authoring.native.catalogs import catalog_of, placeholders
from casewright_authoring.native.documents import NativeRule, create_rule
from casewright_authoring.native.exporting import NativeForm, native_of
from casewright_authoring.native.importing import Imported, Unsaid, import_rules
from casewright_authoring.native.reasons import Reason

__all__ = [
    "Imported",
    "NativeForm",
    "NativeRule",
    "Reason",
    "Unsaid",
    "catalog_of",
    "create_rule",
    "import_rules",
    "native_of",
    "placeholders",
]
