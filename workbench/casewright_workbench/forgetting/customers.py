"""The cases of a customer: as Cases finds them, and as our own heads tell of those that Cases has deleted."""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from casewright.aws.failures import translated
from casewright.aws.marks import HeadsOfTable
from casewright.cases.recipients import CUSTOMER_FIELD
from casewright_workbench.deployment.clients import pages
from casewright_workbench.doctor.context import Context

_PROFILE: Final = re.compile(r"arn:[\w-]+:profile:\S+/profiles/[0-9a-f]{32}|[0-9a-f]{32}")


def is_customer(given: str) -> bool:
    """Whether it is a profile, by its ARN or its id of 32 hex digits; a case has an id with dashes."""
    return bool(_PROFILE.fullmatch(given))


class CasesOf(msgspec.Struct, frozen=True):
    """Ids of cases: those of the customer, and those of which nobody knows: Cases does not name them, and their heads cannot be read."""

    found: tuple[str, ...]
    unread: tuple[str, ...]


def cases_of(customer: str, context: Context, table: str) -> CasesOf:
    """A case that has another customer by now is not among them."""
    searched, unread = set(_searched(customer, context)), set[str]()
    for page in HeadsOfTable(context.clients("dynamodb"), table).pages():
        searched |= {head.case.case_id for head in page.heads if _is(customer, (head.case.fields or {}).get(CUSTOMER_FIELD))}
        unread |= set(page.unread)
    return CasesOf(tuple(sorted(searched)), tuple(sorted(unread - searched)))


def _searched(customer: str, context: Context) -> Iterator[str]:
    test = "equalTo" if customer.startswith("arn:") else "contains"
    asked: Any = {"field": {test: {"id": CUSTOMER_FIELD, "value": {"stringValue": customer}}}}
    call, domain_id = context.clients("connectcases").search_cases, context.places.needed("DOMAIN_ID")
    with translated("SearchCases"):
        for case in pages(call, "cases", domainId=domain_id, filter=asked, fields=[{"id": CUSTOMER_FIELD}], maxResults=100):
            if any(_is(customer, field["value"].get("stringValue", "")) for field in case["fields"]):
                yield case["caseId"]


def _is(customer: str, value: object) -> bool:
    return isinstance(value, str) and bool(value) and (value == customer or value.rpartition("/profiles/")[2] == customer)
