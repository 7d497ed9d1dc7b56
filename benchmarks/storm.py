"""A storm of updates under two writes a second: calls for each effect, and how long deadlines and housekeeping wait for their turn.

Performer, adapters and stores are the real ones against the local cloud, and the time is that of its clock, in which only waiting for the
quota passes: seconds are those of AWS as far as the quota of UpdateCase decides them. The fields and values are those that the rules of
the example contact centre set, drawn by lot with equal chances (how often each rule fires on a day is not taken from one): priorities,
users, a queue, a status, and the time of a question, every tenth of which is a time of its own. Deadlines fall due while the storm is on.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec
from msgspec.structs import replace
from rich.table import Table

from casewright import quotas, settings
from casewright.actions import Priority, UpdateCase
from casewright.aws.effect_items import effect_item
from casewright.cases.events import Position
from casewright.cases.values import FieldValue
from casewright.decision import Effect
from casewright.service.act import act
from casewright.wiring.acting import acting
from casewright_workbench.house import House
from casewright_workbench.provisioning import Provisioned

EFFECTS: Final = 10_000
CASES: Final = 2_000
WRITES_A_SECOND: Final = 2.0
CONTACT_CENTER: Final = Path(__file__).parents[1] / "contact_center"
START: Final = datetime(2026, 11, 16, 13, tzinfo=UTC)
_EVERY: Final = timedelta(seconds=1)
"""One deadline falls due after the other, so long apart."""


class Storm(msgspec.Struct, frozen=True):
    """What was asked for and what became of it. Waits are seconds by priority, from when an effect was due to when it ended."""

    effects: tuple[Effect, ...]
    case_ids: tuple[str, ...]
    calls: int
    seconds: float
    waits: Mapping[int, list[float]]
    statuses: Counter[str]
    fields: Mapping[str, Mapping[str, FieldValue]]
    """Of each case, at the end."""


class SlowHouse(House):
    """A house whose domain takes two writes a second."""

    def environments(self, places: Provisioned) -> Mapping[str, settings.Settings]:
        """As deployed, but for the quota."""
        found = dict(super().environments(places))
        perform = found["perform"]
        assert isinstance(perform, settings.PerformSettings)
        found["perform"] = replace(perform, quotas=quotas.written({"UpdateCase": WRITES_A_SECOND}))
        return found


def storm(effects: int, cases: int) -> Storm:
    """Ask for so many effects on so many cases, and let them be performed."""
    with tempfile.TemporaryDirectory() as folder:
        lines: list[tuple[str, str, datetime]] = []

        def listen(_function: str, message: str, facts: Mapping[str, Any]) -> None:
            if message == "effect ended":
                lines.append((facts["effect"], facts["outcome"], house.clock.now()))

        with SlowHouse.open(CONTACT_CENTER, start=START, folder=Path(folder), listen=listen) as house:
            case_ids = tuple(_created(house, cases))
            asked = {effect.key: effect for effect in _asked(house, effects, case_ids)}
            dynamodb = house.session("admin").client("dynamodb")
            for effect in asked.values():
                dynamodb.put_item(TableName=house.case_table, Item=effect_item(effect))
            before, began = len(house.cloud.calls), house.clock.now()
            ports = acting(house.container("perform", house.environments(house.places)["perform"]))
            while not ports.effects.is_empty("cases"):
                act("cases", lambda: 900.0, ports)
                house.clock.sleep(1)
            calls = sum(call.operation == "BatchUpdateCase" for call in house.cloud.calls[before:])
            waits: dict[int, list[float]] = {1: [], 2: [], 3: []}
            for key, _, moment in lines:
                waits[asked[key].priority].append((moment - max(asked[key].not_before, began)).total_seconds())
            seconds = max((moment - began).total_seconds() for _, _, moment in lines)
            statuses = Counter(status for _, status, _ in lines)
            return Storm(tuple(asked.values()), case_ids, calls, seconds, waits, statuses, _fields(house, case_ids, asked.values()))


def measure() -> Table:
    """The storm, beside one call for each effect."""
    seen = storm(EFFECTS, CASES)
    table = Table(title=f"{EFFECTS:,} updates of {CASES:,} cases, {WRITES_A_SECOND:g} writes a second")
    table.add_column("")
    for name in ("casewright", "one call an effect", "times"):
        table.add_column(name, justify="right")
    alone = EFFECTS / WRITES_A_SECOND
    table.add_row("calls", f"{seen.calls:,}", f"{EFFECTS:,}", f"{EFFECTS / seen.calls:.0f} fewer")
    table.add_row("calls an effect", f"{seen.calls / EFFECTS:.3f}", "1", "")
    table.add_row("drained after", f"{seen.seconds:,.0f} s", f"{alone:,.0f} s", f"{alone / seen.seconds:.0f} sooner")
    for priority, name in ((1, "deadlines"), (2, "people"), (3, "housekeeping")):
        waits = sorted(seen.waits[priority])
        shown = f"{waits[len(waits) // 2]:,.1f} s, longest {waits[-1]:,.1f} s"
        table.add_row(f"{name} waited (middle of {len(waits):,})", shown, "", "")
    return table


def _created(house: House, cases: int) -> Iterator[str]:
    client, catalog = house.session("maya").client("connectcases"), house.catalog
    fields = {"title": "Charged twice", "customer_email": "jo@example.com", "case_reason": "double-charge", "order_number": "A-1"}
    wire = [{"id": catalog.fields[name].id, "value": {"stringValue": value}} for name, value in fields.items()]
    for _ in range(cases):
        yield client.create_case(domainId=house.domain_id, templateId=catalog.templates["Billing"], fields=wire)["caseId"]


def _asked(house: House, effects: int, case_ids: tuple[str, ...]) -> Iterator[Effect]:
    """Effects drawn by lot, the same each time; each case has several."""
    chance, fields = Random(5), house.catalog.fields

    priorities = {name.lower(): value for name, value in fields["priority"].options.items()}
    users = sorted(house.catalog.users.values())
    for number in range(effects):
        priority: Priority = 1 if number % 50 == 0 else 2 if chance.random() < 0.4 else 3
        asked_at = (START + timedelta(seconds=number if chance.random() < 0.1 else 0)).isoformat()
        choices: list[tuple[str, FieldValue]] = [
            ("priority", priorities["urgent"]),
            ("priority", priorities["normal"]),
            ("assigned_user", chance.choice(users)),
            ("assigned_queue", house.catalog.queues["Escalations"]),
            ("status", "open"),
            ("last_asked", asked_at),
        ]
        name, value = choices[0] if priority == 1 else chance.choice(choices)
        due = START + number // 50 * _EVERY if priority == 1 else START
        yield Effect(
            key=f"{number:032x}",
            case_id=chance.choice(case_ids),
            rule=f"storm-{name}",
            index=0,
            action=UpdateCase({fields[name].id: value}),
            bucket="cases",
            priority=priority,
            hop=1,
            position=Position(START - timedelta(hours=1) + timedelta(milliseconds=number), f"event-{number:05}"),
            not_before=due,
            expires_at=START + timedelta(days=1),
        )


def _fields(house: House, case_ids: tuple[str, ...], effects: Any) -> Mapping[str, Mapping[str, FieldValue]]:
    client = house.session("maya").client("connectcases")
    wanted = [{"id": field_id} for field_id in sorted({field_id for effect in effects for field_id in effect.action.fields})]
    found = {}
    for case_id in case_ids:
        answer = client.get_case(domainId=house.domain_id, caseId=case_id, fields=wanted)
        found[case_id] = {each["id"]: next(iter(each["value"].values())) for each in answer["fields"]}
    return found
