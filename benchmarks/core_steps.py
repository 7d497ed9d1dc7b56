"""What the pure steps of one event cost, as multiples of decoding its JSON, with the example contact centre's bundle."""

import json
from pathlib import Path

import msgspec
from rich.table import Table

from benchmarks.timing import microseconds
from casewright.bundle import content_hash, link, read
from casewright.cases.catalog import Catalog, FieldEntry
from casewright.cases.definition import DomainDefinition
from casewright.cases.parsing import parse
from casewright.decide import blank, decide
from casewright.measures.rows import of_decision
from casewright_authoring.compile import compile_directory

CONTACT_CENTER = Path(__file__).parent.parent / "contact_center"


def catalog_of(definition: DomainDefinition) -> dict[str, FieldEntry]:
    """Ids made of names: what configuring a domain would have written."""
    return {
        field.name: FieldEntry(field.system_id or f"id-{field.name}", field.type, {option.label: option.value for option in field.options})
        for field in definition.fields
    }


def envelope(catalog: Catalog, *, number: int | str = 0, verb: str = "CREATED") -> str:
    """An event of about 3 KB: every text field of the catalog has a value."""
    texts = {
        entry.id: {"value": {"stringValue": f"{name} of case {number}"}} for name, entry in catalog.fields.items() if entry.type == "Text"
    }
    filler = {f"f-{n}": {"value": {"stringValue": "x" * 40}} for n in range(18)}
    fields = {"status": {"value": {"stringValue": "open"}}, **texts, **filler}
    case = {"caseId": f"c{number}", "templateId": catalog.templates["Billing"], "createdDateTime": "2026-11-16T14:00:00Z", "fields": fields}
    detail = {
        "version": "0",
        "eventType": f"CASE.{verb}",
        "approximateChangeTime": "2026-11-16T14:00:00.000Z",
        "changedFieldIds": ["status"],
        "performedBy": {
            "user": {"userArn": "arn:aws:connect:us-east-1:1:instance/i/user/u"},
            "iamPrincipalArn": "arn:aws:iam::1:role/agent",
        },
        "case": case,
    }
    return json.dumps(
        {
            "version": "0",
            "id": f"e{number}",
            "detail-type": "Amazon Connect Cases Change",
            "source": "aws.cases",
            "account": "1",
            "time": "2026-11-16T14:00:00Z",
            "region": "us-east-1",
            "resources": ["arn:aws:cases:us-east-1:1:domain/d"],
            "detail": detail,
        }
    )


def measure() -> Table:
    """Parse, decide, rows, and loading a bundle."""
    compiled = compile_directory(CONTACT_CENTER)
    templates = {template.name: f"t-{template.name}" for template in compiled.definition.templates}
    directory = msgspec.structs.asdict(compiled.directory)
    catalog = Catalog(domain_id="d", fields=catalog_of(compiled.definition), templates=templates, **directory)
    bundle = link(compiled.bundle, catalog, bundle_hash=content_hash(compiled.written))
    body = envelope(catalog)
    event, head = parse(body), blank("c0")
    decided = decide(head, event, bundle)
    floor = microseconds(lambda: msgspec.json.decode(body))
    steps = {
        f"decode the JSON of one event ({len(body)} bytes): the floor": floor,
        "parse: decode, validate, into an event": microseconds(lambda: parse(body)),
        f"decide: {len(bundle.rules)} rules, {len(bundle.policies)} SLA policies": microseconds(lambda: decide(head, event, bundle)),
        "rows for the lake": microseconds(lambda: of_decision(decided, event)),
        "encode head, event and decision": microseconds(lambda: msgspec.json.encode((decided.head, event, decided.decision))),
        "read and link the bundle (a cold start)": microseconds(
            lambda: link(read(compiled.written), catalog, bundle_hash=bundle.hash), repeats=20
        ),
    }
    table = Table("step", "µs", "times the floor", title="Pure steps of one event")
    for name, cost in steps.items():
        table.add_row(name, f"{cost:.1f}", f"{cost / floor:.1f}")
    return table
