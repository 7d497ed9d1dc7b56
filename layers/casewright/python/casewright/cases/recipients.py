"""Who mail goes to besides plain addresses: people as Amazon Connect knows them, looked up when the mail is sent, since teams change."""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias, assert_never
from unicodedata import normalize

import msgspec

_ADDRESS: Final = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")
_LOCAL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+")
_DOMAIN: Final = re.compile(r"([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+")
_LONGEST_DOMAIN: Final = 253

CUSTOMER, ASSIGNED_USER = "customer", "assigned_user"
"""The words that stand for people of the case; no mailbox may be named so."""

CUSTOMER_FIELD: Final = "customer_id"
"""The system field that holds the ARN of the customer's profile."""


class ConnectUser(msgspec.Struct, frozen=True, gc=False, tag="user"):
    """A user of the Connect instance, by a name of the catalog or by login. Linking fills the ARN of a name."""

    name: str
    arn: str = ""


class TaggedUsers(msgspec.Struct, frozen=True, gc=False, tag="users_tagged"):
    """Every user of the Connect instance who carries all of these tags."""

    tags: Mapping[str, str]


class Customer(msgspec.Struct, frozen=True, gc=False, tag="customer"):
    """The customer of the case. Deciding fills the ARN of the profile; empty where the case has no customer."""

    profile_arn: str = ""


class AssignedUser(msgspec.Struct, frozen=True, gc=False, tag="assigned_user"):
    """The user the case is assigned to. Deciding fills the ARN or id; empty where it is assigned to nobody."""

    reference: str = ""


Person: TypeAlias = ConnectUser | TaggedUsers | Customer | AssignedUser


def in_words(person: Person) -> str:
    """The person as pages and details speak of them."""
    match person:
        case ConnectUser(name=name):
            return f"user {name}"
        case TaggedUsers(tags=tags):
            return "users tagged " + ", ".join(f"{name}={value}" for name, value in sorted(tags.items()))
        case Customer():
            return CUSTOMER
        case AssignedUser():
            return ASSIGNED_USER
        case _ as never:
            assert_never(never)


def one_address(given: str) -> str:
    """The text where it is one mail address, else empty: who writes two into a field, or a name with them, adds no recipients."""
    stripped = given.strip()
    return stripped if _ADDRESS.fullmatch(stripped) else ""


def as_ses_takes(address: str) -> str:
    """The address with its domain in Punycode; empty where SES would refuse it, and with it the message to all its recipients.

    SES does not know SMTPUTF8: the part before the @ has to be ASCII (SES API, Destination).
    """
    local, _, domain = address.strip().rpartition("@")
    host = domain if domain.isascii() else _in_punycode(domain)
    return f"{local}@{host}" if _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(host) else ""


def _in_punycode(domain: str) -> str:
    """Empty where this would lead to another domain: the codec is of IDNA 2003, which takes `straße` for `strasse`."""
    plain = normalize("NFC", domain.lower())
    if len(plain) > _LONGEST_DOMAIN:
        return ""
    try:
        encoded = plain.encode("idna")
        return encoded.decode() if encoded.decode("idna") == plain else ""
    except UnicodeError:
        return ""
