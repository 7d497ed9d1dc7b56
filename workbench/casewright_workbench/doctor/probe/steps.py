"""The probe case: which template, which fields, and the steps, the same in the real domain and in the local cloud."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from casewright.aws.clients import Client
from casewright.cases.performers import entity_for
from casewright_workbench.deployment.clients import pages
from casewright_workbench.deployment.usage import WrongUsage

EXPECTED: Final = ("CASE.CREATED", "CASE.UPDATED", "RELATED_ITEM.CREATED", "CASE.DELETED")
"""What the steps publish, in order."""

BEFORE_DELETE: Final = EXPECTED[:-1]
_ASKS_FOR_SOMEBODY: Final = "customer_id"
_VALUES: Final[Mapping[str, dict[str, Any]]] = {
    "Text": {"stringValue": "probe"},
    "Number": {"doubleValue": 1.0},
    "Boolean": {"booleanValue": False},
    "DateTime": {"stringValue": "2026-01-05T09:00:00Z"},
    "Url": {"stringValue": "https://example.com/probe"},
}


class Probe(msgspec.Struct, frozen=True):
    """What is created. `write_id` is 32 hex digits, as that of a write of ours, and the client token of the creation."""

    domain_id: str
    template_id: str
    template: str
    write_id: str
    values: Mapping[str, dict[str, Any]] = {}
    """Of the fields that the template requires, by id."""

    @property
    def entity(self) -> str:
        """The custom entity of its steps, in the form the loop guard looks for."""
        return entity_for(self.write_id, 1)

    @property
    def by(self) -> dict[str, Any]:
        """Who does it, for calls that take that."""
        return {"performedBy": {"customEntity": self.entity}}

    def create(self, cases: Client) -> str:
        """Create the case; the same again answers the same case, by its client token."""
        values = {**self.values, "title": {"stringValue": f"Casewright probe {self.write_id[:8]}"}}
        fields = [{"id": field_id, "value": value} for field_id, value in values.items()]
        answer = cases.create_case(
            domainId=self.domain_id, templateId=self.template_id, fields=fields, clientToken=self.write_id, **self.by
        )
        return str(answer["caseId"])

    def change(self, cases: Client, case_id: str) -> None:
        """Change its title."""
        title = {"id": "title", "value": {"stringValue": f"Casewright probe {self.write_id[:8]}, changed"}}
        cases.update_case(domainId=self.domain_id, caseId=case_id, fields=[title], **self.by)

    def comment(self, cases: Client, case_id: str) -> None:
        """Comment on it."""
        content = {"comment": {"body": "A probe of casewright doctor; it goes at once.", "contentType": "Text/Plain"}}
        cases.create_related_item(domainId=self.domain_id, caseId=case_id, type="Comment", content=content, **self.by)

    def delete(self, cases: Client, case_id: str) -> None:
        """Delete it, with its comment."""
        cases.delete_case(domainId=self.domain_id, caseId=case_id)


def probe_of(cases: Client, domain_id: str, *, template: str, write_id: str) -> Probe:
    """A probe of the template of that name or id, else of the first active one whose required fields can be filled.

    Raises:
        WrongUsage: there is none.
    """
    active = list(pages(cases.list_templates, "templates", domainId=domain_id, status=["Active"]))
    wanted = [each for each in active if template in ("", each["name"], each["templateId"])]
    fields = {each["fieldId"]: each for each in pages(cases.list_fields, "fields", domainId=domain_id)}
    unfillable = list[str]()
    for each in wanted:
        required = [
            one["fieldId"] for one in cases.get_template(domainId=domain_id, templateId=each["templateId"]).get("requiredFields", ())
        ]
        values = {one: _value(cases, domain_id, fields[one]) for one in required if one != "title"}
        if all(values.values()):
            return Probe(domain_id, each["templateId"], each["name"], write_id, {one: value for one, value in values.items() if value})
        unfillable.append(f"{each['name']} requires {', '.join(fields[one]['name'] for one, value in values.items() if not value)}")
    there = ", ".join(each["name"] for each in active) or "none"
    problem = "; ".join(unfillable) or f"the domain has no active template {template!r}"
    raise WrongUsage(f"no probe case can be made: {problem}; active templates are {there}, choose with --template")


def _value(cases: Client, domain_id: str, field: Mapping[str, Any]) -> dict[str, Any] | None:
    """Something of the type of the field; None where a person would have to be named."""
    if field["type"] != "SingleSelect":
        return None if field["fieldId"] == _ASKS_FOR_SOMEBODY else _VALUES.get(field["type"])
    return next(({"stringValue": value} for value in _active(cases, domain_id, field["fieldId"])), None)


def _active(cases: Client, domain_id: str, field_id: str) -> Iterator[str]:
    options = pages(cases.list_field_options, "options", domainId=domain_id, fieldId=field_id)
    return (each["value"] for each in options if each["active"])
