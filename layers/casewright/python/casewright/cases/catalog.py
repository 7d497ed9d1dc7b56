"""Names operators use and the ids of one Cases domain and Connect instance behind them."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

FieldType = Literal["Text", "Number", "Boolean", "DateTime", "SingleSelect", "Url", "User"]


class FieldEntry(msgspec.Struct, frozen=True):
    """A case field: its id, its type, and for a single-select its options as label -> value."""

    id: str
    type: FieldType
    options: Mapping[str, str] = {}
    in_events: bool = True
    """Whether the event configuration shall carry it: what is not carried, no condition can read."""
    single_line: bool = False
    """Whether it is known to be a Text field of one line, which takes 500 characters (admin guide)."""


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a bundle may name. Written by `configure_domain`, or by hand for a domain that exists."""

    domain_id: str
    fields: Mapping[str, FieldEntry]
    templates: Mapping[str, str] = {}
    queues: Mapping[str, str] = {}
    users: Mapping[str, str] = {}
    flows: Mapping[str, str] = {}
    quick_connects: Mapping[str, str] = {}
    task_templates: Mapping[str, str] = {}
    mailboxes: Mapping[str, tuple[str, ...]] = {}
    """Groups of addresses that mail may be sent to by name."""
    buses: Mapping[str, str] = {}
    """Event buses besides the default one, with their ARNs."""
    webhooks: tuple[str, ...] = ()
    """Names of what the stacks provisioned to be called."""

    @property
    def included_field_ids(self) -> frozenset[str]:
        """The fields that `configure_domain` puts into the event configuration."""
        return frozenset(entry.id for entry in self.fields.values() if entry.in_events)


LONGEST_TEXT: Final = 4100
"""Characters that a field takes where nothing below says less (Cases API)."""

_LONGEST: Final = {"title": 500, "summary": 3000}


def most_characters(field_id: str, *, single_line: bool = False) -> int:
    """Characters that a field takes: 3000 a summary, 500 a title or a text of one line (Cases API, admin guide)."""
    return 500 if single_line else _LONGEST.get(field_id, LONGEST_TEXT)
