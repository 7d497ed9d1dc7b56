"""Addressing: from what a rule asked for to messages, and from the people of a message to their addresses."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from casewright.actions import SendEmail
from casewright.cases.recipients import AssignedUser, ConnectUser, Customer, Person, TaggedUsers, as_ses_takes, in_words
from casewright.errors import MailNotReady
from casewright.ports.clock import Time
from casewright.ports.mail import Customers, Directory

MOST_RECIPIENTS: Final = 50
"""Of one message (SES API)."""

LONGEST: Final = timedelta(seconds=20)
"""What one attempt looks people up for: calls to Connect wait for their quota, and other mail waits behind them."""


class People(msgspec.Struct, frozen=True, kw_only=True):
    """Where people are looked up."""

    directory: Directory
    customers: Customers
    time: Time


class Found(msgspec.Struct, frozen=True):
    """Addresses of a message, who of those asked for has none, and how many addresses SES would refuse."""

    addresses: tuple[str, ...]
    missing: tuple[str, ...]
    refused: int


def messages(email: SendEmail, directory: Directory) -> tuple[SendEmail, ...]:
    """The messages that an email becomes: at most 50 recipients each, and whoever is a customer alone.

    Who shares a message sees the others' addresses.
    """
    together: list[str | Person] = [address for address in email.to if address not in email.apart]
    for person in email.people:
        together += _users(person, directory)
    alone: list[str | Person] = [*email.apart, *(person for person in email.people if isinstance(person, Customer))]
    shared = [together[start : start + MOST_RECIPIENTS] for start in range(0, len(together), MOST_RECIPIENTS)]
    return tuple(_message(email, recipients) for recipients in [*shared, *([each] for each in alone)])


def found(email: SendEmail, people: People) -> Found:
    """The addresses of a message.

    Raises:
        MailNotReady: it takes longer than one attempt may; what was found by then is remembered for the next.
    """
    given = [as_ses_takes(address) for address in email.to]
    began, addresses, missing = people.time.now(), [address for address in given if address], list[str]()
    for person in email.people:
        if people.time.now() - began > LONGEST:
            raise MailNotReady(f"{len(addresses)} addresses are known; looking up the others goes on")
        if address := _address(person, people):
            addresses.append(address)
        else:
            missing.append(in_words(person))
    return Found(_each_once(addresses), tuple(missing), given.count(""))


def _users(person: Person, directory: Directory) -> Iterator[Person]:
    match person:
        case TaggedUsers(tags=tags):
            yield from (ConnectUser(arn.rpartition("/")[2], arn) for arn in directory.tagged(tags))
        case ConnectUser() | AssignedUser():
            yield person


def _message(email: SendEmail, recipients: list[str | Person]) -> SendEmail:
    to = tuple(each for each in recipients if isinstance(each, str))
    people = tuple(each for each in recipients if not isinstance(each, str))
    return replace(email, to=to, people=people, apart=())


def _address(person: Person, people: People) -> str:
    match person:
        case ConnectUser(name=name, arn=arn):
            user = arn or people.directory.with_login(name)
        case AssignedUser(reference=reference):
            user = reference
        case Customer(profile_arn=profile_arn):
            return people.customers.address(profile_arn) if profile_arn else ""
        case TaggedUsers():
            raise AssertionError("messages() made users of them")
    return people.directory.address(user) if user else ""


def _each_once(addresses: list[str]) -> tuple[str, ...]:
    return tuple({address.lower(): address for address in reversed(addresses)}.values())[::-1]
