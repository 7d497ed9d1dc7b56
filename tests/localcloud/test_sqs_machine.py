"""Queues against a model that is as plain as can be: a list looked through from the front."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from casewright_workbench.localcloud.clock import SkippableClock
from casewright_workbench.localcloud.service import Caller
from casewright_workbench.localcloud.sqs.service import SqsService

CALLER = Caller("111122223333", "us-east-1", "arn:aws:iam::111122223333:user/x")
MOST_RECEIVES = 3


@dataclass
class Plain:
    """A message of the model."""

    body: str
    group: str
    visible_at: datetime
    in_flight: bool = False
    receives: int = 0
    handle: str = ""


class QueueMachine(RuleBasedStateMachine):
    """Sends, receives, deletes and lets time pass; both queues must agree on everything received and counted."""

    is_fifo = False

    @initialize()
    def begin(self) -> None:
        self.clock = SkippableClock(datetime(2026, 1, 5, tzinfo=UTC))
        self.sqs = SqsService(clock=self.clock, wait=lambda _patience, _is_there: None)
        suffix = ".fifo" if self.is_fifo else ""
        fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"} if self.is_fifo else {}
        self.dead = self.sqs.create_queue({"QueueName": f"dead{suffix}", "Attributes": fifo}, CALLER)["QueueUrl"]
        policy = f'{{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:111122223333:dead{suffix}", "maxReceiveCount": {MOST_RECEIVES}}}'
        self.url = self.sqs.create_queue({"QueueName": f"work{suffix}", "Attributes": {**fifo, "RedrivePolicy": policy}}, CALLER)[
            "QueueUrl"
        ]
        self.model: list[Plain] = []
        self.buried: list[str] = []
        self.sent = 0

    @rule(group=st.sampled_from("abc"), delay=st.sampled_from([0, 0, 5]))
    def send(self, group: str, delay: int) -> None:
        self.sent += 1
        body = f"{self.sent}"
        request = {"QueueUrl": self.url, "MessageBody": body}
        if self.is_fifo:
            request["MessageGroupId"] = group
            delay = 0
        else:
            request["DelaySeconds"] = delay  # type: ignore[assignment]
        self.sqs.send_message(request, CALLER)
        self.model.append(Plain(body, group, self.clock.now() + timedelta(seconds=delay)))

    @rule(most=st.integers(1, 4), visibility=st.sampled_from([0, 3, 30]))
    def receive(self, most: int, visibility: int) -> None:
        request = {"QueueUrl": self.url, "MaxNumberOfMessages": most, "VisibilityTimeout": visibility}
        messages = self.sqs.receive_message(request, CALLER).get("Messages", [])
        expected = self.expected(most)
        assert [message["Body"] for message in messages] == [plain.body for plain in expected]
        for plain, message in zip(expected, messages, strict=True):
            plain.handle = message["ReceiptHandle"]
            plain.receives += 1
            plain.visible_at = self.clock.now() + timedelta(seconds=visibility)
            plain.in_flight = visibility > 0

    @rule(pick=st.randoms(use_true_random=False))
    def delete(self, pick: object) -> None:
        flying = [plain for plain in self.model if plain.in_flight]
        if flying:
            plain = pick.choice(flying)  # type: ignore[attr-defined]
            self.sqs.delete_message({"QueueUrl": self.url, "ReceiptHandle": plain.handle}, CALLER)
            self.model.remove(plain)

    @rule(pick=st.randoms(use_true_random=False), seconds=st.sampled_from([0, 10]))
    def change_visibility(self, pick: object, seconds: int) -> None:
        flying = [plain for plain in self.model if plain.in_flight]
        if flying:
            plain = pick.choice(flying)  # type: ignore[attr-defined]
            request = {"QueueUrl": self.url, "ReceiptHandle": plain.handle, "VisibilityTimeout": seconds}
            self.sqs.change_message_visibility(request, CALLER)
            plain.visible_at = self.clock.now() + timedelta(seconds=seconds)
            plain.in_flight = seconds > 0

    @rule(seconds=st.sampled_from([1, 3, 10, 30]))
    def wait(self, seconds: int) -> None:
        self.clock.skip_to(self.clock.now() + timedelta(seconds=seconds))
        for plain in self.model:
            plain.in_flight = plain.in_flight and plain.visible_at > self.clock.now()

    @invariant()
    def counts_agree(self) -> None:
        if not hasattr(self, "model"):
            return
        texts = self.sqs.get_queue_attributes({"QueueUrl": self.url, "AttributeNames": ["All"]}, CALLER)["Attributes"]
        now = self.clock.now()
        visible = sum(not plain.in_flight and plain.visible_at <= now for plain in self.model)
        flying = sum(plain.in_flight for plain in self.model)
        assert int(texts["ApproximateNumberOfMessages"]) == visible
        assert int(texts["ApproximateNumberOfMessagesNotVisible"]) == flying
        assert int(texts["ApproximateNumberOfMessagesDelayed"]) == len(self.model) - visible - flying

    def expected(self, most: int) -> list[Plain]:
        """What a receive must give, by looking through the list; what was received too often leaves it."""
        found: list[Plain] = []
        while len(found) < most and (plain := self.first(found)) is not None:
            if plain.receives >= MOST_RECEIVES:
                self.model.remove(plain)
                self.buried.append(plain.body)
            else:
                found.append(plain)
        return found

    def first(self, found: list[Plain]) -> Plain | None:
        visible = [plain for plain in self.model if plain not in found and not plain.in_flight and plain.visible_at <= self.clock.now()]
        return visible[0] if visible else None


class FifoMachine(QueueMachine):
    """The same, with groups that wait for what is in flight."""

    is_fifo = True

    def first(self, found: list[Plain]) -> Plain | None:
        blocked = {plain.group for plain in self.model if plain.in_flight and plain not in found}
        taken = [plain.group for plain in found]
        open_ones = [plain for plain in self.model if plain not in found and not plain.in_flight and plain.group not in blocked]
        same = [plain for plain in open_ones if taken and plain.group == taken[-1]]
        others = [plain for plain in open_ones if plain.group not in taken]
        return next(iter(same or others), None)


QueueMachine.TestCase.settings = FifoMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestStandardQueue = QueueMachine.TestCase
TestFifoQueue = FifoMachine.TestCase
