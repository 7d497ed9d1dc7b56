"""`casewright doctor` against the local cloud: all is fine as it is deployed there, and each thing broken is told by the check about it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from pages import listed, page
from serving import leads_commands

from casewright.aws.bundles import CATALOG, CURRENT, BundleBucket
from casewright.aws.control import ControlTable
from casewright.aws.records import key, pack, shard_of, stamp
from casewright.aws.set_aside import UNREAD
from casewright.bundle import read, write
from casewright.cases.catalog import Catalog
from casewright.cases.regions import CASES_REGIONS
from casewright.ports.log import DueClock
from casewright_workbench.cli.main import run
from casewright_workbench.deployment.clients import Clients
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.doctor import flow, quotas, rules, standing
from casewright_workbench.doctor.checks import CHECKS, examine
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.places import OPTIONS, Deployed, Places, of_names, of_stage
from casewright_workbench.doctor.probe.comparing import LIVE
from casewright_workbench.house import House
from casewright_workbench.provisioning import BUNDLES, CASE_TABLE, CONFIGURATION_SET, LAKE, STREAM

CONTACT_CENTER = Path(__file__).parents[2] / "contact_center"
START = datetime(2026, 11, 16, 13, tzinfo=UTC)
NOTHING_TO_ASK = {"flow.alarms", "permissions.roles", "quotas.rates"}
"""What the local cloud has not got."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house, and the files that lie here compiled once for all."""
    with (
        pytest.MonkeyPatch.context() as patched,
        House.open(CONTACT_CENTER, start=START, folder=tmp_path_factory.mktemp("doctor")) as house,
    ):
        patched.setattr(rules, "compile_directory", cache(rules.compile_directory))
        yield house


@cache
def clients_of(house: House) -> Clients:
    """Making clients takes longer than all that is asked with them."""
    return Clients(house.session("operator"))


@cache
def admin(house: House, service: str) -> Any:
    return house.session("admin").client(service)


def context_of(house: House, **given: str) -> Context:
    return Context(clients_of(house), of_names(clients_of(house), given), CONTACT_CENTER)


def wrong(house: House) -> dict[str, str]:
    """The checks that have something to say, with what they say."""
    return {each.check: f"{each.status}: {each.found}: {each.wrong}" for each in examine(context_of(house)) if each.is_wrong}


def test_all_is_fine_as_deployed(house: House) -> None:
    found = list(examine(context_of(house)))
    assert [each for each in found if each.is_wrong] == []
    assert {each.check for each in found} == set(CHECKS)
    assert {each.check for each in found if each.status == "unchecked"} == NOTHING_TO_ASK


Break = Callable[[House, Any], None]
"""With a client maker of an administrator."""


@contextmanager
def replaced(client: Any, bucket: str, name: str) -> Iterator[bytes]:
    """An object of a bucket, put back afterwards."""
    before = client.get_object(Bucket=bucket, Key=name)["Body"].read()
    yield before
    client.put_object(Bucket=bucket, Key=name, Body=before)


@contextmanager
def changed_catalog(house: House, change: Callable[[Catalog], Catalog]) -> Iterator[None]:
    s3 = admin(house, "s3")
    with replaced(s3, BUNDLES, CATALOG) as before:
        BundleBucket(s3, BUNDLES).write_catalog(change(msgspec.json.decode(before, type=Catalog)))
        yield


@contextmanager
def no_association(house: House) -> Iterator[None]:
    connect = admin(house, "connect")
    where = {"InstanceId": house.instance_id}
    [tie] = connect.list_integration_associations(**where, IntegrationType="CASES_DOMAIN")["IntegrationAssociationSummaryList"]
    connect.delete_integration_association(**where, IntegrationAssociationId=tie["IntegrationAssociationId"])
    yield
    connect.create_integration_association(**where, IntegrationType="CASES_DOMAIN", IntegrationArn=tie["IntegrationArn"])


@contextmanager
def configured(house: House, change: Callable[[dict[str, Any]], None]) -> Iterator[None]:
    cases = admin(house, "connectcases")
    before = cases.get_case_event_configuration(domainId=house.domain_id)["eventBridge"]
    after = json.loads(json.dumps(before))
    change(after)
    cases.put_case_event_configuration(domainId=house.domain_id, eventBridge=after)
    yield
    cases.put_case_event_configuration(domainId=house.domain_id, eventBridge=before)


def without_priority(house: House) -> Callable[[dict[str, Any]], None]:
    priority = house.catalog.fields["priority"].id

    def leave_out(configuration: dict[str, Any]) -> None:
        case_data = configuration["includedData"]["caseData"]
        case_data["fields"] = [each for each in case_data["fields"] if each["id"] != priority]

    return leave_out


@contextmanager
def second_integration(house: House, *, associated: bool) -> Iterator[None]:
    integrations, connect = admin(house, "appintegrations"), admin(house, "connect")
    made = integrations.create_event_integration(Name="another", EventFilter={"Source": "aws.cases"}, EventBridgeBus="default")
    tie = ""
    if associated:
        tie = connect.create_integration_association(
            InstanceId=house.instance_id, IntegrationType="EVENT", IntegrationArn=made["EventIntegrationArn"], SourceType="CASES"
        )["IntegrationAssociationId"]
    yield
    if tie:
        connect.delete_integration_association(InstanceId=house.instance_id, IntegrationAssociationId=tie)
    integrations.delete_event_integration(Name="another")


@contextmanager
def many_integrations(house: House) -> Iterator[None]:
    integrations = admin(house, "appintegrations")
    names = [f"partner-{number}" for number in range(8)]
    for name in names:
        integrations.create_event_integration(Name=name, EventFilter={"Source": "aws.partner/x"}, EventBridgeBus="default")
    yield
    for name in names:
        integrations.delete_event_integration(Name=name)


@contextmanager
def published(house: House, change: Callable[[Any], Any]) -> Iterator[None]:
    """Another bundle in force, made from the one that is."""
    store = BundleBucket(admin(house, "s3"), BUNDLES)
    found = store.written()
    assert found
    store.publish(write(change(read(found[0]))))
    yield
    store.rollback()


def soon_over(bundle: Any, *, days: int) -> Any:
    ends = START + timedelta(days=days)
    calendars = {name: msgspec.structs.replace(hours, end=ends) for name, hours in bundle.calendars.items()}
    return msgspec.structs.replace(bundle, calendars=calendars)


def another_rule(bundle: Any) -> Any:
    return msgspec.structs.replace(bundle, rules=(msgspec.structs.replace(bundle.rules[0], order=7), *bundle.rules[1:]))


@contextmanager
def no_bundle(house: House) -> Iterator[None]:
    s3 = admin(house, "s3")
    with replaced(s3, BUNDLES, CURRENT):
        s3.delete_object(Bucket=BUNDLES, Key=CURRENT)
        yield


@contextmanager
def disarmed(house: House) -> Iterator[None]:
    control = ControlTable(admin(house, "dynamodb"), CASE_TABLE)
    control.arm(armed=False)
    yield
    control.arm(armed=True)


@contextmanager
def rule_off(house: House) -> Iterator[None]:
    events = admin(house, "events")
    events.disable_rule(Name="case-changes-to-decide")
    yield
    events.enable_rule(Name="case-changes-to-decide")


@contextmanager
def mapping_off(house: House) -> Iterator[None]:
    [mapping] = (each for each in house.runtime._mappings if each.function.name == "decide")
    mapping.is_enabled = False
    yield
    mapping.is_enabled = True


@contextmanager
def dead_letter(house: House) -> Iterator[None]:
    sqs = admin(house, "sqs")
    url = sqs.get_queue_url(QueueName="case-events-dead-letters")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    yield
    sqs.purge_queue(QueueUrl=url)


@contextmanager
def item(house: House, **attributes: Any) -> Iterator[None]:
    dynamodb = admin(house, "dynamodb")
    where = key("case#broken", "head")
    dynamodb.put_item(TableName=CASE_TABLE, Item={**where, **attributes})
    yield
    dynamodb.delete_item(TableName=CASE_TABLE, Key=where)


def set_aside(house: House) -> Any:
    texts = {"bucket": UNREAD, "urgency": f"2#{stamp(START)}#1", "status": "pending", "aside_because": "it was cut short"}
    return item(house, body={"B": b"?"}, **{name: {"S": text} for name, text in texts.items()})


def unsent(house: House) -> Any:
    due = START - timedelta(hours=1)
    clock = DueClock(case_id="broken", policy="first-response", cycle=1, milestone="half", due=due)
    shard = {"S": shard_of("broken")}
    return item(house, format={"N": "1"}, due_shard=shard, next_due={"S": stamp(due)}, due=pack((clock,)))


def unreadable(house: House) -> Any:
    due = {"S": stamp(START - timedelta(hours=1))}
    return item(house, format={"N": "2"}, due_shard={"S": shard_of("broken")}, next_due=due, due={"B": b"?"}, body={"B": b"?"})


@contextmanager
def ses(house: House, **changes: Any) -> Iterator[None]:
    state = house.cloud.sesv2.state
    before = {name: getattr(state, name) for name in changes}
    for name, value in changes.items():
        setattr(state, name, value)
    yield
    for name, value in before.items():
        setattr(state, name, value)


@contextmanager
def unverified(house: House) -> Iterator[None]:
    [identity] = house.cloud.sesv2.state.identities.values()
    identity.is_verified = False
    yield
    identity.is_verified = True


@contextmanager
def no_destination(house: House) -> Iterator[None]:
    destinations = house.cloud.sesv2.state.configuration_sets[CONFIGURATION_SET].destinations
    before = dict(destinations)
    destinations.clear()
    yield
    destinations.update(before)


@contextmanager
def no_recovery(house: House) -> Iterator[None]:
    dynamodb = admin(house, "dynamodb")
    turn = lambda on: dynamodb.update_continuous_backups(  # noqa: E731
        TableName=CASE_TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": on}
    )
    turn(False)
    yield
    turn(True)


@contextmanager
def public_lake(house: House) -> Iterator[None]:
    s3 = admin(house, "s3")
    before = s3.get_public_access_block(Bucket=LAKE)["PublicAccessBlockConfiguration"]
    s3.delete_public_access_block(Bucket=LAKE)
    yield
    s3.put_public_access_block(Bucket=LAKE, PublicAccessBlockConfiguration=before)


@contextmanager
def no_stream(house: House) -> Iterator[None]:
    streams = house.cloud.firehose._streams
    before = streams.pop(STREAM)
    yield
    streams[STREAM] = before


@contextmanager
def inactive_template(house: House) -> Iterator[None]:
    cases, template = admin(house, "connectcases"), house.catalog.templates["Billing"]
    cases.update_template(domainId=house.domain_id, templateId=template, status="Inactive")
    yield
    cases.update_template(domainId=house.domain_id, templateId=template, status="Active")


def lost_queue(catalog: Catalog) -> Catalog:
    return msgspec.structs.replace(catalog, queues={**catalog.queues, "Billing": f"{catalog.queues['Billing'][:-1]}x"})


def other_option(catalog: Catalog) -> Catalog:
    entry = catalog.fields["priority"]
    options = {**entry.options, "Elsewhere": "elsewhere"}
    return msgspec.structs.replace(catalog, fields={**catalog.fields, "priority": msgspec.structs.replace(entry, options=options)})


INSTANCE = "arn:aws:connect:us-east-1:111122223333:instance/11111111-2222-4333-8444-555555555555"
QUICK_CONNECT = f"{INSTANCE}/transfer-destination/3f6b8a52-0d7c-4b1e-8f43-6a9d2c7e4409"
BUS = "arn:aws:events:us-east-1:111122223333:event-bus/partners"
TASK_TEMPLATE = f"{INSTANCE}/task-template/7c1e5a90-2b4d-4e8f-9a61-5d3c8b7f5501"


def naming(**tables: dict[str, str]) -> Callable[[House], Any]:
    """The catalog names these besides what it names."""

    def changed(catalog: Catalog) -> Catalog:
        return msgspec.structs.replace(catalog, **{kind: {**getattr(catalog, kind), **table} for kind, table in tables.items()})

    return lambda house: changed_catalog(house, changed)


def no_flows(catalog: Catalog) -> Catalog:
    return msgspec.structs.replace(catalog, flows={})


ENABLED: Callable[[dict[str, Any]], None] = lambda configuration: configuration.update(enabled=False)  # noqa: E731
CONTENT: Callable[[dict[str, Any]], None] = lambda configuration: configuration["includedData"]["relatedItemData"].update(  # noqa: E731
    includeContent=False
)

BROKEN: dict[str, tuple[Callable[[House], Any], dict[str, str]]] = {
    "the instance has no domain": (no_association, {"domain.association": "no Cases domain"}),
    "events are off": (lambda house: configured(house, ENABLED), {"domain.events": "fail: events are off"}),
    "items have no content": (lambda house: configured(house, CONTENT), {"domain.events": "no content"}),
    "a field is not carried": (lambda house: configured(house, without_priority(house)), {"domain.events": "do not carry priority"}),
    "two integrations": (lambda house: second_integration(house, associated=False), {"domain.integration": "warn: 2 for aws.cases"}),
    "two associations": (lambda house: second_integration(house, associated=True), {"domain.integration": "fail: 2 associations"}),
    "many integrations": (many_integrations, {"domain.size": "9 of 10 event integrations"}),
    "an inactive template": (inactive_template, {"rules.catalog": "template Billing is Inactive"}),
    "a queue that went": (lambda house: changed_catalog(house, lost_queue), {"rules.catalog": "queue Billing: the instance has no"}),
    "a quick connect that went": (
        naming(quick_connects={"Leads": QUICK_CONNECT}),
        {"rules.catalog": f"fail: quick connect Leads: the instance has no {QUICK_CONNECT}"},
    ),
    "a task template that went": (
        naming(task_templates={"Refund": TASK_TEMPLATE}),
        {"rules.catalog": f"fail: task template Refund: the instance has no {TASK_TEMPLATE}"},
    ),
    "a bus that went": (naming(buses={"partners": BUS}), {"rules.buses": f"fail: bus partners: the account has no {BUS}: EventBridge"}),
    "another option": (lambda house: changed_catalog(house, other_option), {"rules.catalog": "'elsewhere' in the catalog"}),
    "a bundle that does not link": (
        lambda house: changed_catalog(house, no_flows),
        {"rules.bundle": "the catalog has no flow", "domain.events": "not checked"},
    ),
    "no bundle": (
        no_bundle,
        dict.fromkeys(("rules.bundle", "domain.events", "rules.published", "rules.calendars"), ""),
    ),
    "another bundle": (lambda house: published(house, another_rule), {"rules.published": "differs: rule "}),
    "a calendar ends": (
        lambda house: published(house, lambda bundle: soon_over(bundle, days=100)),
        {"rules.calendars": "ends in 100 days", "rules.published": "calendars are resolved for other years"},
    ),
    "a calendar has ended": (
        lambda house: published(house, lambda bundle: soon_over(bundle, days=-3)),
        {"rules.calendars": "fail: support ended", "rules.published": ""},
    ),
    "disarmed": (disarmed, {"flow.armed": "warn: not armed"}),
    "the rule is off": (rule_off, {"flow.subscription": "case-changes-to-decide is off"}),
    "the mapping is off": (mapping_off, {"flow.sources": "case-events is Disabled"}),
    "a dead letter": (dead_letter, {"flow.dead-letters": "case-events-dead-letters holds 1 message:"}),
    "an effect was set aside": (set_aside, {"flow.set-aside": "1 effect: it was cut short"}),
    "a milestone lies unsent": (unsent, {"flow.late": "half of first-response, case broken"}),
    "a head with a milestone due is damaged": (
        unreadable,
        {"flow.late": "cases with milestones due cannot be read, the first: record case#broken"},
    ),
    "a record of tomorrow": (lambda house: item(house, format={"N": "99"}), {"stores.records": "formats 99"}),
    "not verified": (unverified, {"mail.identity": "not verified"}),
    "no event destination": (no_destination, {"mail.configuration-set": "0 destinations"}),
    "the sandbox": (lambda house: ses(house, has_production_access=False), {"mail.account": "sandbox"}),
    "sending is paused": (lambda house: ses(house, sends=False), {"mail.account": "sending is paused"}),
    "the quota is spent": (lambda house: ses(house, sent_at=[START] * 50_000), {"mail.quota": "fail: 50000 of 50000"}),
    "the quota is nearly spent": (lambda house: ses(house, sent_at=[START] * 49_000), {"mail.quota": "warn: 49000 of 50000"}),
    "no recovery": (no_recovery, {"stores.table": "point-in-time recovery is off"}),
    "the lake is public": (public_lake, {"stores.buckets": LAKE}),
    "no stream": (no_stream, {"stores.stream": "no such stream"}),
}


@pytest.mark.parametrize("what", BROKEN)
def test_each_thing_broken_is_told_by_its_check_alone(what: str, house: House) -> None:
    breaking, told = BROKEN[what]
    with breaking(house):
        found = wrong(house)
    assert set(found) == set(told), found
    assert all(part in found[name] for name, part in told.items()), found


def test_everything_was_mended(house: House) -> None:
    assert wrong(house) == {}


def test_an_inactive_domain_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    service = house.cloud.connectcases
    answered = service.get_domain
    monkeypatch.setattr(service, "get_domain", lambda *asked: {**answered(*asked), "domainStatus": "CreationFailed"})
    assert "is CreationFailed" in wrong(house)["domain.active"]


def test_a_task_template_is_fine_while_it_is_active(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = {"Id": "x", "Arn": TASK_TEMPLATE, "Name": "Refund", "Status": "ACTIVE"}
    monkeypatch.setattr(house.cloud.connect, "list_task_templates", lambda *_: {"TaskTemplates": [listed]})
    with naming(task_templates={"Refund": TASK_TEMPLATE})(house):
        assert wrong(house) == {}
        listed["Status"] = "INACTIVE"
        assert set(told := wrong(house)) == {"rules.catalog"}
    assert "fail: task template Refund is INACTIVE" in told["rules.catalog"]


def test_a_bus_is_asked_for_where_it_can_be(house: House) -> None:
    abroad, others = BUS.replace("us-east-1", "eu-west-1"), BUS.replace("111122223333", "444455556666")
    admin(house, "events").create_event_bus(Name="partners")
    try:
        with naming(buses={"partners": BUS, "abroad": abroad, "others": others})(house):
            found = [f"{each.status}: {each.found}" for each in rules.buses(context_of(house))]
    finally:
        admin(house, "events").delete_event_bus(Name="partners")
    assert found == [
        f"unchecked: not checked: bus abroad is of another account or region: {abroad}",
        f"unchecked: not checked: bus others is of another account or region: {others}",
        "ok: event buses of this account and region that are there: 1",
    ]


class Refusing(Clients):
    """Clients of somebody who may not do some things."""

    def __init__(self, house: House, *operations: str) -> None:
        super().__init__(house.session("trainee"))
        self._operations = operations

    def __call__(self, service: str) -> Any:
        client = super().__call__(service)
        for operation in self._operations:
            client.meta.events.register(f"before-call.*.{operation}", refuse, unique_id=operation)
        return client


def refuse(model: Any, **_rest: object) -> None:
    error = {"Error": {"Code": "AccessDeniedException", "Message": "no identity-based policy allows it"}}
    raise ClientError(error, model.name)  # type: ignore[arg-type]


def test_what_the_caller_may_not_ask_is_told_and_stops_nothing_else(house: House) -> None:
    clients = Refusing(house, "GetDomain", "GetAccount", "ListFields", "GetObject")
    found = list(examine(Context(clients, of_names(clients, {}), CONTACT_CENTER)))
    told = {each.check: each for each in found if each.is_wrong}
    assert set(told) >= {"domain.active", "mail.account", "mail.quota", "domain.size", "rules.bundle", "rules.catalog"}
    assert all(each.found.startswith("not checked: you may not ") for each in told.values())
    assert told["domain.active"].do.startswith("ask for GetDomain")
    assert {each.check for each in found} == set(CHECKS)
    assert {"domain.association", "flow.armed", "stores.table"} <= {each.check for each in found if each.status == "ok"}


def test_where_functions_cannot_be_listed_names_are_given_by_hand(house: House) -> None:
    clients = Refusing(house, "ListFunctions", "ListEventSourceMappings")
    nothing = dict.fromkeys(OPTIONS, "")
    with pytest.raises(WrongUsage, match=r"give --stage, or --domain, --instance, --table, .* and --configuration-set"):
        of_names(clients, nothing)
    given = nothing | {"CASE_TABLE": CASE_TABLE, "BUNDLE_BUCKET": BUNDLES, "INSTANCE_ID": house.instance_id}
    told = {each.check: each for each in examine(Context(clients, of_names(clients, given)))}
    assert {name for name, each in told.items() if each.status == "ok"} >= {
        "domain.active", "domain.association", "domain.events", "rules.bundle", "rules.catalog", "flow.armed", "stores.table",
    }  # fmt: skip
    assert "give --mail-from" in told["mail.identity"].found
    assert "functions could not be listed" in told["mail.identity"].found
    assert told["flow.sources"].status == told["standing.functions"].status == "warn"


def test_of_several_deployments_one_is_chosen(house: House) -> None:
    clients = clients_of(house)
    house.runtime.register(
        "other", lambda *_: None, environment={"DOMAIN_ID": "d", "ACCOUNT": "1", "REGION": "us-east-1", "CASE_TABLE": "others"}
    )
    try:
        with pytest.raises(WrongUsage, match="with the tables casewright-cases, others: choose one with --table"):
            of_names(clients, {})
        assert of_names(clients, {"CASE_TABLE": "others"}).told("DOMAIN_ID") == "d"
    finally:
        del house.runtime._functions["other"]


def deployed_elsewhere(**environment: str) -> Places:
    return Places(functions=(Deployed("perform", "perform", "", {"ACCOUNT": "222233334444", "REGION": "eu-west-1", **environment}),))


def test_rates_above_the_quotas_are_told(house: House) -> None:
    context = context_of(house)
    assert "QUOTAS" in house.environments(house.places)["perform"].as_environment(), "the setting that perform reads"

    def told(written: str) -> list[str]:
        context.places = deployed_elsewhere(QUOTAS=written)
        with stubbed(context, "sesv2", "get_account", {"SendQuota": {"MaxSendRate": 14.0}}):
            return [f"{each.status} {each.found}" for each in quotas.rates(context)]

    [as_shipped] = told("")
    assert as_shipped.startswith("ok")
    assert told("UpdateCase=5 SendEmail=20") == [
        "warn UpdateCase is called up to 5 times a second",
        "warn SendEmail is called up to 20 times a second",
    ]
    context.places = deployed_elsewhere(QUOTAS="Update=5")
    [wrong] = quotas.rates(context)
    assert (wrong.status, "Update" in wrong.wrong) == ("fail", True)


def test_a_region_without_cases_and_an_account_of_others_are_told(house: House) -> None:
    context = context_of(house)
    context.places = deployed_elsewhere()
    [found] = standing.region(context)
    assert (found.status, found.wrong) == ("fail", "Cases not in this region")
    assert all(region in found.do for region in CASES_REGIONS)
    [found] = standing.caller(context)
    assert (found.status, found.wrong) == ("fail", "the functions are in account 222233334444")
    context.places = Places(functions=(Deployed("decide", "decide", environment={"REGION": "eu-west-2"}),))
    [found] = standing.caller(context)
    assert (found.wrong, found.do) == ("the functions are in region eu-west-2", "set AWS_REGION=eu-west-2")


@contextmanager
def stubbed(context: Context, service: str, operation: str, answer: dict[str, Any]) -> Iterator[Any]:
    client = context.clients(service)
    with Stubber(client) as stub:
        stub.add_response(operation, answer)
        yield stub


def test_a_ringing_alarm_of_the_stage_is_told(house: House) -> None:
    context = context_of(house)
    context.places = msgspec.structs.replace(context.places, stage="main")
    alarm = {"AlarmName": "casewright-main-automation-PerformFails", "AlarmDescription": "Perform raises", "StateValue": "ALARM"}
    with stubbed(context, "cloudwatch", "describe_alarms", {"MetricAlarms": [alarm, {**alarm, "StateValue": "OK"}]}):
        [found, mute] = flow.alarms(context)
    assert (mute.status, mute.found) == ("warn", "2 of 2 alarms tell nobody")
    assert (found.status, found.found, found.wrong) == ("fail", f"{alarm['AlarmName']} is in ALARM", "Perform raises")


def test_a_stage_is_read_from_its_stacks(house: House) -> None:
    clients = Clients(house.session("operator"))
    kinds = {"Decide0A1B2C3D": ("decide", "AWS::Lambda::Function"), "NotSwept0A1B2C3D": ("https://q/not-swept", "AWS::SQS::Queue")}
    resources = [
        {
            "LogicalResourceId": name,
            "PhysicalResourceId": there,
            "ResourceType": kind,
            "ResourceStatus": "CREATE_COMPLETE",
            "LastUpdatedTimestamp": START,
        }
        for name, (there, kind) in kinds.items()
    ]
    with Stubber(clients("cloudformation")) as stub:
        for stack in ("cases", "lake", "ingestion", "automation", "dashboards"):
            answer = {"StackResourceSummaries": resources if stack == "automation" else []}
            stub.add_response("list_stack_resources", answer, {"StackName": f"casewright-main-{stack}"})
        places = of_stage(clients, "main", {})
    assert [each.kind for each in places.functions] == ["decide"]
    assert (places.told("CASE_TABLE"), places.queue_urls, places.stage) == (CASE_TABLE, ("https://q/not-swept",), "main")
    with Stubber(clients("cloudformation")) as stub:
        stub.add_client_error("list_stack_resources", "ValidationError", "Stack with id casewright-gone-cases does not exist")
        with pytest.raises(WrongUsage, match=r"stack casewright-gone-cases: .* leave --stage out, or give --table and --domain$"):
            of_stage(clients, "gone", {"CASE_TABLE": "", "DOMAIN_ID": ""})


def test_the_command_over_http(house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    server = house.cloud.http(port=0)
    server.start()
    leads_commands(server.url, monkeypatch)
    asked = ["doctor", "--config", str(CONTACT_CENTER)]
    try:
        assert run(asked) == 0
        assert "domain.events" in capsys.readouterr().out
        with disarmed(house):
            assert run([*asked, "--json"]) == 1
        told = {each["check"]: each for each in json.loads(capsys.readouterr().out)["findings"]}
        assert told["flow.armed"]["status"] == "warn"
        assert told["flow.armed"]["see"] == "docs/doctor.md#flow"
        assert {name for name, each in told.items() if each["status"] == "unchecked"} == NOTHING_TO_ASK
        assert run(["doctor", "--stage", "nosuch"]) == 2
    finally:
        server.close()


def test_the_page_lists_every_check() -> None:
    text = page("doctor.md")
    assert listed(text, "check") == list(CHECKS)
    assert listed(text, "of the probe") == list(LIVE)
    for name in (*CHECKS, *LIVE):
        assert f"\n## {name.partition('.')[0].capitalize()}\n" in text, "the section that a finding points at"
