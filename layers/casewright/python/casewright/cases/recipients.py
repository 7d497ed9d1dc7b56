"""Who mail goes to besides plain addresses: people as Amazon Connect knows them, looked up when the mail is sent, since teams change."""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias, assert_never

import msgspec

_ADDRESS: Final = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")

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
    """The text where it is one mail address, else empty: who writes two into a field, or a name with them, adds no recipients.

    An address beyond ASCII is none: SES does not know SMTPUTF8, and would refuse the whole message with all its recipients.
    """
    stripped = given.strip()
    return stripped if stripped.isascii() and _ADDRESS.fullmatch(stripped) else ""
