"""The tables of docs/rules.md, row by row, through the compiler and the reading of conditions."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import yaml
from building import envelope, parsed
from language_page import EXAMPLES, GROUPED, WORLD
from small_directory import FLOW, QUEUE, Write

from casewright.bundle import link
from casewright.cases.catalog import Catalog, FieldEntry
from casewright.cases.state import Case, apply
from casewright.cases.values import FieldValue, as_wire
from casewright.conditions.subjects import Facts
from casewright.conditions.tree import evaluate
from casewright_authoring import compile_directory
from casewright_authoring.conditions import GROUPS
from casewright_authoring.operators import OPERATORS

NOW = datetime(2026, 11, 18, 15, tzinfo=UTC)
Holds = Callable[["str", "Change"], bool | None]
VERDICTS = {"yes": True, "no": False, "unknown": None}

Values = dict[str, FieldValue | None]
"""What a case has; a field that is absent is left out, None stands for unknown."""

ROWS = [pytest.param(*row, id=" / ".join(row)) for _, rows in EXAMPLES for row in rows]
GROUPED_ROWS = [pytest.param(*row, id=" / ".join(row)) for _, rows in GROUPED for row in rows]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    types = {
        "summary": "Text",
        "assigned_queue": "Text",
        "priority": "SingleSelect",
        "refund_amount": "Number",
        "loyalty_member": "Boolean",
        "order_number": "Text",
        "customer_email": "Text",
        "promised_by": "DateTime",
    }
    options = {"Low": "low", "Normal": "normal", "High": "high", "Urgent": "urgent"}
    fields = {name: FieldEntry(name, kind, options if kind == "SingleSelect" else {}) for name, kind in types.items()}  # type: ignore[arg-type]
    return Catalog(domain_id="d", fields=fields, queues={"Escalations": QUEUE}, flows={"Escalations": FLOW})


@dataclass(frozen=True, kw_only=True)
class Change:
    """An event, and the case just before it and after."""

    before: Values
    after: Values
    changed: tuple[str, ...] = ()
    at: datetime = NOW


@pytest.fixture
def holds(write: Write, catalog: Catalog) -> Callable[[str, Change], bool | None]:
    """The truth of a condition, compiled as operators write it, when a change comes."""

    def truth(condition: str, change: Change) -> bool | None:
        rule = f"- rule: a\n  when: case_updated\n  if: {{{condition}}}\n  then: [{{end_tasks: true}}]\n"
        compiled = compile_directory(write({**WORLD, "rules/a.yaml": rule}), today=NOW.date())
        bundle = link(compiled.bundle, catalog, bundle_hash=compiled.hash)
        hidden = frozenset(name for values in (change.before, change.after) for name, value in values.items() if value is None)
        update = parsed(event(change.after, changed=change.changed, at=change.at))
        case = apply(Case("c1"), parsed(event(change.before, changed=(), at=change.at)))
        facts = Facts(update, case, apply(case, update), catalog.included_field_ids - hidden, None, bundle.calendars)
        return evaluate(bundle.rules[0].condition, facts)

    return truth


def event(values: Values, *, changed: tuple[str, ...], at: datetime) -> str:
    wire = {name: {"value": as_wire(value)} for name, value in values.items() if value is not None}
    case = {"caseId": "c1", "templateId": "t", "fields": wire}
    body = envelope("e", 0, "CASE.UPDATED", {"case": case, "changedFieldIds": changed})
    return re.sub(r'"approximateChangeTime": "[^"]+"', f'"approximateChangeTime": "{at.isoformat()}"', body)


def values_of(subject: str, written: str) -> Values:
    """What a cell says the case has: a literal, or absent, empty, unknown."""
    match written:
        case "absent":
            return {}
        case "unknown":
            return {subject: None}
        case "empty":
            return {subject: ""}
        case _:
            return {subject: literal(written.strip("`"))}


def literal(written: str) -> FieldValue:
    found = yaml.load(written, yaml.BaseLoader if re.match(r"[0-9]{4}-", written) else yaml.SafeLoader)
    assert isinstance(found, str | float | int | bool)
    return found


@pytest.mark.parametrize(("test", "value", "result"), ROWS)
def test_a_row_holds(holds: Holds, test: str, value: str, result: str) -> None:
    subject = test.strip("`").split(":")[0]
    before, arrow, after = value.rpartition(" → ")
    if subject == "now":
        change = Change(before={}, after={}, at=datetime.fromisoformat(after.strip("`")))
    elif arrow:
        change = Change(before=values_of(subject, before), after=values_of(subject, after), changed=(subject,))
    else:
        change = Change(before=values_of(subject, after), after=values_of(subject, after))
    assert holds(test.strip("`"), change) is VERDICTS[result]


@pytest.mark.parametrize(("test", "value", "result"), GROUPED_ROWS)
def test_a_row_of_groups_holds(holds: Holds, test: str, value: str, result: str) -> None:
    given: Values = {}
    for subject, word in yaml.safe_load(value.strip("`")).items():
        given |= values_of(subject, str(word))
    assert holds(test.strip("`"), Change(before=given, after=given)) is VERDICTS[result]


def test_every_operator_has_a_table_with_yes_no_and_unknown() -> None:
    assert [name for name, _ in EXAMPLES] == list(OPERATORS)
    for name, rows in EXAMPLES:
        assert {result for _, _, result in rows} == set(VERDICTS), name
        assert all(f"{name}:" in test or name == "equals" for test, _, _ in rows), name


def test_every_group_has_rows_with_yes_no_and_unknown() -> None:
    [(_, rows)] = GROUPED
    for group in GROUPS:
        assert {result for test, _, result in rows if test.startswith(f"`{group}:")} == set(VERDICTS), group
