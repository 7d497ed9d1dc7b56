"""The same steps in a local cloud of one service: what we assume AWS to publish and to remember."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from casewright.aws.clients import Client
from casewright_workbench.deployment.clients import pages
from casewright_workbench.doctor.probe.steps import Probe
from casewright_workbench.localcloud.clock import SkippableClock
from casewright_workbench.localcloud.connectcases.service import ConnectCases
from casewright_workbench.localcloud.service import LOCAL_ACCOUNT, LOCAL_REGION, Caller

_SEED: Final = 20_221_003
"""Not that of `make run`: ids there and here shall differ, as those of AWS do."""

_CALLER: Final = Caller(LOCAL_ACCOUNT, LOCAL_REGION, f"arn:aws:iam::{LOCAL_ACCOUNT}:role/probe")


class Assumed(msgspec.Struct, frozen=True):
    """Envelopes and audit entries of the local cloud; `custom` are the ids of its fields that are not Cases' own."""

    envelopes: tuple[dict[str, Any], ...]
    audit: tuple[dict[str, Any], ...]
    custom: frozenset[str]


class LocalCases:
    """A client of a Cases service that stands for nothing but this."""

    def __init__(self, service: ConnectCases) -> None:
        self._service = service

    def __getattr__(self, operation: str) -> Any:
        """An operation, called as boto3's is."""
        return lambda **request: getattr(self._service, operation)(request, _CALLER)


def assumed(cases: Client, probe: Probe, now: datetime) -> Assumed:
    """Do the steps in a local domain that has the same template and event configuration as the real one."""
    clock, envelopes = SkippableClock(now), list[dict[str, Any]]()
    local = LocalCases(ConnectCases(clock, lambda envelope: envelopes.append(json.loads(json.dumps(envelope))), seed=_SEED))
    domain_id = local.create_domain(name="probe")["domainId"]
    ids = _fields(cases, local, probe, domain_id)
    twin = msgspec.structs.replace(
        probe,
        domain_id=domain_id,
        template_id=_template(local, domain_id, [ids.get(each, each) for each in probe.values]),
        values={ids.get(each, each): value for each, value in probe.values.items()},
    )
    _configure(cases, local, probe.domain_id, domain_id, ids)
    case_id = twin.create(local)
    for step in (twin.change, twin.comment):
        clock.sleep(timedelta(seconds=1).total_seconds())
        step(local, case_id)
    audit = tuple(pages(local.get_case_audit_events, "auditEvents", domainId=domain_id, caseId=case_id))
    twin.delete(local, case_id)
    return Assumed(tuple(envelopes), audit, frozenset(ids.values()))


def _fields(cases: Client, local: LocalCases, probe: Probe, domain_id: str) -> dict[str, str]:
    """The required fields that are not Cases' own, made anew: ids there by ids of the real domain."""
    real = {each["fieldId"]: each for each in pages(cases.list_fields, "fields", domainId=probe.domain_id)}
    made = dict[str, str]()
    for field_id, value in probe.values.items():
        field = real[field_id]
        target = field_id
        if field["namespace"] == "Custom":
            target = made[field_id] = local.create_field(domainId=domain_id, name=field["name"], type=field["type"])["fieldId"]
        if field["type"] == "SingleSelect":
            option = {"name": value["stringValue"], "value": value["stringValue"], "active": True}
            local.batch_put_field_options(domainId=domain_id, fieldId=target, options=[option])
    return made


def _template(local: LocalCases, domain_id: str, required: list[str]) -> str:
    fields = [{"fieldId": each} for each in required]
    return str(local.create_template(domainId=domain_id, name="probe", requiredFields=fields, status="Active")["templateId"])


def _configure(cases: Client, local: LocalCases, real_domain: str, domain_id: str, ids: Mapping[str, str]) -> None:
    """The event configuration of the real domain, without the fields that the probe does not have."""
    told = cases.get_case_event_configuration(domainId=real_domain)["eventBridge"]
    known = {each["fieldId"] for each in pages(local.list_fields, "fields", domainId=domain_id)}
    # One that is not required is not there: the probe gives it no value, so no event carries it either.
    case_data = told.get("includedData", {}).get("caseData")
    included = {key: value for key, value in told.get("includedData", {}).items() if key != "caseData"}
    if case_data:
        kept = [{"id": ids.get(each["id"], each["id"])} for each in case_data.get("fields", ())]
        included["caseData"] = {**case_data, "fields": [each for each in kept if each["id"] in known]}
    local.put_case_event_configuration(domainId=domain_id, eventBridge={"enabled": told["enabled"], "includedData": included})
