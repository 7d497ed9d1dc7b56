"""Cases: create, read, update, delete, and the cases of a contact."""

from casewright_workbench.localcloud.connectcases import case_writes, template_checks
from casewright_workbench.localcloud.connectcases.case import Actor, Case
from casewright_workbench.localcloud.connectcases.catalog import Template
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.errors import conflict, invalid, not_found
from casewright_workbench.localcloud.connectcases.journal import Journal
from casewright_workbench.localcloud.connectcases.moments import MILLISECOND, as_text, in_milliseconds
from casewright_workbench.localcloud.connectcases.operations import Operations
from casewright_workbench.localcloud.connectcases.pages import page
from casewright_workbench.localcloud.connectcases.system_fields import OPEN
from casewright_workbench.localcloud.connectcases.tags import check_tags
from casewright_workbench.localcloud.connectcases.values import FieldValue, write_value
from casewright_workbench.localcloud.service import Caller, Request, Response


class CaseOperations(Operations):
    """The operations on single cases."""

    def create_case(self, request: Request, caller: Caller) -> Response:
        """Make a case of an active template; the same client token again makes no second one."""
        domain = self._domain(request, caller)
        return domain.tokens.once("CreateCase", request, lambda: self._create(domain, request, Actor.of(request, caller)))

    def get_case(self, request: Request, caller: Caller) -> Response:
        """Read the asked fields of a case; an empty field is left out."""
        domain = self._domain(request, caller)
        case = domain.case(request["caseId"])
        asked = [domain.field_in_request(entry["id"]).id for entry in request["fields"]]
        shown = [{"id": one, "value": write_value(case.values[one])} for one in asked if one in case.values]
        fields, token = page(shown, request, size=220)
        return {"fields": fields, "templateId": case.template_id, "tags": dict(case.tags), "nextToken": token}

    def update_case(self, request: Request, caller: Caller) -> Response:
        """Write fields of a case."""
        domain = self._domain(request, caller)
        case = domain.case(request["caseId"])
        writes = case_writes.read_writes(request["fields"])
        case_writes.update_case(self._context, domain, case, writes, Actor.of(request, caller))
        return {}

    def delete_case(self, request: Request, caller: Caller) -> Response:
        """Remove a case with its related items and its history."""
        domain = self._domain(request, caller)
        case = domain.case(request["caseId"])
        if case.merge:
            raise conflict(f"Case {case.id} is part of a merge that is running and cannot be deleted before it ends.")
        del domain.cases[case.id]
        del domain.case_ids_by_reference[str(case.values["reference_id"].plain).lower()]
        self._context.contacts.forget_case(case.id)
        Journal(self._context, domain, Actor.of(request, caller)).case_deleted(case, at=case.stamp(self._context.clock.now()))
        return {}

    def list_cases_for_contact(self, request: Request, caller: Caller) -> Response:
        """The cases that a contact is tied to."""
        domain = self._domain(request, caller)
        contact = self._context.contacts.find(request["contactArn"])
        if contact is None:
            raise not_found("Contact", request["contactArn"])
        tied = [domain.cases[case_id] for case_id in contact.cases if case_id in domain.cases]
        shown, token = page(tied, request, size=10)
        return {"cases": [{"caseId": case.id, "templateId": case.template_id} for case in shown], "nextToken": token}

    def _create(self, domain: Domain, request: Request, actor: Actor) -> Response:
        template = _usable_template(domain, request["templateId"])
        writes = case_writes.read_writes(request["fields"])
        case_writes.check_writes(domain, writes, held={})
        values = case_writes.written_over({"status": FieldValue.text(OPEN)}, writes)
        if "title" not in values:
            raise invalid("CreateCase requires the field 'title'.")
        template_checks.check_required_fields(domain, template, values)
        template_checks.check_case_rules(domain, template, values, written=values)
        check_tags(request.get("tags", {}))
        tags = {**(template.propagated_tags or {}), **request.get("tags", {})}
        case = self._new_case(domain, template, values, tags, actor)
        Journal(self._context, domain, actor).case_created(case)
        return {"caseId": case.id, "caseArn": case.arn}

    def _new_case(self, domain: Domain, template: Template, values: dict[str, FieldValue], tags: dict[str, str], actor: Actor) -> Case:
        case_id = self._context.ids.uuid()
        created = in_milliseconds(self._context.clock.now())
        case = Case(case_id, f"{domain.arn}/case/{case_id}", template.id, created, values, tags, created - MILLISECOND)
        case.stamp(created)
        number, reference = self._context.ids.reference_number(), f"C-{case_id.replace('-', '')[:16].upper()}"
        values.setdefault("reference_number", FieldValue.text(number))
        maintained = {
            "case_id": case_id,
            "reference_id": reference,
            "created_datetime": as_text(created),
            "last_updated_datetime": as_text(created),
        }
        values.update({field_id: FieldValue.text(text) for field_id, text in maintained.items()})
        case_writes.stamp_user(case, "created_by", actor)
        case_writes.stamp_user(case, "last_updated_user", actor)
        case_writes.stamp_status(case, {}, at=created)
        domain.cases[case_id] = case
        domain.case_ids_by_reference[reference.lower()] = case_id
        return case


def _usable_template(domain: Domain, template_id: str) -> Template:
    template = domain.template(template_id)
    if template.deleted or template.status != "Active":
        state = "deleted" if template.deleted else "inactive"
        raise invalid(f"The template {template_id!r} ({template.name}) is {state} and can create no cases.")
    return template
