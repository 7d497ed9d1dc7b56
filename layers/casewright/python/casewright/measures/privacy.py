"""What of a case may reach the lake: personal data stays out unless its field is listed.

An event does not tell the type of a custom field, and a text may be anything, a name or a diagnosis: a custom text stays out unless
its id is listed. Numbers, booleans and users (ARNs, which name a person only to those who can read Connect) come in. Bodies of
comments never do.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from casewright.cases.catalog import Catalog
from casewright.cases.performers import Performer, is_own_entity, role_name
from casewright.cases.values import HeldValue, User

CUSTOM_ENTITY: Final = "performed_by_custom_entity"
"""Listing this name lets every customEntity in: a text that whoever writes to the case chooses. Ours comes in anyway."""

LISTED_ONLY: Final = frozenset({"title", "summary", "customer_id"})
"""System fields that come in only if listed; the others always do."""


def listed_fields(catalog: Catalog, names: Iterable[str] = ()) -> frozenset[str]:
    """The field ids to list: every custom single-select of the catalog (its texts are the options an operator wrote), and `names`.

    A name is that of a field of the catalog, a field id, or CUSTOM_ENTITY.
    """
    chosen = {catalog.fields[name].id if name in catalog.fields else name for name in names}
    options = {entry.id for entry in catalog.fields.values() if entry.type == "SingleSelect"}
    return frozenset(chosen | options)


def custom_values(fields: Mapping[str, HeldValue], listed: frozenset[str]) -> dict[str, dict[str, object]]:
    """The custom fields that may come in, as the map columns hold them."""
    return dict(_admitted(fields, listed))


def _admitted(fields: Mapping[str, HeldValue], listed: frozenset[str]) -> Iterator[tuple[str, dict[str, object]]]:
    for field_id, value in fields.items():
        match value:
            case bool():
                yield field_id, {"boolean_value": value}
            case float() | int():
                yield field_id, {"double_value": float(value)}
            case User(arn=arn):
                yield field_id, {"user_arn_value": arn}
            case str() if field_id in listed:
                yield field_id, {"string_value": value}


def performer(performed_by: Performer, listed: frozenset[str]) -> dict[str, object]:
    """The columns about who made a change."""
    entity = performed_by.custom_entity
    return {
        "performed_by_iam_principal": _without_person(performed_by.iam_principal_arn),
        "performed_by_user_arn": performed_by.user_arn,
        CUSTOM_ENTITY: entity if CUSTOM_ENTITY in listed or is_own_entity(entity) else "",
    }


def _without_person(principal_arn: str) -> str:
    """A role stays; the session of an assumed role and the name of an IAM user go: people sign in under their mail address."""
    if ":role/" in principal_arn:
        return principal_arn
    kind, assumed, _ = principal_arn.partition(":assumed-role/")
    return kind + assumed + role_name(principal_arn) if assumed else principal_arn.partition("/")[0]
