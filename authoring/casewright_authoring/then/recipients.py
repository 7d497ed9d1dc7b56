"""Who an email goes to, as operators write it: addresses, mailboxes, texts that give an address, and people."""

from typing import Final

from casewright.cases.recipients import (
    ASSIGNED_USER,
    CUSTOMER,
    CUSTOMER_FIELD,
    AssignedUser,
    ConnectUser,
    Customer,
    Person,
    TaggedUsers,
    as_ses_takes,
    one_address,
)
from casewright.conditions.texts import Text
from casewright_authoring.findings import Place, fault
from casewright_authoring.known import Names
from casewright_authoring.nodes import Mapping, Node
from casewright_authoring.shapes import mapping, short_text, single_entry, text
from casewright_authoring.suggestions import unknown
from casewright_authoring.texts import Texts, has_variables

PEOPLE: Final = ("user", "users_tagged")
"""The keys under which people of the Connect instance are named."""

MOST_TAGS: Final = 10

OF_THE_CASE: Final[dict[str, tuple[Person, str]]] = {
    CUSTOMER: (Customer(), CUSTOMER_FIELD),
    ASSIGNED_USER: (AssignedUser(), ASSIGNED_USER),
}
"""The words that stand for people of the case, and the system field that says who they are."""


def read_recipient(node: Node, texts: Texts) -> str | Text | Person:
    """One recipient."""
    if isinstance(node, Mapping):
        return read_person(node)
    if has_variables(node):
        return _variable_address(node, texts)
    given = text(node, "a recipient")
    if given in OF_THE_CASE:
        return _of_the_case(given, node.place, texts.names)
    if "@" not in given:
        texts.names.mailboxes.find(given, node.place)
        return given
    return mail_address(given, node.place, "accepted are an address, a mailbox of catalog.yaml, a variable, and people")


def mail_address(given: str, place: Place, accepted: str) -> str:
    """An address as SES takes it, its domain in Punycode."""
    if address := as_ses_takes(given):
        return address
    if given.isascii() or not one_address(given):
        raise fault(place, f"{given!r} is no mail address; {accepted}")
    raise fault(place, f"SES does not take {given!r}: accepted is ASCII before the @, and a domain that Punycode can write (xn--...)")


def read_person(node: Node) -> Person:
    """`{user: NAME}` or `{users_tagged: {KEY: VALUE}}`."""
    entry = single_entry(node, "a recipient")
    match entry.name:
        case "user":
            return ConnectUser(short_text(entry.value, "the name or login of a user", 100))
        case "users_tagged":
            tags = mapping(entry.value, "'users_tagged'").entries
            if not 1 <= len(tags) <= MOST_TAGS:
                raise fault(entry.value.place, f"{len(tags)} tags are given; accepted are 1 to {MOST_TAGS}, which a user has to carry all")
            return TaggedUsers({each.name: short_text(each.value, f"the value of the tag {each.name!r}", 256) for each in tags})
        case _:
            raise fault(entry.key.place, unknown("kind of recipient", entry.name, PEOPLE))


def _variable_address(node: Node, texts: Texts) -> Text:
    for _, kind in texts.kinds(node):
        if kind is not None and kind.type != "text":
            raise fault(node.place, f"a variable that is {kind.noun} cannot give a mail address; accepted is one that is a text")
    return texts.read(node, "a recipient", most=320)


def _of_the_case(word: str, place: Place, names: Names) -> Person:
    person, field_id = OF_THE_CASE[word]
    fields = [field for field in names.fields.entries.values() if field is None or (field.id == field_id and field.in_events)]
    if not fields and names.fields.whole:
        raise fault(place, f"{word!r} is who the system field {field_id} says, which no field that events carry stands for; define one")
    return person
