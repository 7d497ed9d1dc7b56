"""The performer through real handlers and adapters, with faults at every call it makes: each effect done once, none lost, all visible."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from faults import CONFLICT, Death, Fault, Faults, Killed, Lost, Refused, Throttled

from casewright.actions import Action, AddComment, SendEmail, UpdateCase
from casewright.aws.effect_items import effect_item, pending_of
from casewright.cases.events import Position
from casewright.decision import Effect
from casewright.service.act import act
from casewright.wiring.acting import acting
from casewright_workbench.house import House

CONTACT_CENTER = Path(__file__).parents[2] / "contact_center"
START = datetime(2026, 11, 16, 13, tzinfo=UTC)
CASES = 4


class Storm:
    """A few cases that all want the same update, a comment and a mail; a performer that starts again whenever it dies."""

    def __init__(self, house: House) -> None:
        self.house, self.field = house, house.catalog.fields["priority"].id
        client, catalog = house.session("maya").client("connectcases"), house.catalog
        given = {"title": "t", "customer_email": "jo@example.com", "case_reason": "double-charge", "order_number": "A-1"}
        wire = [{"id": catalog.fields[name].id, "value": {"stringValue": value}} for name, value in given.items()]
        templates = catalog.templates["Billing"]
        self.client = client
        self.case_ids = [client.create_case(domainId=house.domain_id, templateId=templates, fields=wire)["caseId"] for _ in range(CASES)]
        self.value = min(catalog.fields["priority"].options.values())
        for number, case_id in enumerate(self.case_ids):
            self.ask(number, case_id, UpdateCase({self.field: self.value}))
        self.ask(10, self.case_ids[0], AddComment("seen"))
        self.ask(11, self.case_ids[0], SendEmail(("jo@example.com",), "subject", "text"), bucket="ses")

    def ask(self, number: int, case_id: str, action: Action, *, bucket: str = "cases") -> None:
        effect = Effect(
            key=f"{number:032x}", case_id=case_id, rule="r", index=0, action=action, bucket=bucket, priority=2, hop=1,  # type: ignore[arg-type]
            position=Position(START - timedelta(hours=1), f"e{number}"), not_before=START, expires_at=START + timedelta(hours=4),
        )  # fmt: skip
        self.house.session("admin").client("dynamodb").put_item(TableName=self.house.case_table, Item=effect_item(effect))

    def perform(self) -> int:
        """Until nothing is pending; answers how often the performer died or gave up."""
        failures = 0
        for _ in range(40):
            ports = acting(self.house.container("perform", self.house.environments(self.house.places)["perform"]))
            try:
                for bucket in ("cases", "ses"):
                    act(bucket, lambda: 900.0, ports)  # type: ignore[arg-type]
            except (Killed, Exception):  # noqa: BLE001 -- whatever it dies of, the bell comes back
                failures += 1
            if not Counter(status for status, _ in self.ended)["pending"]:
                return failures
            self.house.clock.sleep(130)
        raise AssertionError(f"something is pending for ever: {self.ended}")

    @property
    def ended(self) -> list[tuple[str, str]]:
        items = self.house.session("admin").client("dynamodb").scan(TableName=self.house.case_table)["Items"]
        found = [pending_of(item) for item in items if item["sk"]["S"].startswith("effect#")]
        return [(each.outcome.status if each.outcome else "pending", each.detail) for each in found]

    def assert_done_once(self) -> None:
        assert Counter(status for status, _ in self.ended) == {"done": CASES + 2}, self.ended
        assert [self.audits(case_id) for case_id in self.case_ids] == [1] * CASES, "each case was written once"
        items = self.client.search_related_items(domainId=self.house.domain_id, caseId=self.case_ids[0])["relatedItems"]
        assert [item["content"]["comment"]["body"] for item in items if item["type"] == "Comment"] == ["seen"]

    def audits(self, case_id: str) -> int:
        events = self.client.get_case_audit_events(domainId=self.house.domain_id, caseId=case_id)["auditEvents"]
        return sum(
            any(field["eventFieldId"] == self.field for field in each["fields"]) for each in events if each["type"] == "Case.Updated"
        )

    @property
    def mails(self) -> int:
        return len(self.house.outbox.messages())


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    houses: list[House] = []

    def new() -> Storm:
        for house in houses:
            house.close()
        houses[:] = [House.open(CONTACT_CENTER, start=START, folder=tmp_path_factory.mktemp("storm"))]
        return Storm(houses[0])

    yield new
    for house in houses:
        house.close()


WRITES = (("connectcases", "BatchUpdateCase"), ("connectcases", "BatchCreateRelatedItem"), ("sesv2", "SendEmail"))


def test_throttled_lost_or_dead_at_any_call_every_effect_is_done_once(storm: Any) -> None:
    """Every operation of a performer, each struck in its first calls by every fault in turn, in one house after the other."""
    strikes: list[Fault] = [Throttled(), Lost.REQUEST, Lost.ANSWER, Death(), Death(after=True), Refused("AccessDeniedException", 403)]
    for fault in strikes:
        seen = storm()
        with Faults(seen.house.cloud) as faults:
            for service, operation in WRITES:
                faults.at(service, operation, fault, role="perform")
            for operation in ("GetItem", "Query", "UpdateItem", "TransactWriteItems"):
                faults.at("dynamodb", operation, fault, role="perform", calls={2, 9, 10, 11})
            faults.at("firehose", "PutRecordBatch", fault, role="perform")
            seen.perform()
            assert sum(faults.happened.values()) >= 8, (fault, faults.happened)
        seen.assert_done_once()
        assert 1 <= seen.mails <= (2 if fault in (Lost.ANSWER, Death(after=True)) else 1), fault


def test_a_transaction_that_meets_another_is_made_again(storm: Any) -> None:
    seen = storm()
    with Faults(seen.house.cloud) as faults:
        faults.at("dynamodb", "TransactWriteItems", CONFLICT, role="perform", calls={1, 2})
        assert seen.perform() == 0
        assert faults.happened["dynamodb", "TransactWriteItems", "TransactionCanceledException"] == 2
    seen.assert_done_once()


def test_a_batch_is_one_call_and_a_case_deleted_meanwhile_fails_alone(storm: Any) -> None:
    seen = storm()
    seen.client.delete_case(domainId=seen.house.domain_id, caseId=seen.case_ids[1])
    with Faults(seen.house.cloud) as faults:
        seen.perform()
        assert faults.calls["connectcases", "BatchUpdateCase"] == 1
    assert sorted(status for status, _ in seen.ended) == ["done"] * (CASES + 1) + ["failed"]
    [reason] = [detail for status, detail in seen.ended if status == "failed"]
    assert reason.startswith("NotFound: BatchUpdateCase: CASE_NOT_FOUND")


def test_a_value_that_is_refused_fails_each_by_itself_and_takes_no_other_with_it(storm: Any) -> None:
    seen = storm()
    for number, case_id in enumerate(seen.case_ids[:2]):
        seen.ask(20 + number, case_id, UpdateCase({"no-such-field": "x"}))
    seen.perform()
    assert Counter(status for status, _ in seen.ended) == {"done": CASES + 2, "failed": 2}
