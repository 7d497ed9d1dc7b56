"""A town that lives with what is planted: everything reacts, also to what fails, and what the functions say is kept as Lambda keeps it."""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from textwrap import dedent
from typing import Any, Final

from faults import Faults, Refused
from security.planted import CENTER, HOSTILE, MAIL, NAME, PHONE, PROFILE

from casewright.aws.powertools import PowertoolsTelemetry
from casewright.cases.values import as_wire
from casewright.settings import Settings
from casewright.wiring.container import Container
from casewright_workbench.deployment.records import CaseRecords
from casewright_workbench.house import House
from casewright_workbench.localcloud.connect.contacts import Contact
from casewright_workbench.localcloud.events.transport import HttpAnswer, HttpCall
from casewright_workbench.localcloud.sesv2.outbox import SentMail
from casewright_workbench.provisioning import STREAM

START: Final = datetime(2026, 11, 16, 14, tzinfo=UTC)
QUOTING: Final = f"1 validation error: value '{NAME}, {MAIL}, {PHONE}' at 'planted' failed to satisfy constraint"
"""As services do that quote what they refuse."""

REFUSALS: Final = (
    ("perform", "connectcases", "BatchUpdateCase", "ValidationException"),
    ("perform", "connectcases", "BatchCreateRelatedItem", "AccessDeniedException"),
    ("perform", "connectcases", "CreateCase", "InternalServerException"),
    ("perform", "connect", "StartTaskContact", "InvalidRequestException"),
    ("perform", "sesv2", "SendEmail", "SendingPausedException"),
    ("perform", "events", "PutEvents", "ValidationException"),
    ("perform", "firehose", "PutRecordBatch", "InvalidArgumentException"),
    ("perform", "dynamodb", "UpdateItem", "ValidationException"),
    ("decide", "dynamodb", "TransactWriteItems", "ValidationException"),
    ("decide", "sqs", "SendMessage", "InvalidMessageContents"),
    ("decide", "firehose", "PutRecordBatch", "InvalidArgumentException"),
    ("note_delivery", "dynamodb", "UpdateItem", "ValidationException"),
    ("sweep", "dynamodb", "Query", "ValidationException"),
    ("reconcile", "connectcases", "SearchCases", "ThrottlingException"),
    ("reconcile", "connectcases", "SearchAllRelatedItems", "ValidationException"),
)


class LoudHouse(House):
    """A house whose functions log through powertools."""

    def container(self, function: str, environment: Settings) -> Container:
        return Container(
            environment.as_environment(), session=self.runtime.session(function), time=self.clock, telemetry=PowertoolsTelemetry()
        )


class Town:
    """The house, its log, and the cases by what was planted in them."""

    def __init__(self, folder: Path) -> None:
        for name, text in CENTER.items():
            (folder / "center" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "center" / name).write_text(dedent(text))
        self.written, self.received, self.case_ids = StringIO(), list[HttpCall](), dict[str, str]()
        with self.listening():
            self.house = LoudHouse.open(folder / "center", start=START, folder=folder)
            self.house.cloud.events.delivery.api_calls.transport = self._receive
            self.records = CaseRecords(self.house.session("reader").client("dynamodb"), self.house.case_table)
            self._live()
            self.house.flush_lake()

    def _receive(self, call: HttpCall) -> HttpAnswer:
        self.received.append(call)
        return HttpAnswer(500 if len(self.received) == 1 else 200)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Write down what goes to a log on Lambda: standard output, and what loggers tell from INFO on."""
        handler, root = logging.StreamHandler(self.written), logging.getLogger()
        own, before = PowertoolsTelemetry()._logger.handlers, root.level
        streams = [each.setStream(self.written) for each in own if isinstance(each, logging.StreamHandler)]
        handler.addFilter(lambda record: record.name != "casewright")
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        try:
            with redirect_stdout(self.written):
                yield
        finally:
            root.setLevel(before)
            root.removeHandler(handler)
            for each, stream in zip(own, streams, strict=True):
                each.setStream(stream)  # type: ignore[attr-defined]  # it gave one

    @property
    def lines(self) -> list[str]:
        """The log."""
        return self.written.getvalue().splitlines()

    @property
    def told(self) -> list[dict[str, Any]]:
        """The lines of ours, and the metrics."""
        return [json.loads(line) for line in self.lines if line.startswith("{")]

    def after(self, **passed: float) -> None:
        self.house.run_until(self.house.clock.now() + timedelta(**passed))

    def effects(self, what: str) -> dict[str, Any]:
        """How the effects of a case stand, by rule; of several the first."""
        file = self.records.case(self.case_ids[what])
        assert file is not None
        standing = sorted(file.effects, key=lambda each: -each.effect.index)
        return {each.effect.rule: each for each in standing}

    def mail(self, what: str) -> SentMail:
        """The mail to the customer of a case."""
        [found] = [
            each for each in self.house.outbox.messages() if each.tags["casewright-case"] == self.case_ids[what] and each.to == (MAIL,)
        ]
        return found  # type: ignore[no-any-return]  # the outbox is typed loosely

    def queue(self, name: str) -> list[Any]:
        """The messages of a queue, which are there for the next who looks."""
        sqs, found = self.house.session("reader").client("sqs"), list[Any]()
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        while some := sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"], MaxNumberOfMessages=10).get("Messages"):
            found += some
        for each in found:
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"], VisibilityTimeout=0)
        return found

    def _live(self) -> None:
        for what, text in HOSTILE.items():
            self.case_ids[what] = self._opens(text)
            self._touched(self.case_ids[what], text)
        self.after(minutes=3)
        self._malformed()
        self._quoted()

    def _opens(self, text: str) -> str:
        given = {
            "title": text,
            "summary": f"{text} {NAME}",
            "whose": PROFILE,
            "customer_email": MAIL,
            "phone": PHONE,
            "page": "https://planted.example/0wned",
        }
        cases, house = self.house.session("zoraida").client("connectcases"), self.house
        fields = self._entries(given)
        answer = cases.create_case(domainId=house.domain_id, templateId=house.catalog.templates["Shipping"], fields=fields)
        return str(answer["caseId"])

    def _touched(self, case_id: str, text: str) -> None:
        cases, where = self.house.session("zoraida").client("connectcases"), {"domainId": self.house.domain_id, "caseId": case_id}
        by = {"customEntity": "casewright/zoraida@planted.example"}
        cases.update_case(**where, fields=self._entries({"summary": f"{text}!"}), performedBy=by)
        comment = {"comment": {"body": text[:900], "contentType": "Text/Plain"}}
        cases.create_related_item(**where, type="Comment", content=comment, performedBy=by)
        arn = f"{self.house.instance_arn}/contact/{case_id}"
        self.house.contacts.add(Contact(case_id, arn, "EMAIL", self.house.clock.now(), name=NAME, description=text))
        cases.create_related_item(**where, type="Contact", content={"contact": {"contactArn": arn}}, performedBy=by)

    def _malformed(self) -> None:
        """What is no event, in each of the queues and in the stream, by many reasons."""
        sqs, firehose = self.house.session("admin").client("sqs"), self.house.session("admin").client("firehose")
        bodies = [*list(map(json.dumps, malformed(self.house.domain_id))), f"{NAME} {MAIL}", f'{{"{NAME}": ', '"\\ud800 planted"']
        for queue in ("case-events", "mail-events"):
            url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
            for body in bodies:
                sqs.send_message(QueueUrl=url, MessageBody=body)
        for body in bodies:
            firehose.put_record(DeliveryStreamName=STREAM, Record={"Data": body.encode()})
        self.after(minutes=1)

    def _quoted(self) -> None:
        """Calls that are refused in words that quote the customer."""
        with Faults(self.house.cloud) as faults:
            for role, service, operation, code in REFUSALS:
                faults.at(service, operation, Refused(code, members={"message": QUOTING}), calls=range(1, 4), role=role)
            for place in range(3):
                self._opens(f"planted {place}")
            self.after(minutes=50)
            never = [each for each in REFUSALS if each[1:] not in faults.happened]
            assert never == [], f"never called: {never}"

    def _entries(self, fields: Mapping[str, Any]) -> Any:
        known = self.house.catalog.fields
        return [{"id": known[name].id, "value": as_wire(value)} for name, value in fields.items()]


def malformed(domain_id: str) -> Iterator[dict[str, Any]]:
    """Events with something wrong in them, each about the customer."""
    planted = f"{NAME} {MAIL}"
    case = {"caseId": "c-1", "templateId": "t", "fields": {"title": {"value": {"stringValue": planted}}}}
    detail = {"eventType": "CASE.CREATED", "approximateChangeTime": "2026-11-16T14:00:00Z", "case": case}
    event = {
        "id": "e-1",
        "source": "aws.cases",
        "detail-type": "Amazon Connect Cases Change",
        "account": "111122223333",
        "region": "us-east-1",
        "resources": [f"arn:aws:cases:us-east-1:111122223333:domain/{domain_id}"],
        "detail": detail,
    }

    def with_fields(fields: Any) -> dict[str, Any]:
        return {**event, "detail": {**detail, "case": {**case, "fields": fields}}}

    def with_item(item: Any) -> dict[str, Any]:
        return {
            **event,
            "detail": {"eventType": "CASE.RELATED_ITEM.CREATED", "approximateChangeTime": "2026-11-16T14:00:00Z", "relatedItem": item},
        }

    yield with_fields({"title": {"value": {"stringValue": planted, "doubleValue": 1}}})
    yield with_fields({"title": {"value": {"stringValue": [planted]}}})
    yield with_fields({planted: {"value": {"doubleValue": planted}}})
    yield with_fields({"title": {"value": planted}})
    yield with_fields({"title": {"value": {planted: 1, MAIL: planted}}})
    yield with_fields(planted)
    yield {**event, "detail": {**detail, "approximateChangeTime": planted}}
    yield {**event, "detail": planted}
    yield {**event, "detail": {**detail, "case": {**case, "caseId": [planted]}}}
    yield with_item({"caseId": "c", "relatedItemId": "r", "createdDateTime": planted, "comment": {"body": planted}})
    yield with_item(
        {"caseId": "c", "relatedItemId": "r", "relatedItemType": "Custom", "custom": {"fields": [{"id": "f", "value": planted}]}}
    )
    yield with_item({"caseId": "c", "relatedItemId": "r", "relatedItemType": "Custom", "custom": {"fields": [planted, {planted: planted}]}})
    yield with_item(planted)
    yield with_item({planted: planted})
    yield {"kind": planted, "event_id": planted}
    yield {"kind": "effect", "event_id": "e", "dt": planted}
    yield {"kind": "effect", "event_id": "e", "dt": "2026-11-16", planted: 1}
    yield {
        "id": "m",
        "time": "2026-11-16T14:00:00Z",
        "detail": {"eventType": "Bounce", "mail": {"messageId": "m", "tags": {planted: [planted]}}},
    }
    yield {"id": "m", "time": planted, "detail": {"eventType": "Bounce", "mail": {"messageId": planted, "tags": {}, "destination": [MAIL]}}}
    yield {"title": planted, "text": "planted " * 30_000}
