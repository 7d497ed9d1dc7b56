"""A house that suffers: calls fail in bursts, functions are killed, the stream loses, doubles, delays and reorders."""

# ruff: noqa: SLF001 -- the emulated services are looked into, and emptied, where their APIs have no way

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from textwrap import dedent
from typing import Any, Final

from faults import Death, Fault, Faults, Killed, Lost, Throttled
from lossy import FILES, Center
from moto.backends import get_backend
from moto.s3.models import FakeKey

from casewright.cases.subscriptions import EFFECT_TAG
from casewright.ports.audit import ReconcileMark
from casewright_workbench.localcloud.connectcases.unsteady import Faults as StreamFaults
from casewright_workbench.localcloud.wire.queries import something_was_written
from casewright_workbench.provisioning import LAKE

MORTALS: Final = ("decide", "perform", "sweep", "reconcile", "note_delivery")
BURSTS: Final[tuple[tuple[Fault, float, int], ...]] = (
    (Throttled(), 0.002, 7),
    (Lost.REQUEST, 0.0005, 4),
    (Lost.ANSWER, 0.001, 4),
    (Death(), 0.0003, 1),
    (Death(after=True), 0.0003, 1),
)
"""What befalls the calls of each function, how likely it begins at a call, and over how many calls it lasts at most."""
STREAM: Final = StreamFaults(dropped=0.005, doubled=0.03, delayed=0.05, longest_delay=timedelta(minutes=4))
RULES: Final = """\
    - rule: write
      when: case_created
      then: [{send_email: {to: ["{{ case.customer_email }}"], template: hello}}]
    - rule: seen
      when: related_item_added
      if: {comment.body: {contains: help}}
      then: [{add_comment: "We saw it."}]
    - rule: call
      when: case_updated
      if: {priority: {changed: {to: low}}}
      then: [{create_task: {flow: Escalations, name: "Call about {{ case.id }}"}}]
    - rule: late
      when: sla_breached
      then: [{put_event: {detail_type: Late, detail: {}}}]
    """


class Bursts:
    """Calls struck: at random one, and then some of those that follow, as in an outage."""

    def __init__(self, chance: float, longest: int, random: Random) -> None:
        self._chance, self._longest, self._random, self._left = chance, longest, random, 0

    def __contains__(self, _call: object) -> bool:
        """Whether this call is struck."""
        if self._left:
            self._left -= 1
            return True
        if self._random.random() >= self._chance:
            return False
        self._left = self._random.randrange(self._longest)
        return True


class Suffering(Center):
    """A contact centre whose functions, calls and stream fail, and which counts what came of it."""

    def __init__(self, folder: Path, seed: int) -> None:
        FILES["rules/soak.yaml"] = dedent(RULES)
        super().__init__(folder)
        self.random, self.deaths, self.told = Random(seed), 0, dict[str, dict[str, Any]]()
        self.house.cloud._keep_calls = 100
        publish = self.stream._publish

        def overheard(envelope: dict[str, Any]) -> None:
            self.told[envelope["id"]] = envelope
            publish(envelope)

        self.stream._publish = overheard
        admin = self.house.session("admin")
        self.sqs, self.sesv2 = admin.client("sqs"), admin.client("sesv2")
        self.heard_url = self._listening(admin)

    def _listening(self, admin: Any) -> str:
        """A queue for the events that effects put on the bus: what a consumer would see."""
        url: str = self.sqs.create_queue(QueueName="heard")["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events = admin.client("events")
        events.put_rule(
            Name="heard", EventPattern=json.dumps({"source": ["casewright"], "detail": {"casewright": {"effect": [{"exists": True}]}}})
        )
        events.put_targets(Rule="heard", Targets=[{"Id": "queue", "Arn": arn}])
        return url

    def suffer(self, faults: Faults) -> None:
        """From now on."""
        self.stream.set(
            StreamFaults(
                **{name: getattr(STREAM, name) for name in ("dropped", "doubled", "delayed", "longest_delay")},
                seed=self.random.randrange(1 << 30),
            )
        )
        for role in MORTALS:
            for fault, chance, longest in BURSTS:
                faults.at("*", "*", fault, role=role, calls=Bursts(chance, longest, self.random))

    def heal(self, faults: Faults) -> None:
        """Nothing fails from now on."""
        faults.heal()
        self.stream.set(StreamFaults())

    def passes(self, **time: float) -> None:
        """Time passes, minute by minute; who is killed starts again with nothing in memory."""
        moment = self.house.clock.now() + timedelta(**time)
        while True:
            try:
                self.house.run_until(moment)
            except Killed:
                self.deaths += 1
                self._start_again()
            else:
                return

    def skips(self, minutes: int) -> None:
        """Time passes in strides of five minutes: of the minutes between them the functions see the end."""
        for _ in range(minutes // 5):
            self.house.clock.skip_to(self.house.clock.now() + timedelta(minutes=4, seconds=50))
            self.passes(seconds=10)

    def _start_again(self) -> None:
        house, runtime = self.house, self.house.runtime
        environments = house.environments(house.places)
        holders: list[Any] = [*runtime._mappings, *runtime._schedules]
        for holder in holders:
            name = holder.function.name
            holder.function = house._register(name, environments[name], timeout=holder.function.timeout)

    def pauses_mail(self, *, paused: bool) -> None:
        """The account's sending is paused, or goes on."""
        self.sesv2.put_account_sending_attributes(SendingEnabled=not paused)

    def poisons(self, number: int) -> str:
        """A message that is no event."""
        body = f'{{"no event": {number}}}'
        self.sqs.send_message(QueueUrl=self.house.places.case_events_url, MessageBody=body)
        return body

    def audits_all(self) -> None:
        """Reconcile walks over everything, as it does once a day."""
        self.marks.put("round", ReconcileMark(at=self.house.clock.now() - timedelta(days=2)))

    def heard(self) -> Counter[str]:
        """How often a consumer heard of each effect since the last time."""
        return Counter(json.loads(body)["detail"]["casewright"]["effect"] for body, _ in self._drained(self.heard_url))

    def buried(self) -> list[tuple[str, str]]:
        """Dead letters of case events since the last time, with their reasons."""
        return list(self._drained(self.house.places.dead_letter_url))

    def mailed(self) -> Counter[str]:
        """How often the mail of each effect was sent."""
        return Counter(mail.tags[EFFECT_TAG] for mail in self.house.outbox.messages())

    def _drained(self, url: str) -> Iterator[tuple[str, str]]:
        while found := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get("Messages"):
            for each in found:
                yield each["Body"], each.get("MessageAttributes", {}).get("reason", {}).get("StringValue", "")
            entries: Any = [{"Id": str(at), "ReceiptHandle": each["ReceiptHandle"]} for at, each in enumerate(found)]
            self.sqs.delete_message_batch(QueueUrl=url, Entries=entries)

    def forgets(self) -> None:
        """What the emulated services store is thrown away, as time does on AWS: cases, records, mail, objects of the lake."""
        cloud: Any = self.house.cloud
        self.house.flush_lake()
        table = get_backend("dynamodb")[cloud.account][cloud.region].tables[self.house.case_table]
        for key in [key for key in table.items if key.value.partition("#")[0] in ("case", "mail", "recipient")]:
            del table.items[key]
        something_was_written()
        domain = cloud.connectcases._context.domains[self.house.domain_id]
        for kept in (domain.cases, domain.case_ids_by_reference, domain.tokens._answers, domain.timers._heap):
            kept.clear()
        get_backend("s3")[cloud.account]["aws"].buckets[LAKE].keys.clear()
        objects: Any = FakeKey
        for stored in objects.instances_tracked:
            if stored.bucket_name == LAKE:
                stored.dispose()
        objects.instances_tracked[:] = [each for each in objects.instances_tracked if not each.disposed]
        cloud.connect.contacts._contacts.clear()
        for kept in (cloud.sesv2.outbox._mails, cloud.calls, self.told, self.stream.lost, self.house.runtime.failed_invocations):
            kept.clear()
