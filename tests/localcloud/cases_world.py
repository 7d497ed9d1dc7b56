"""A small contact centre for tests of the local Cases and Connect, with every call held against botocore's models."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.validate import ParamValidator

from casewright_workbench.localcloud.appintegrations import AppIntegrations
from casewright_workbench.localcloud.clock import SkippableClock
from casewright_workbench.localcloud.connect.instance import Instance, User
from casewright_workbench.localcloud.connect.service import Connect
from casewright_workbench.localcloud.connectcases import ConnectCases, Quotas
from casewright_workbench.localcloud.service import Caller, ServiceError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROBOT = Caller("111122223333", "us-east-1", "arn:aws:iam::111122223333:role/robot")
INSTANCE_ID = "0f3c1b5e-9f3a-4d4e-8a51-3f2f6d1c9a10"
INSTANCE_ARN = f"arn:aws:connect:us-east-1:111122223333:instance/{INSTANCE_ID}"
ANA = User("5d5ef1a8-4c6f-4a39-9a07-3c2f70b0a001", "ana", "ana@example.com", "Ana", "Silva")
BEN = User("5d5ef1a8-4c6f-4a39-9a07-3c2f70b0a002", "ben", "ben@example.com", "Ben", "Okoro")
ANA_ARN = f"{INSTANCE_ARN}/agent/{ANA.id}"
FLOW_ARN = f"{INSTANCE_ARN}/contact-flow/8d6ef1a8-4c6f-4a39-9a07-3c2f70b0f001"
QUEUE_ARN = f"{INSTANCE_ARN}/queue/7c6ef1a8-4c6f-4a39-9a07-3c2f70b0c001"
QUICK_CONNECT_ARN = f"{INSTANCE_ARN}/transfer-destination/6b6ef1a8-4c6f-4a39-9a07-3c2f70b0d001"
TASK_TEMPLATE_ARN = f"{INSTANCE_ARN}/task-template/5a6ef1a8-4c6f-4a39-9a07-3c2f70b0e001"
INSTANCE = Instance(
    INSTANCE_ID,
    users=(ANA, BEN),
    queues={"Escalations": QUEUE_ARN},
    flows={"Call back": FLOW_ARN},
    quick_connects={"Escalations": QUICK_CONNECT_ARN},
    task_templates={"Refund": TASK_TEMPLATE_ARN},
)

_session = botocore.session.get_session()
_models = {name: _session.get_service_model(name) for name in ("connectcases", "connect", "appintegrations")}


class Checked:
    """A service whose every request, response and error must be one that its model allows."""

    def __init__(self, service: Any, caller: Caller = ROBOT) -> None:
        self._service = service
        self._caller = caller
        model = _models[service.name]
        self._operations = {xform_name(name): model.operation_model(name) for name in model.operation_names}

    def as_caller(self, caller: Caller) -> "Checked":
        return Checked(self._service, caller)

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        model = self._operations[operation]

        def call(**request: Any) -> dict[str, Any]:
            _assert_fits(request, model.input_shape)
            try:
                answer = getattr(self._service, operation)(request, self._caller)
            except ServiceError as error:
                _assert_modelled(error, model)
                raise
            answer = {name: value for name, value in answer.items() if value is not None}
            if model.output_shape is not None:
                _assert_known_members(answer, model.output_shape)
                _assert_fits(_without_none(answer), model.output_shape)
            return answer

        return call


class World:
    """A clock, a domain with an event configuration that carries everything, a template, and the events so far."""

    def __init__(self, *, quotas: Quotas | None = None, streaming: bool = True) -> None:
        self.clock = SkippableClock(NOON)
        self.events: list[dict[str, Any]] = []
        integrations = AppIntegrations()
        connect = Connect(self.clock, INSTANCE, app_integrations=integrations)
        self.service = ConnectCases(self.clock, self.events.append, contacts=connect.contacts, quotas=quotas)
        self.cases, self.connect, self.integrations = Checked(self.service), Checked(connect), Checked(integrations)
        self.domain = self.cases.create_domain(name="support")["domainId"]
        if streaming:
            self.stream(caseData={"fields": [], "autoIncludeFields": "All"}, relatedItemData={"includeContent": True})
        self.template = self.cases.create_template(domainId=self.domain, name="Billing")["templateId"]

    def stream(self, **included: Any) -> None:
        bridge = {"enabled": True, "includedData": included} if included else {"enabled": True}
        self.cases.put_case_event_configuration(domainId=self.domain, eventBridge=bridge)

    def field(self, name: str, kind: str, *options: str, **more: Any) -> str:
        field_id = self.cases.create_field(domainId=self.domain, name=name, type=kind, **more)["fieldId"]
        if options:
            self.options(field_id, *options)
        return str(field_id)

    def options(self, field_id: str, *values: str, active: bool = True) -> list[dict[str, Any]]:
        given = [{"name": value.title(), "value": value, "active": active} for value in values]
        answer = self.cases.batch_put_field_options(domainId=self.domain, fieldId=field_id, options=given)
        return list(answer["errors"])

    def create(self, title: str = "A case", template: str | None = None, **values: Any) -> str:
        fields = entries({"title": title, **values})
        answer = self.cases.create_case(domainId=self.domain, templateId=template or self.template, fields=fields)
        return str(answer["caseId"])

    def update(self, case_id: str, values: dict[str, Any], **more: Any) -> None:
        self.cases.update_case(domainId=self.domain, caseId=case_id, fields=entries(values), **more)

    def values(self, case_id: str, *field_ids: str) -> dict[str, Any]:
        asked = [{"id": one} for one in field_ids]
        found = self.cases.get_case(domainId=self.domain, caseId=case_id, fields=asked)["fields"]
        return {one["id"]: next(iter(one["value"].values())) for one in found}

    def value(self, case_id: str, field_id: str) -> Any:
        return self.values(case_id, field_id).get(field_id)

    def relate(self, case_id: str, kind: str, content: dict[str, Any], **more: Any) -> str:
        union = {kind[0].lower() + kind[1:]: content}
        answer = self.cases.create_related_item(domainId=self.domain, caseId=case_id, type=kind, content=union, **more)
        return str(answer["relatedItemId"])

    def comment(self, case_id: str, body: str = "Called back", **more: Any) -> str:
        return self.relate(case_id, "Comment", {"body": body, "contentType": "Text/Plain"}, **more)

    def sla(self, case_id: str, minutes: int, *, name: str = "first-response", field: str = "status", value: Any = "closed") -> str:
        target = {"fieldId": field, "targetFieldValues": [union_of(value)]}
        configuration = {"name": name, "type": "CaseField", "targetSlaMinutes": minutes, **target}
        return self.relate(case_id, "Sla", {"slaInputConfiguration": configuration})

    def items(self, case_id: str, *filters: dict[str, Any]) -> list[dict[str, Any]]:
        return list(self.cases.search_related_items(domainId=self.domain, caseId=case_id, filters=list(filters))["relatedItems"])

    def history(self, case_id: str) -> list[dict[str, Any]]:
        return list(self.cases.get_case_audit_events(domainId=self.domain, caseId=case_id)["auditEvents"])

    def task(self, name: str = "Call back") -> str:
        contact_id = self.connect.start_task_contact(InstanceId=INSTANCE_ID, Name=name, ContactFlowId=FLOW_ARN.rpartition("/")[2])
        return f"{INSTANCE_ARN}/contact/{contact_id['ContactId']}"

    def details(self, event_type: str | None = None) -> list[dict[str, Any]]:
        details = [event["detail"] for event in self.events]
        return [one for one in details if event_type in {None, one["eventType"]}]


def union_of(value: Any) -> dict[str, Any]:
    """The union of the API for a plain value; None is the empty value."""
    match value:
        case None:
            return {"emptyValue": {}}
        case bool():
            return {"booleanValue": value}
        case int() | float():
            return {"doubleValue": float(value)}
        case dict():
            return value
        case _:
            return {"stringValue": value}


def entries(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"id": field_id, "value": union_of(value)} for field_id, value in values.items()]


def _assert_fits(given: dict[str, Any], shape: Any) -> None:
    report = ParamValidator().validate(given, shape)
    assert not report.has_errors(), report.generate_report()


def _assert_known_members(given: dict[str, Any], shape: Any) -> None:
    match shape.type_name:
        case "structure":
            unknown = set(given) - set(shape.members)
            assert not unknown, f"{shape.name} has no {unknown}"
            assert not getattr(shape, "is_tagged_union", False) or len(given) == 1, f"{shape.name} is a union: {given}"
            for name, value in given.items():
                if value is not None:
                    _assert_known_members(value, shape.members[name])
        case "list":
            for value in given:
                _assert_known_members(value, shape.member)
        case _:
            pass


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_none(one) for name, one in value.items() if one is not None}
    return [_without_none(one) for one in value] if isinstance(value, list) else value


def _assert_modelled(error: ServiceError, model: Any) -> None:
    shapes = {shape.name: shape for shape in model.error_shapes}
    assert error.code in shapes, f"{model.name} has no {error.code}: {error.message}"
    required = {name.lower() for name in shapes[error.code].required_members} - {"message"}
    assert required == {name.lower() for name in error.members}, f"{error.code} requires {required}"
