"""Who an email of a rule goes to at one moment: addresses, and the people still to be looked up."""

import msgspec

from casewright.cases.recipients import ASSIGNED_USER, CUSTOMER_FIELD, AssignedUser, ConnectUser, Customer, Person, TaggedUsers, one_address
from casewright.cases.values import User
from casewright.conditions.subjects import Facts
from casewright.conditions.texts import fill
from casewright.rules.instructions import SendEmail


class Recipients(msgspec.Struct, frozen=True):
    """As the members of `actions.SendEmail` hold them."""

    to: tuple[str, ...]
    people: tuple[Person, ...]
    apart: tuple[str, ...]


def recipients(instruction: SendEmail, facts: Facts) -> Recipients:
    """The addresses that stand in the rule and those that the case gives, which are kept apart from each other; and the people."""
    to, people, apart = list[str](), list[Person](), list[str]()
    for entry in instruction.to:
        match entry:
            case str():
                to.append(entry)
            case tuple():
                if address := one_address(fill(entry, facts)):
                    to.append(address)
                    apart.append(address)
            case _:
                people.append(_of_the_case(entry, facts))
    written = {entry for entry in instruction.to if isinstance(entry, str)}
    return Recipients(
        to=tuple(dict.fromkeys(to)),
        people=tuple({msgspec.json.encode(each, order="sorted"): each for each in people}.values()),
        apart=tuple(dict.fromkeys(address for address in apart if address not in written)),
    )


def _of_the_case(person: Person, facts: Facts) -> Person:
    match person:
        case Customer():
            return Customer(_reference(CUSTOMER_FIELD, facts))
        case AssignedUser():
            return AssignedUser(_reference(ASSIGNED_USER, facts))
        case ConnectUser() | TaggedUsers():
            return person


def _reference(field_id: str, facts: Facts) -> str:
    match facts.after.field(field_id, included=facts.included):
        case User(arn=arn):
            return arn
        case str() as text:
            return text
        case _:
            return ""
