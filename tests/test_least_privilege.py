"""Every call that a function makes is allowed by its synthesised role, and what a role allows without need is listed with its reason.

The calls are those of the real handlers in a morning of the local cloud; the roles are those of a stage with the same names.
"""

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from asked_of_iam import asked_of_iam
from policies import Deployed
from synthesis import ACCOUNT, REGION, Templates, stage_of, synthesise

from casewright import settings
from casewright.cases.definition import FieldDefinition, TemplateDefinition
from casewright.cases.values import as_wire
from casewright.service.configure import Wanted
from casewright_workbench.house import House
from casewright_workbench.house_handlers import HANDLERS
from casewright_workbench.localcloud.wire.dispatch import Call
from casewright_workbench.provisioning import BUNDLES, CASE_TABLE, CONFIGURATION_SET, STREAM

CONTACT_CENTER = Path(__file__).parents[1] / "contact_center"
START = datetime(2026, 11, 16, 13, tzinfo=UTC)
NAMES = {
    "Cases": CASE_TABLE,
    "Bundles": BUNDLES,
    "Stream": STREAM,
    "CaseEvents": "case-events",
    "CaseEventsDead": "case-events-dead-letters",
    "MailEvents": "mail-events",
    "MailEventsDead": "mail-events-dead-letters",
    "Wake": "wake.fifo",
}
"""What the local cloud calls the resources of the stacks."""

FOLDERS = {"".join(word.capitalize() for word in name.split("_")): name for name in HANDLERS}
"""The folder of each function, which is also its role in the local cloud, by its id in the stacks."""

LOG = {
    ("logs:CreateLogStream", "its own log group"): "Lambda writes the log, as the role",
    ("logs:PutLogEvents", "its own log group"): "Lambda writes the log, as the role",
}
POLLS = "Lambda reads the queue, as the role (developer guide); the local poller needs less"
ASSOCIATES = "Connect asks for it in the name of the caller who associates an event integration"


def polling(queue: str) -> dict[tuple[str, str], str]:
    return {(f"sqs:{operation}", queue): POLLS for operation in ("ChangeMessageVisibility", "GetQueueUrl", "GetQueueAttributes")}


NO_BUNDLE_YET = {("s3:ListBucket", "casewright-bundles"): "so that S3 says 404, and not 403, before the first bundle is there"}

UNUSED: dict[str, dict[tuple[str, str], str]] = {
    "Decide": LOG | polling("case-events") | NO_BUNDLE_YET,
    "Perform": LOG
    | polling("wake.fifo")
    | {("connect:StartTaskContact", "instance/task-template/*"): "rules may start tasks by a template; the example has none"},
    "Sweep": LOG | NO_BUNDLE_YET | {("sqs:SendMessage", "notswept"): "Lambda puts an invocation there that failed, as the role"},
    "Reconcile": LOG | NO_BUNDLE_YET | {("sqs:SendMessage", "notreconciled"): "Lambda puts an invocation there that failed, as the role"},
    "ShapeRecords": LOG,
    "NoteDelivery": LOG | polling("mail-events"),
    "ConfigureDomain": LOG
    | {("cases:TagResource", "domain"): "tags go on what is made inside the domain"}
    | dict.fromkeys(
        (
            ("cases:GetDomain", "*"),
            ("connect:DescribeInstance", "instance"),
            ("ds:DescribeDirectories", "*"),
            ("iam:PutRolePolicy", "role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_*"),
            ("app-integrations:CreateEventIntegrationAssociation", "event-integration/*"),
            ("events:PutRule", "rule/*"),
            ("events:PutTargets", "rule/*"),
        ),
        ASSOCIATES,
    ),
}
"""What each role allows that no call of the morning needed: why it is there all the same."""


@dataclass(frozen=True, slots=True)
class Morning:
    """What was called, and the roles of a stage that serves the same domain."""

    calls: tuple[Call, ...]
    deployed: Deployed
    wanted_at: tuple[str, str]
    domain_id: str
    instance_id: str

    def of(self, function: str) -> Iterator[Call]:
        """The calls of a function, the object of the custom resource where the stack puts it."""
        for call in self.calls:
            if call.principal_arn == f"arn:aws:iam::{ACCOUNT}:role/{FOLDERS[function]}":
                moved = call.service == "s3" and call.request.get("Key") == "wanted.json"
                where = dict(zip(("Bucket", "Key"), self.wanted_at, strict=True))
                yield replace(call, request={**call.request, **where}) if moved else call

    def refused(self, function: str, calls: Iterable[Call]) -> list[str]:
        """What IAM would refuse the function, once each."""
        asked = {(each.action, each.resource, tuple(each.context.items())) for call in calls for each in asked_of_iam(call)}
        return sorted(
            f"{function} may not {action} on {resource} {dict(context) or ''}".rstrip()
            for action, resource, context in asked
            if not self.deployed.allows(function, action, resource, dict(context))
        )

    def unused(self, function: str) -> set[tuple[str, str]]:
        """What the role allows that no call needed, in the words of the table above."""
        asked = {(each.action, each.resource) for call in self.of(function) for each in asked_of_iam(call)}
        return {(action, self._shortly(pattern)) for action, pattern in self.deployed.unused(function, asked)}

    def _shortly(self, pattern: str) -> str:
        if ":logs:" in pattern:
            return "its own log group"
        tail = pattern.split(":", 5)[-1]
        return re.sub(rf"^(domain|instance)/(?:{self.domain_id}|{self.instance_id})", r"\1", tail)


def queue_url(house: House, name: str) -> str:
    return str(house.session("admin").client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


class Agent:
    """Somebody at work, and somebody who disturbs the queues."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.cases, self.sqs = house.session("maya").client("connectcases"), house.session("admin").client("sqs")
        self.events = queue_url(house, "case-events")
        profile = house.session("maya").client("customer-profiles").create_profile(DomainName="care", EmailAddress="jo@example.com")
        self.customer = f"arn:aws:profile:{REGION}:{ACCOUNT}:domains/care/profiles/{profile['ProfileId']}"
        user = next(iter(house.catalog.users.values()))
        house.session("maya").client("connect").tag_resource(resourceArn=user, tags={"team": "care"})

    def after(self, **passed: float) -> None:
        self.house.run_until(self.house.clock.now() + timedelta(**passed))

    def opens(self, template: str = "Billing", **fields: Any) -> str:
        known = {"customer_email": "jo@example.com", "customer_profile": self.customer}
        given = {**known, "order_number": "A-1", "title": "Charged twice"} | fields
        template_id = self.house.catalog.templates[template]
        answer = self.cases.create_case(domainId=self.house.domain_id, templateId=template_id, fields=self._entries(given))
        return str(answer["caseId"])

    def changes(self, case_id: str, **fields: Any) -> None:
        self.cases.update_case(domainId=self.house.domain_id, caseId=case_id, fields=self._entries(fields))

    def remarks(self, case_id: str) -> None:
        comment = {"comment": {"body": "We are on it.", "contentType": "Text/Plain"}}
        self.cases.create_related_item(domainId=self.house.domain_id, caseId=case_id, type="Comment", content=comment)

    def takes_away(self) -> str:
        """Take the one event that waits off the queue, before `decide` sees it."""
        [message] = self.sqs.receive_message(QueueUrl=self.events)["Messages"]
        self.sqs.delete_message(QueueUrl=self.events, ReceiptHandle=message["ReceiptHandle"])
        return str(message["Body"])

    def _entries(self, fields: Mapping[str, Any]) -> Any:
        known = self.house.catalog.fields
        return [{"id": known[name].id, "value": as_wire(value)} for name, value in fields.items()]


def live(house: House) -> None:
    """A morning in which every adapter is needed, also by what goes wrong."""
    agent = Agent(house)
    configure_once_more(house)
    for queue in ("case-events", "mail-events"):
        agent.sqs.send_message(QueueUrl=queue_url(house, queue), MessageBody="this is no event")
    agent.after(seconds=1)
    never_announced = agent.opens(case_reason="website-problem")
    agent.takes_away()
    agent.remarks(never_announced)
    agent.after(minutes=5)
    costly = agent.opens(case_reason="double-charge", loyalty_member=True, refund_amount=600.0, order_total=600.0)
    agent.after(minutes=1)
    agent.changes(costly, summary="Twice, says the bank.")
    late = agent.takes_away()
    agent.remarks(costly)
    agent.after(minutes=1)
    agent.sqs.send_message(QueueUrl=agent.events, MessageBody=late)
    agent.after(minutes=100)
    agent.changes(costly, summary="Thrice, says the bank.")
    agent.takes_away()
    agent.remarks(costly)
    agent.takes_away()
    agent.after(minutes=46)
    agent.changes(costly, status="waiting-on-customer")
    agent.after(minutes=2)
    agent.changes(costly, status="closed", resolution="refunded")
    torn = agent.opens("Shipping", title="Torn box", case_reason="damaged-item")
    agent.changes(torn, status="closed", resolution="refunded")
    agent.after(minutes=3)
    house.flush_lake()


def configure_once_more(house: House) -> None:
    """An update of the stack: a tag for everything new, one more field and one more template."""
    definition = msgspec.structs.replace(
        house.compiled.definition,
        fields=(*house.compiled.definition.fields, FieldDefinition(name="shelf", type="Text")),
        templates=(*house.compiled.definition.templates, TemplateDefinition(name="Returns", top_panel=("shelf",))),
        tags={"team": "care"},
    )
    wanted = Wanted(definition=definition, directory=house.compiled.directory, bundle=house.compiled.written)
    house.session("admin").client("s3").put_object(Bucket=BUNDLES, Key="wanted.json", Body=msgspec.json.encode(wanted))
    properties = {"WantedBucket": BUNDLES, "WantedKey": "wanted.json"}
    house.runtime.invoke("configure_domain", {"RequestType": "Update", "ResourceProperties": properties})


def with_people(directory: Path) -> Path:
    """The example, where mail also goes to people who have to be looked up."""
    shutil.copytree(CONTACT_CENTER, directory)
    fields, rules = directory / "fields.yaml", directory / "rules" / "people.yaml"
    fields.write_text(fields.read_text() + "customer_profile: {system_id: customer_id}\n")
    to = "[customer, {user: maya@example.com}, {users_tagged: {team: care}}]"
    rules.write_text(f"- {{rule: to-people, when: case_created, then: [{{send_email: {{to: {to}, template: acknowledgement}}}}]}}\n")
    return directory


@contextmanager
def opened(folder: Path) -> Iterator[House]:
    with House.open(with_people(folder / "center"), start=START, folder=folder) as house:
        yield house


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Morning:
    with opened(tmp_path_factory.mktemp("morning")) as house:
        live(house)
        assert house.runtime.failed_invocations == []
        perform = house.environments(house.places)["perform"]
        assert isinstance(perform, settings.PerformSettings)
        templates = synthesise(
            stage_of(
                domain_id=house.domain_id,
                instance_id=house.instance_id,
                mail_from=perform.mail_from,
                mail_configuration_set=CONFIGURATION_SET,
            )
        )
        deployed = Deployed(templates, account=ACCOUNT, region=REGION, names=NAMES)
        return Morning(tuple(house.cloud.calls), deployed, wanted_at(templates, deployed), house.domain_id, house.instance_id)


def wanted_at(templates: Templates, deployed: Deployed) -> tuple[str, str]:
    """Bucket and key of the object that the custom resource names."""
    [properties] = (
        resource["Properties"]
        for resource in templates["cases"]["Resources"].values()
        if resource["Type"] == "Custom::CasesDomainConfiguration"
    )
    return deployed.resolve("cases", properties["WantedBucket"]), deployed.resolve("cases", properties["WantedKey"])


def test_every_function_of_the_stacks_is_watched(morning: Morning) -> None:
    assert set(morning.deployed.functions()) == set(FOLDERS) == set(UNUSED)
    silent = {function for function in FOLDERS if not list(morning.of(function))}
    assert silent == {"ShapeRecords"}, "it alone calls nobody"


@pytest.mark.parametrize("function", FOLDERS)
def test_every_call_of_a_function_is_allowed_by_its_role(function: str, morning: Morning) -> None:
    assert morning.refused(function, morning.of(function)) == []


@pytest.mark.parametrize("function", FOLDERS)
def test_what_no_call_needed_is_there_for_a_reason(function: str, morning: Morning) -> None:
    assert morning.unused(function) == set(UNUSED[function])


@pytest.mark.parametrize(
    ("function", "service", "operation", "request_", "said"),
    [
        ("Perform", "dynamodb", "DeleteItem", {"TableName": CASE_TABLE}, f"dynamodb:DeleteItem on arn:aws:dynamodb:.*:table/{CASE_TABLE}$"),
        ("Perform", "dynamodb", "TransactWriteItems", {"TransactItems": [{"Delete": {"TableName": CASE_TABLE}}]}, "dynamodb:DeleteItem on"),
        ("Perform", "dynamodb", "Query", {"TableName": CASE_TABLE, "IndexName": "due"}, "dynamodb:Query on .*/index/due$"),
        ("Decide", "connectcases", "BatchUpdateCase", {"domainId": "d", "cases": [], "title": "t"}, "cases:UpdateCase on .*domain/d$"),
        (
            "Perform",
            "connectcases",
            "GetCase",
            {"domainId": "other", "caseId": "c", "fields": []},
            "cases:GetCase on .*domain/other/case/c",
        ),
        (
            "Perform",
            "sesv2",
            "SendEmail",
            {"FromEmailAddress": "chief@brookline-outfitters.example"},
            "ses:SendEmail on .*ses:FromAddress.*chief@",
        ),
        ("Perform", "events", "PutEvents", {"Entries": [{"Source": "aws.cases"}]}, "events:PutEvents on .*aws.cases"),
        ("Sweep", "sqs", "SendMessageBatch", {"QueueUrl": "https://q/wake.fifo"}, "sqs:SendMessage on .*:wake.fifo$"),
        ("NoteDelivery", "s3", "GetObject", {"Bucket": BUNDLES, "Key": "current.json"}, "s3:GetObject on .*/current.json$"),
    ],
)
def test_a_call_beyond_the_role_is_seen(
    function: str, service: str, operation: str, request_: dict[str, Any], said: str, morning: Morning
) -> None:
    planted = Call(service, operation, "somebody", request_, START)
    refused = morning.refused(function, [*morning.of(function), planted])
    assert any(re.search(f"^{function} may not {said}", line) for line in refused), refused


def test_a_call_that_nobody_has_translated_is_no_silent_leave(morning: Morning) -> None:
    planted = Call("dynamodb", "DeleteTable", "somebody", {"TableName": CASE_TABLE}, START)
    with pytest.raises(LookupError, match="dynamodb DeleteTable: say in asked_of_iam"):
        morning.refused("Perform", [planted])


def test_a_permission_that_is_no_longer_needed_is_reported(morning: Morning) -> None:
    without = replace(morning, calls=tuple(call for call in morning.calls if call.operation != "StopContact"))
    assert without.unused("Perform") - morning.unused("Perform") == {("connect:StopContact", "instance/contact/*")}
