"""Whether a value may stand in a field."""

import math
import re
from urllib.parse import urlsplit

from casewright_workbench.localcloud.connectcases import moments
from casewright_workbench.localcloud.connectcases.catalog import Field
from casewright_workbench.localcloud.connectcases.errors import invalid
from casewright_workbench.localcloud.connectcases.values import FieldValue

KIND_OF_TYPE = {"Number": "doubleValue", "Boolean": "booleanValue", "User": "userArnValue"}  # all others: stringValue
PROFILE_ARN = re.compile(r"arn:[\w-]+:profile:[\w-]+:\d{12}:domains/[^/]+/profiles/[^/]+")
REFERENCE_NUMBER = re.compile(r"[A-Za-z0-9\-._/:#=+-]{1,50}")
USER_ARN = re.compile(r"arn:[\w-]+:connect:[\w-]+:\d{12}:instance/[^/]+/(agent|user)/[^/]+")


def check_value(field: Field, value: FieldValue) -> None:
    """Refuse a value of the wrong kind, length, format, or an option that is unknown or inactive."""
    expected = KIND_OF_TYPE.get(field.type, "stringValue")
    if value.kind != expected:
        raise invalid(f"{_named(field)} takes a {expected}; {value.kind} was given.")
    match field.type:
        case "Number":
            _refuse_unless(field, value, math.isfinite(float(value.plain)), accepted="a finite number")
        case "SingleSelect":
            _check_option(field, str(value.plain))
        case "DateTime":
            parsed = moments.parse(str(value.plain))
            _refuse_unless(field, value, parsed is not None, accepted="an ISO 8601 date and time with a zone")
        case "Url":
            _check_length(field, str(value.plain))
            _refuse_unless(field, value, _is_url(str(value.plain)), accepted="an absolute http or https URL")
        case "User":
            _refuse_unless(field, value, bool(USER_ARN.fullmatch(str(value.plain))), accepted="the ARN of a Connect user")
        case "Text":
            _check_text(field, value)
        case _:
            pass


def _check_text(field: Field, value: FieldValue) -> None:
    text = str(value.plain)
    _check_length(field, text)
    match field.id:
        case "customer_id":
            accepted = "arn:aws:profile:REGION:ACCOUNT:domains/NAME/profiles/ID"
            _refuse_unless(field, value, bool(PROFILE_ARN.fullmatch(text)), accepted=accepted)
        case "reference_number":
            accepted = "1 to 50 of A-Z a-z 0-9 - . _ / : # = +"
            _refuse_unless(field, value, bool(REFERENCE_NUMBER.fullmatch(text)), accepted=accepted)
        case "title":
            _refuse_unless(field, value, bool(text.strip()), accepted="a text that is not blank")
        case _:
            pass


def _check_length(field: Field, text: str) -> None:
    if len(text) > field.max_length:
        raise invalid(f"{_named(field)} takes at most {field.max_length} characters; {len(text)} were given.")


def _check_option(field: Field, chosen: str) -> None:
    option = field.options.get(chosen)
    if option is None or not option.active:
        active = ", ".join(one.value for one in field.options.values() if one.active) or "none"
        problem = "is not an option" if option is None else "is an inactive option"
        raise invalid(f"{chosen!r} {problem} of {_named(field)}; active options: {active}.")


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _refuse_unless(field: Field, value: FieldValue, fits: bool, *, accepted: str) -> None:
    if not fits:
        raise invalid(f"{_named(field)} takes {accepted}; {str(value.plain)[:100]!r} was given.")


def _named(field: Field) -> str:
    return f"The {field.type} field {field.id!r} ({field.name})" if field.id != field.name else f"The field {field.id!r}"
