"""The JSON of the stream as typed structs.

They live for one call and hold no cycles, so the garbage collector need not follow them (`gc=False`).
"""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeAlias, TypeVar, cast

import msgspec
from msgspec import UNSET, UnsetType

from casewright.cases.values import EMPTY, FieldValue, HeldValue, User
from casewright.errors import MalformedEvent

D = TypeVar("D")
T = TypeVar("T")
F = TypeVar("F")

Instant: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
Required: TypeAlias = Annotated[str, msgspec.Meta(min_length=1)]


class Value(msgspec.Struct, gc=False, forbid_unknown_fields=True, rename="camel"):
    """A field value: exactly one of these members."""

    string_value: str | UnsetType = UNSET
    double_value: float | UnsetType = UNSET
    boolean_value: bool | UnsetType = UNSET
    user_arn_value: str | UnsetType = UNSET
    empty_value: Any = UNSET


class Holder(msgspec.Struct, gc=False):
    """What stands beside the id of a field."""

    value: Value


class _User(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    user_arn: str = ""
    custom_entity: str = ""


class PerformedBy(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Who made a change."""

    user: _User = _User()
    iam_principal_arn: str = ""


class Case(msgspec.Struct, Generic[F], gc=False, rename="camel"):
    """A case as its events carry it."""

    case_id: Required
    template_id: str = ""
    created_date_time: Instant | None = None
    fields: F | None = None


class Detail(msgspec.Struct, Generic[F], gc=False, rename="camel"):
    """The detail of an event of Cases."""

    event_type: str
    approximate_change_time: Instant
    changed_field_ids: tuple[str, ...] = ()
    changed_attributes: tuple[str, ...] = ()
    performed_by: PerformedBy = PerformedBy()
    case: Case[F] | None = None
    related_item: dict[str, Any] | None = None


class Envelope(msgspec.Struct, Generic[D], gc=False, rename={"detail_type": "detail-type"}):
    """What EventBridge puts around the detail of an event."""

    id: Required
    detail_type: str
    source: str
    account: str
    region: str
    resources: Annotated[list[str], msgspec.Meta(min_length=1)]
    detail: D


class CasesMessage(Envelope[Detail[dict[str, Holder]]], gc=False, rename={"detail_type": "detail-type"}):
    """An event of Cases, whole."""

    detail_type: Literal["Amazon Connect Cases Change", "Amazon Connect Cases Event"]
    source: Literal["aws.cases"]


def values_of(fields: dict[str, Holder]) -> dict[str, HeldValue]:
    """Field values by id, put in the place of what held them.

    Raises:
        ValueError: one has no member, or several.
    """
    # This runs for every field of every event, and a call for each would cost twice as much. Four members that are one object are unset.
    values = cast("dict[str, Any]", fields)
    for name, holder in fields.items():
        held = holder.value
        text = held.string_value
        if held.double_value is held.boolean_value is held.user_arn_value is held.empty_value is not text:
            values[name] = text
        elif text is held.boolean_value is held.user_arn_value is held.empty_value is not held.double_value:
            values[name] = held.double_value
        else:
            values[name] = _other(held)
    return values


def _other(held: Value) -> FieldValue:
    text, number, flag, user, empty = held.string_value, held.double_value, held.boolean_value, held.user_arn_value, held.empty_value
    if text is number is user is empty is not flag:
        return flag
    if text is number is flag is user is not empty:
        return EMPTY
    if text is number is flag is empty is not user:
        return User(user)
    raise ValueError


def decode(decoder: msgspec.json.Decoder[T], body: str | bytes | msgspec.Raw, root: str) -> T:
    """Read what stands at a JSON path.

    Raises:
        MalformedEvent: saying where below the path, and what is wrong.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$")
        raise MalformedEvent(root + path.rstrip("`"), problem) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedEvent(root, f"no JSON object: {error}") from error
