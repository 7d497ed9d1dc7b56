"""A house in which decide fails and dies, and what the same events lead to where nothing does."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from faults import Killed
from lossy import Center

from casewright.actions import PutEvent
from casewright.decision import Head
from casewright.wiring.container import Container
from casewright_workbench.deployment.records import CaseFile
from casewright_workbench.localcloud.functions.batches import sqs_event


class Station(Center):
    """A house and a record of all its events; decide can die in it, and nothing is repaired."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.told: dict[str, dict[str, Any]] = {}
        self._publish = self.stream._publish
        self.stream._publish = self._overheard
        self.house.runtime._schedules[:] = [each for each in self.house.runtime._schedules if each.function.name != "reconcile"]

    def _overheard(self, envelope: dict[str, Any]) -> None:
        self.told[envelope["id"]] = envelope
        self._publish(envelope)

    @contextmanager
    def held(self) -> Iterator[list[dict[str, Any]]]:
        """What happens inside is not told yet."""
        with self.deaf() as lost:
            yield lost
        self.told |= {each["id"]: each for each in lost}

    def after(self, **passed: float) -> None:
        """As ever; a function that is killed starts again with nothing in memory."""
        try:
            super().after(**passed)
        except Killed:
            self.starts_again()
            self.after(seconds=5)

    def starts_again(self, change: Callable[[Container], None] = lambda _: None, *, function: str = "decide") -> None:
        """A function afresh, its container changed."""
        house = self.house
        [runs] = [each for each in (*house.runtime._mappings, *house.runtime._schedules) if each.function.name == function]
        made, environment = house.container, house.environments(house.places)[function]

        def container(function: str, given: Any) -> Container:
            found = made(function, given)
            change(found)
            return found

        house.container = container  # type: ignore[method-assign,assignment]
        runs.function = house._register(function, environment, timeout=runs.function.timeout)
        house.container = made  # type: ignore[method-assign]

    def settles(self, times: int = 1) -> None:
        """Messages that went back have come again, so many times."""
        for _ in range(times):
            self.after(minutes=6, seconds=10)

    def takes(self, *bodies: str) -> None:
        """One batch of these messages, in this order."""
        messages: Any = [
            {"MessageId": f"m{number}", "ReceiptHandle": "r", "Body": body, "Attributes": {}, "MD5OfBody": ""}
            for number, body in enumerate(bodies)
        ]
        batch = sqs_event(messages, queue_arn=self.house.places.case_events_arn)
        assert self.house.runtime.invoke("decide", batch) == {"batchItemFailures": []}

    def envelope(self, case_id: str, number: int, **detail: Any) -> dict[str, Any]:
        """That an agent opened a case which the domain does not know."""
        at = f"{self.house.clock.now() + timedelta(seconds=number):%Y-%m-%dT%H:%M:%S.000Z}"
        found = next(each for each in self.told.values() if each["detail"]["eventType"] == "CASE.CREATED")
        envelope: dict[str, Any] = json.loads(json.dumps(found))
        envelope["detail"] |= {"approximateChangeTime": at, **detail}
        envelope["detail"]["case"] |= {"caseId": case_id, "createdDateTime": at}
        return envelope | {"id": f"event-of-{case_id}", "time": at}

    def dead(self) -> list[tuple[str, str]]:
        """What was buried since the last look, with the reasons."""
        sqs, found = self.house.session("admin").client("sqs"), []
        while messages := sqs.receive_message(
            QueueUrl=self.house.places.dead_letter_url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages"):
            for each in messages:
                found.append((each["Body"], each.get("MessageAttributes", {}).get("reason", {}).get("StringValue", "")))
                sqs.delete_message(QueueUrl=self.house.places.dead_letter_url, ReceiptHandle=each["ReceiptHandle"])
        return found

    def performed(self) -> Counter[str]:
        """How often the events of each effect came to the bus."""
        puts = [call for call in self.house.cloud.calls if call.operation == "PutEvents" and not call.error]
        entries = [json.loads(each["Detail"]) for call in puts for each in call.request["Entries"]]
        return Counter(detail["casewright"]["effect"] for detail in entries if "casewright" in detail)

    def has_told_the_lake(self) -> set[str]:
        """Ids of the events whose decisions are in the stream into the lake."""
        puts = [call for call in self.house.cloud.calls if call.operation == "PutRecordBatch" and not call.error]
        rows = [json.loads(record["Data"]) for call in puts for record in call.request["Records"]]
        return {row["event_id"] for row in rows if row["kind"] == "decision"}


def holds(station: Station, *case_ids: str) -> None:
    """Nothing is lost, doubled or buried: state, decisions and effects of these cases are those of the undisturbed order."""
    about = [each for each in station.told.values() if each["detail"].get("case", each["detail"].get("relatedItem"))["caseId"] in case_ids]
    true, performed, in_the_lake = station.undisturbed(about), station.performed(), station.has_told_the_lake()
    for case_id in case_ids:
        file = station.file(case_id)
        assert plain(file.head) == plain(true.heads[case_id].head)
        expected = {each.key for each in true.effects if each.case_id == case_id}
        asked = {each.effect.key: each for each in file.effects}
        assert set(asked) - expected <= corrected(file, "surplus")
        assert expected - set(asked) <= corrected(file, "missing")
        assert {each.status for each in asked.values()} == {"done"}
        assert {performed[key] for key, each in asked.items() if isinstance(each.effect.action, PutEvent)} == {1}
        assert {entry.event.id for entry in file.log if entry.event.event_type != "CASE.READ"} <= in_the_lake
    assert station.dead() == []


def plain(head: Head) -> tuple[object, ...]:
    clocks = {name: msgspec.structs.replace(clock, fired=tuple(sorted(clock.fired))) for name, clock in head.clocks.items()}
    return head.case.fields, head.case.template_id, head.case.deleted, head.field_changes, clocks


def corrected(file: CaseFile, which: str) -> set[str]:
    """Effects listed as too many, or as missing, since an event came late."""
    return {name.key for entry in file.log for each in entry.decision.corrections for name in getattr(each, which)}
