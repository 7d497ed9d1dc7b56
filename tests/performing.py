"""A table with decisions in it (moto), and a performer whose world is a fake."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from building import at, parsed
from fakes import FakeLake, FakeQueue, FakeSwitch, FakeTelemetry, FakeTime

from casewright.actions import AddComment, CreateCase, CreateTask, MirrorSla, PutEvent, SendEmail
from casewright.aws.case_log import CaseTable
from casewright.aws.control import ControlTable
from casewright.aws.effect_queue import EffectTable
from casewright.aws.ledger import EffectLedger
from casewright.aws.sends import SendTable
from casewright.aws.suppression import RecipientTable
from casewright.aws.turns import TurnTable
from casewright.bundle import LinkedBundle
from casewright.decide import decide
from casewright.decision import Effect
from casewright.errors import Refused
from casewright.ports.mail import Standing
from casewright.service.act import Acting, act
from casewright.service.addressing import People
from casewright.service.mailing import Mailing
from casewright.service.perform import Performing


class FakeWorld:
    """Every port of Performing: it writes down what it was asked, fails as told, and remembers client tokens as Cases does."""

    def __init__(self) -> None:
        self.done: list[tuple[Any, ...]] = []
        self.failures: Iterator[Exception | None] = iter(())
        self.lost_answers: Iterator[Exception | None] = iter(())
        self.tokens: dict[str, tuple[Any, ...]] = {}

    def _do(self, *what: Any) -> str:
        if failure := next(self.failures, None):
            raise failure
        self.done.append(what)
        if lost := next(self.lost_answers, None):
            raise lost
        return f"id-{len(self.done)}"

    def _once(self, token: str, *what: Any) -> str:
        if token in self.tokens:
            if failure := next(self.failures, None):
                raise failure
            if self.tokens[token] != what:
                raise Refused("ConflictException: the token was used with other parameters")
            return "replayed"
        answer = ""
        try:
            answer = self._do(*what)
        finally:
            if self.done and self.done[-1] == what:
                self.tokens[token] = what
        return answer

    def update(self, case_ids: Any, fields: Any, *, write_id: str, entity: str) -> Any:
        self._once(write_id, "update", *case_ids, dict(fields), write_id, entity)
        return {}

    def comment(self, case_id: str, comment: AddComment, *, write_id: str, entity: str) -> str:
        return self._once(write_id, "comment", case_id, comment.body, write_id, entity)

    def create(self, case: CreateCase, *, client_token: str, entity: str) -> str:
        return self._once(client_token, "create", case, entity)

    def tag(self, case_id: str, tags: Any) -> None:
        self._do("tag", case_id, dict(tags))

    def attach_contact(self, case_id: str, contact: str, *, entity: str) -> str:
        return self._do("attach", case_id, contact)

    def link_case(self, case_id: str, other_id: str, *, entity: str) -> str:
        return self._do("link", case_id, other_id)

    def mirror_sla(self, case_id: str, sla: MirrorSla, *, minutes: int, entity: str) -> str:
        return self._do("mirror", case_id, sla.name, minutes)

    def unmirror_sla(self, case_id: str, name: str, *, later_than: datetime | None = None) -> int:
        self._do("unmirror", case_id, name, *([later_than] if later_than else []))
        return 1

    def task_ids(self, case_id: str) -> tuple[str, ...]:
        return ("t1", "t2")

    def start(self, task: CreateTask, *, at: datetime | None, case_id: str, client_token: str) -> str:
        self._do("task", task.name, client_token)
        return "arn:contact"

    def end(self, contact_id: str) -> bool:
        self._do("end", contact_id)
        return contact_id == "t1"

    def send(self, email: SendEmail, *, effect_key: str, case_id: str) -> str:
        return self._do("mail", email.to)

    def put(self, event: PutEvent, *, case_id: str, effect_key: str) -> str:
        return self._do("event", event.detail_type)


class FakePost:
    """MailAccount, MailPace, Directory and Customers: an account without limits, people who are not there."""

    def __init__(self) -> None:
        self.now = Standing(most_a_second=14, left_today=50_000)

    def standing(self, *, afresh: bool) -> Standing:
        return self.now

    def keep_to(self, rate: float) -> None:
        pass

    def spend(self, recipients: int) -> None:
        pass

    def tagged(self, tags: Any) -> tuple[str, ...]:
        return ()

    def with_login(self, login: str) -> str:
        return ""

    def address(self, person: str) -> str:
        return ""


class Bench:
    """A table with decisions in it, and a performer."""

    def __init__(self, dynamodb: Any) -> None:
        self.table, self.world, self.time = CaseTable(dynamodb, "cases"), FakeWorld(), FakeTime(at(1))
        queue = FakeQueue()
        self.lake, self.wake, self.dynamodb = FakeLake(), queue, dynamodb
        self.telemetry, self.switch = FakeTelemetry(), FakeSwitch()
        self.post = FakePost()
        recipients = RecipientTable(dynamodb, "cases", most_a_day=20)
        self.mailing = Mailing(
            mail=self.world,
            account=self.post,
            pace=self.post,
            people=People(directory=self.post, customers=self.post, time=self.time),
            suppression=recipients,
            allowance=recipients,
            sends=SendTable(dynamodb, "cases"),
            telemetry=self.telemetry,
        )
        self.ports = Acting(
            effects=EffectTable(dynamodb, "cases"),
            log=self.table,
            budgets=ControlTable(dynamodb, "cases"),
            turns=TurnTable(dynamodb, "cases"),
            arming=self.switch,
            world=Performing(
                cases=self.world,
                items=self.world,
                tasks=self.world,
                ledger=EffectLedger(dynamodb, "cases"),
                mail=self.mailing,
                bus=self.world,
            ),  # type: ignore[arg-type]
            lake=self.lake,
            wake=queue,
            time=self.time,
            telemetry=self.telemetry,
            row=lambda effect, outcome, moment: {"rule": effect.rule, "status": outcome.status, "detail": outcome.detail},
        )

    def decide(self, bundle: LinkedBundle, *bodies: str) -> tuple[Effect, ...]:
        decided = None
        for body in bodies:
            event = parsed(body)
            stored = self.table.head(event.case_id)
            decided = decide(stored.head, event, bundle)
            self.table.record(decided, event, version=stored.version, armed=True)
        assert decided is not None
        return decided.decision.effects

    def act(self, bucket: str, seconds: float = 900) -> int:
        return act(bucket, lambda: seconds, self.ports)  # type: ignore[arg-type]

    @property
    def outcomes(self) -> list[tuple[object, object]]:
        return [(row["rule"], row["status"]) for row in self.lake.rows]
