"""Which data of a change the event stream carries, exactly as PutCaseEventConfiguration said."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from casewright_workbench.localcloud.connectcases.catalog import Field

NAMESPACES = {"All": frozenset({"System", "Custom"}), "System": frozenset({"System"}), "Custom": frozenset({"Custom"})}


@dataclass(frozen=True, slots=True)
class EventConfiguration:
    """The configuration as it was given; a new domain streams nothing."""

    given: Mapping[str, Any] = field(default_factory=lambda: {"enabled": False})

    @property
    def is_enabled(self) -> bool:
        """Whether changes are published at all."""
        return bool(self.given["enabled"])

    @property
    def has_case_data(self) -> bool:
        """Whether events carry a `fields` object, even an empty one."""
        return bool(self._included("caseData"))

    @property
    def has_item_content(self) -> bool:
        """Whether related-item events carry the content of the item."""
        return bool(self._included("relatedItemData").get("includeContent", False))

    def includes(self, one: Field) -> bool:
        """Whether case events carry this field: listed by id, or of a category included as a whole."""
        if one.deleted:
            return False
        case_data = self._included("caseData")
        listed = any(entry["id"] == one.id for entry in case_data.get("fields", ()))
        return listed or one.namespace in NAMESPACES.get(case_data.get("autoIncludeFields", ""), frozenset())

    def to_wire(self, fields: Mapping[str, Field]) -> dict[str, Any]:
        """The configuration as GetCaseEventConfiguration returns it: as given, without deleted fields."""
        shown = deepcopy(dict(self.given))
        case_data = shown.get("includedData", {}).get("caseData")
        if case_data:
            case_data["fields"] = [entry for entry in case_data["fields"] if not fields[entry["id"]].deleted]
        return shown

    def _included(self, part: str) -> dict[str, Any]:
        included: dict[str, Any] = self.given.get("includedData", {}).get(part, {})
        return included
