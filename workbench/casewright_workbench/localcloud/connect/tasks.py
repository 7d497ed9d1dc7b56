"""Task contacts: start, stop, describe."""

from typing import Any

from casewright_workbench.localcloud.connect.base import Operations
from casewright_workbench.localcloud.connect.contacts import Contact
from casewright_workbench.localcloud.connect.errors import not_found
from casewright_workbench.localcloud.connect.instance import Instance, id_in
from casewright_workbench.localcloud.connect.task_requests import TARGETS, check_task, life_of
from casewright_workbench.localcloud.service import Caller, Request, Response, ServiceError

MAX_CHAIN = 12


class TaskOperations(Operations):
    """The operations on contacts."""

    def start_task_contact(self, request: Request, caller: Caller) -> Response:
        """Start a task by flow, quick connect or template; the same client token again starts no second one."""
        instance = self._instance(request, caller)
        token = request.get("ClientToken")
        if token in self._state.tasks_by_token:
            return {"ContactId": self._state.tasks_by_token[token]}
        check_task(request, now=self._state.clock.now())
        contact = self._new_task(instance, request)
        self._state.contacts.add(contact)
        if token:
            self._state.tasks_by_token[token] = contact.id
        return {"ContactId": contact.id}

    def stop_contact(self, request: Request, caller: Caller) -> Response:
        """End a contact; one that has ended stays as it is."""
        instance = self._instance(request, caller)
        contact = self._state.contacts.with_id(instance.arn, request["ContactId"])
        if contact is None:
            raise ServiceError("ContactNotFoundException", f"No contact {request['ContactId']!r} exists.")
        now = self._state.clock.now()
        if contact.ended_by(now) is None:
            contact.disconnected = contact.last_updated = now
            contact.disconnect_reason = "API"
        return {}

    def describe_contact(self, request: Request, caller: Caller) -> Response:
        """Describe a contact, with the cases it is tied to."""
        instance = self._instance(request, caller)
        contact = self._state.contacts.with_id(instance.arn, request["ContactId"])
        if contact is None:
            raise not_found("contact", request["ContactId"])
        return {"Contact": self._describe(contact)}

    def _new_task(self, instance: Instance, request: Request) -> Contact:
        now = self._state.clock.now()
        started_by = self._started_by(instance, request)
        previous, related = (self._linked(instance, request, name) for name in ("PreviousContactId", "RelatedContactId"))
        self._check_quotas(previous)
        contact_id = self._state.uuid()
        inherited = (previous.attributes if previous else {}) | (related.attributes if related else {})
        return Contact(
            id=contact_id,
            arn=f"{instance.arn}/contact/{contact_id}",
            channel="TASK",
            initiated=now,
            name=request["Name"],
            description=request.get("Description"),
            previous_contact_id=previous.id if previous else None,
            related_contact_id=related.id if related else None,
            scheduled=request.get("ScheduledTime"),
            attributes=inherited | request.get("Attributes", {}),
            references=dict(request.get("References", {})),
            segment_attributes=dict(request.get("SegmentAttributes", {})),
            started_by=started_by,
            expires=(request.get("ScheduledTime") or now) + life_of(request),
            last_updated=now,
        )

    @staticmethod
    def _started_by(instance: Instance, request: Request) -> str:
        """The ARN of the flow, the quick connect or the task template."""
        known = {"ContactFlowId": instance.flows, "QuickConnectId": instance.quick_connects, "TaskTemplateId": instance.task_templates}
        [target] = [name for name in TARGETS if name in request]
        for arn in known[target].values():
            if id_in(arn) == id_in(request[target]):
                return arn
        raise not_found(target.removesuffix("Id"), request[target])

    def _linked(self, instance: Instance, request: Request, name: str) -> Contact | None:
        if name not in request:
            return None
        contact = self._state.contacts.with_id(instance.arn, request[name])
        if contact is None:
            raise not_found("contact", request[name])
        return contact

    def _check_quotas(self, previous: Contact | None) -> None:
        now = self._state.clock.now()
        contacts = self._state.contacts.all()
        active = sum(one.channel == "TASK" and one.ended_by(now) is None for one in contacts)
        if active >= self._state.max_active_tasks:
            raise _quota_exceeded(f"The quota of {self._state.max_active_tasks} active tasks is reached.")
        if previous and sum(one.previous_contact_id == previous.id for one in contacts) >= MAX_CHAIN:
            raise _quota_exceeded(f"{MAX_CHAIN} tasks refer to the contact {previous.id} already.")

    def _describe(self, contact: Contact) -> dict[str, Any]:
        ended = contact.ended_by(self._state.clock.now())
        cases = [{"CaseId": case_id, "CaseReferenceNumber": number} for case_id, number in contact.cases.items()]
        return {
            "Arn": contact.arn,
            "Id": contact.id,
            "PreviousContactId": contact.previous_contact_id,
            "RelatedContactId": contact.related_contact_id,
            "InitiationMethod": contact.initiation_method,
            "Name": contact.name,
            "Description": contact.description,
            "Channel": contact.channel,
            "InitiationTimestamp": contact.initiated,
            "ConnectedToSystemTimestamp": contact.initiated,
            "ScheduledTimestamp": contact.scheduled,
            "DisconnectTimestamp": ended,
            "DisconnectReason": (contact.disconnect_reason or "EXPIRED") if ended else None,
            "LastUpdateTimestamp": contact.last_updated or contact.initiated,
            "Attributes": dict(contact.attributes),
            "SegmentAttributes": dict(contact.segment_attributes),
            "Cases": cases,
        }


def _quota_exceeded(message: str) -> ServiceError:
    return ServiceError("ServiceQuotaExceededException", message)
