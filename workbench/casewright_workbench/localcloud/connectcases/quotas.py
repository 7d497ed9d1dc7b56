"""How much of everything a domain may hold."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quotas:
    """The default service quotas of Cases; a test lowers one to meet it."""

    domains: int = 5
    fields: int = 500
    field_options: int = 500
    layouts: int = 100
    fields_per_layout: int = 100
    templates: int = 100
    related_items_per_case: int = 200
    files_per_case: int = 50
    slas_per_case: int = 10
    fields_per_custom_item: int = 5
    deleted_templates: int = 100
    deleted_layouts: int = 100
    values_per_case: int = 500
