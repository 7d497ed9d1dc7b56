"""Short ways to make events, rules and policies for tests."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from casewright.bundle import Bundle, LinkedBundle, content_hash, link, write
from casewright.cases.catalog import Catalog, FieldEntry
from casewright.cases.events import Event
from casewright.cases.parsing import parse
from casewright.cases.values import FieldValue, as_wire
from casewright.conditions.operators import Among, Changed
from casewright.conditions.subjects import Fact, Field
from casewright.conditions.texts import Variable, Verbatim
from casewright.conditions.tree import All, Condition, Leaf
from casewright.rules import instructions as do
from casewright.rules.rule import Rule
from casewright.sla.policies import Policy

START = datetime(2026, 11, 16, 14, tzinfo=UTC)
DOMAIN = "arn:aws:cases:us-east-1:111122223333:domain/d"
OWN_ROLE = "perform-role"
OWN_PRINCIPAL = f"arn:aws:sts::111122223333:assumed-role/{OWN_ROLE}/perform"
AGENT = {
    "user": {"userArn": "arn:aws:connect:us-east-1:111122223333:instance/i/user/u"},
    "iamPrincipalArn": "arn:aws:iam::111122223333:role/agent",
}

CATALOG = Catalog(
    domain_id="d",
    fields={
        "status": FieldEntry("status", "SingleSelect", {"open": "open", "waiting": "waiting", "closed": "closed"}),
        "title": FieldEntry("title", "Text"),
        "priority": FieldEntry("f-priority", "SingleSelect", {"low": "low", "normal": "normal", "high": "high"}),
        "amount": FieldEntry("f-amount", "Number"),
        "vip": FieldEntry("f-vip", "Boolean"),
        "promised": FieldEntry("f-promised", "DateTime"),
        "assigned_queue": FieldEntry("assigned_queue", "Text"),
        "email": FieldEntry("f-email", "Text"),
    },
    templates={"Billing": "t-billing", "Technical": "t-technical"},
    queues={"Escalations": "arn:aws:connect:us-east-1:111122223333:instance/i/queue/q-esc"},
    flows={"Escalations": "arn:aws:connect:us-east-1:111122223333:instance/i/contact-flow/f-esc"},
    mailboxes={"leads": ("lead@example.com",)},
)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def envelope(event_id: str, minutes: float, event_type: str, detail: dict[str, Any], performed_by: dict[str, Any] | None = None) -> str:
    moment = at(minutes).isoformat()
    return json.dumps(
        {
            "id": event_id,
            "source": "aws.cases",
            "detail-type": "Amazon Connect Cases Change",
            "account": "111122223333",
            "region": "us-east-1",
            "time": moment,
            "resources": [DOMAIN],
            "detail": {"eventType": event_type, "approximateChangeTime": moment, "performedBy": performed_by or AGENT, **detail},
        }
    )


def case_event(
    event_id: str,
    minutes: float,
    verb: str = "UPDATED",
    *,
    changed: tuple[str, ...] = (),
    case_id: str = "c1",
    template_id: str = "t-billing",
    performed_by: dict[str, Any] | None = None,
    **fields: FieldValue,
) -> str:
    wire = {_field_id(name): {"value": as_wire(value)} for name, value in fields.items()}
    case = {"caseId": case_id, "templateId": template_id, "createdDateTime": START.isoformat(), "fields": wire}
    detail = {"case": case, "changedFieldIds": [_field_id(name) for name in changed]}
    return envelope(event_id, minutes, f"CASE.{verb}", detail, performed_by)


def comment(
    event_id: str,
    minutes: float,
    body: str = "hello",
    *,
    case_id: str = "c1",
    verb: str = "CREATED",
    performed_by: dict[str, Any] | None = None,
) -> str:
    item = {"relatedItemType": "Comment", "relatedItemId": f"i-{event_id}", "caseId": case_id, "comment": {"body": body}}
    return envelope(event_id, minutes, f"RELATED_ITEM.{verb}", {"relatedItem": item}, performed_by)


def parsed(body: str) -> Event:
    return parse(body, own_role=OWN_ROLE)


def field(name: str) -> Field:
    return Field(name)


def equals(name: str, *values: FieldValue, negated: bool = False) -> Leaf:
    subject = Fact("template") if name == "template" else Field(name)
    return Leaf(subject, Among(values, negated=negated))  # type: ignore[arg-type]


def changed(name: str, before: str = "", after: str = "") -> Leaf:
    return Leaf(Field(name), Changed(before=Among((before,)) if before else None, after=Among((after,)) if after else None))


def text(*parts: str | Field | Fact) -> tuple[Variable | Verbatim, ...]:
    return tuple(Verbatim(part) if isinstance(part, str) else Variable(part) for part in parts)


def rule(name: str, *when: str, then: tuple[do.Instruction, ...] | None = None, condition: Condition | None = None, **more: Any) -> Rule:
    steps = then or (do.PutEvent(name, do.Members({})),)
    return Rule(name=name, when=when or ("case_updated",), then=steps, condition=condition or All(()), **more)  # type: ignore[arg-type]


def linked(*parts: Rule | Policy, emails: dict[str, do.Email] | None = None) -> LinkedBundle:
    bundle = Bundle(
        rules=tuple(part for part in parts if isinstance(part, Rule)),
        policies=tuple(part for part in parts if isinstance(part, Policy)),
        emails=emails or {},
    )
    from casewright.bundle import read

    written = write(bundle)
    return link(read(written), CATALOG, bundle_hash=content_hash(written))


def _field_id(name: str) -> str:
    return CATALOG.fields[name].id if name in CATALOG.fields else name
