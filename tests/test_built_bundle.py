"""The functions as they are deployed: each handler run by an interpreter that sees its bundle alone, against AWS over HTTP.

Layers are built for this machine; the interpreter has no site-packages, no checkout, and of the environment what the stacks and Lambda
set. What it asks of AWS is answered by a local cloud on the loopback address.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from policies import construct_id
from synthesis import with_existing_domain

from casewright.cases.values import as_wire
from casewright.settings import ShapeRecordsSettings
from casewright_workbench.house import House
from casewright_workbench.house_handlers import HANDLERS
from casewright_workbench.localcloud.functions.batches import sqs_event
from casewright_workbench.provisioning import BUNDLES
from stacks.parts import bundling
from stacks.parts.layer import PACKAGE, REQUIREMENTS, ROOT

pytestmark = pytest.mark.slow

HERE = f"{os.uname().machine}-manylinux_2_28"
"""The platform of this machine, as uv spells it."""

AGO = timedelta(hours=3, minutes=45)
"""How long before the present the case was opened: the functions read the clock of the machine. A milestone is due 3:30 after the
opening, and a mail would make sense for 4 hours."""

LAMBDA = {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_SECRET_ACCESS_KEY": "local"}
"""What Lambda sets, besides the access key."""

PROGRAM = """
import json, sys
own = json.loads(sys.argv[1])
sys.path[:0] = own

class Context:
    function_name, memory_limit_in_mb, aws_request_id = "bundled", 512, "r"
    invoked_function_arn = "arn:aws:lambda:us-east-1:111122223333:function:bundled"
    def get_remaining_time_in_millis(self):
        return 60_000

import handler
answer = handler.handle(json.load(sys.stdin), Context())
files = [module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)]
is_ours = lambda file: file.startswith((*own, sys.base_prefix)) and "site-packages" not in file
print(json.dumps({"answer": answer, "outside": [file for file in files if not is_ours(file)]}))
"""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Both layers as Lambda mounts them, and where AWS is."""

    layers: tuple[Path, ...]
    url: str
    house: House

    def invoke(self, function: str, event: Any) -> Any:
        """The answer of a handler run alone; fails when it raises or loads anything from elsewhere."""
        own = [str(ROOT / "lambdas" / function), *(str(layer / "python") for layer in self.layers)]
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-B", "-c", PROGRAM, json.dumps(own)],
            input=json.dumps(event),
            env=self.environment(function),
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )
        assert done.returncode == 0, f"{function}: {done.stderr}"
        said = json.loads(done.stdout.splitlines()[-1])
        assert said["outside"] == []
        return said["answer"]

    def environment(self, function: str) -> dict[str, str]:
        """What the stacks tell the function, and what Lambda adds; the access key tells the local cloud who calls."""
        cloud, house = self.house.cloud, self.house
        shaping = ShapeRecordsSettings(domain_id=house.domain_id, account=cloud.account, region=cloud.region)
        settings = {**house.environments(house.places), "shape_records": shaping}[function]
        told = settings.as_environment() | {"POWERTOOLS_LOG_LEVEL": "INFO"}
        assert told.keys() == variables(function), "the stacks tell it something else"
        return told | LAMBDA | {"AWS_ACCESS_KEY_ID": function, "AWS_ENDPOINT_URL": self.url}

    def waiting(self, arn: str) -> dict[str, Any]:
        """The event of what waits on a queue, as Lambda would hand it over."""
        sqs = self.house.session("poller").client("sqs")
        url = sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
        names: Any = {"MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"]}
        messages: Any = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **names)["Messages"]
        return sqs_event(messages, queue_arn=arn)

    def items(self, case_id: str) -> dict[str, Any]:
        """Everything in the table about a case, by sort key."""
        wanted: Any = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": f"case#{case_id}"}}}
        found: Any = self.house.session("admin").client("dynamodb").query(TableName=self.house.case_table, **wanted)
        return {item["sk"]["S"]: item for item in found["Items"]}

    def operations(self, function: str) -> set[str]:
        """What the function asked AWS for."""
        return {call.operation for call in self.house.cloud.calls if call.principal_arn.endswith(f":user/{function}")}


def variables(function: str) -> set[str]:
    """Names of the environment variables in the template."""
    name = "".join(word.capitalize() for word in function.split("_"))
    [found] = (
        resource["Properties"]["Environment"]["Variables"]
        for template in with_existing_domain().values()
        for logical, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function" and construct_id(logical) == name
    )
    return set(found)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bundle]:
    layers = tmp_path_factory.mktemp("runtime"), tmp_path_factory.mktemp("casewright")
    bundling.build_runtime(REQUIREMENTS, layers[0], platform=HERE)
    bundling.build_casewright(PACKAGE, layers[1])
    start = datetime.now(UTC) - AGO
    with House.open(around_the_clock(tmp_path_factory.mktemp("written")), start=start, folder=tmp_path_factory.mktemp("house")) as house:
        server = house.cloud.http(port=0)
        server.start()
        try:
            yield Bundle(layers, server.url, house)
        finally:
            server.close()


def around_the_clock(folder: Path) -> Path:
    """The example with clocks that run at any hour this test may."""
    contact_center = shutil.copytree(ROOT / "contact_center", folder / "contact_center")
    slas = contact_center / "slas.yaml"
    slas.write_text(slas.read_text().replace("  calendar: support\n", ""))
    return Path(contact_center)


def open_case(house: House) -> str:
    """A costly refund of a customer who can be written to."""
    given: dict[str, Any] = {
        "title": "Charged twice",
        "customer_email": "jo@example.com",
        "case_reason": "double-charge",
        "order_number": "A-1001",
        "refund_amount": 600.0,
    }
    fields: Any = [{"id": house.catalog.fields[name].id, "value": as_wire(value)} for name, value in given.items()]
    cases = house.session("maya").client("connectcases")
    return str(cases.create_case(domainId=house.domain_id, templateId=house.catalog.templates["Billing"], fields=fields)["caseId"])


def test_every_handler_does_its_work_from_the_bundle_alone(bundle: Bundle) -> None:
    """One case on its way through the functions, each in an interpreter of its own."""
    house, places = bundle.house, bundle.house.places
    case_id = open_case(house)
    heard = bundle.waiting(places.case_events_arn)
    assert bundle.invoke("decide", heard) == {"batchItemFailures": []}
    effects_are_pending(bundle, case_id)
    assert bundle.invoke("perform", bundle.waiting(places.wake_arn)) == {"batchItemFailures": []}
    effects_are_done(bundle, case_id)
    assert bundle.invoke("note_delivery", bundle.waiting(places.mail_events_arn)) == {"batchItemFailures": []}
    assert [item for item in bundle.items(case_id).values() if "sent_as" in item]
    assert bundle.invoke("sweep", {})["sent"] >= 1
    clocks = bundle.waiting(places.case_events_arn)["Records"]
    assert any(json.loads(record["body"])["detail-type"] == "Casewright Clock Due" for record in clocks)
    shaped_is_read_back(bundle, heard["Records"][0]["body"], case_id)
    configured_again(bundle)


def effects_are_pending(bundle: Bundle, case_id: str) -> None:
    items = bundle.items(case_id)
    assert "head" in items
    assert [sort for sort in items if sort.startswith("event#")], "the decision is logged with its event"
    statuses = [item["status"]["S"] for sort, item in items.items() if sort.startswith("effect#")]
    assert len(statuses) >= 3
    assert set(statuses) == {"pending"}
    assert {"GetObject", "GetItem", "TransactWriteItems", "PutRecordBatch", "SendMessage"} <= bundle.operations("decide")


def effects_are_done(bundle: Bundle, case_id: str) -> None:
    items = bundle.items(case_id)
    assert {item["status"]["S"] for sort, item in items.items() if sort.startswith("effect#")} == {"done"}
    assert [mail.to for mail in bundle.house.outbox.messages()]
    assert {"BatchUpdateCase", "BatchCreateRelatedItem", "SendEmail"} <= bundle.operations("perform")


def shaped_is_read_back(bundle: Bundle, body: str, case_id: str) -> None:
    """Firehose's transformation of the very event."""
    arrived = int(datetime.now(UTC).timestamp() * 1000)
    record = {"recordId": "1", "approximateArrivalTimestamp": arrived, "data": base64.b64encode(body.encode()).decode()}
    broken = {**record, "recordId": "2", "data": base64.b64encode(b"this is no event").decode()}
    [shaped, refused] = bundle.invoke("shape_records", {"records": [record, broken]})["records"]
    assert (shaped["recordId"], shaped["result"], refused["result"]) == ("1", "Ok", "ProcessingFailed")
    row = json.loads(base64.b64decode(shaped["data"]))
    assert row["case_id"] == case_id
    assert shaped["metadata"]["partitionKeys"] == {"dt": row["event_timestamp"][:10]}
    assert bundle.operations("shape_records") == set()


def configured_again(bundle: Bundle) -> None:
    """The custom resource, told what it was told when the house was opened: there is nothing to do, and it says what is there."""
    properties = {"WantedBucket": BUNDLES, "WantedKey": "wanted.json"}
    answer = bundle.invoke("configure_domain", {"RequestType": "Update", "ResourceProperties": properties})
    catalog = bundle.house.catalog
    assert answer["Data"] == {"Fields": len(catalog.fields), "Templates": len(catalog.templates)}
    assert answer["PhysicalResourceId"] == f"casewright-{bundle.house.domain_id}"
    made = {operation for operation in bundle.operations("configure_domain") if operation.startswith("Create")}
    assert made == set()


@pytest.mark.parametrize("function", HANDLERS)
def test_a_bundle_told_nothing_says_what_it_was_not_told(function: str, bundle: Bundle) -> None:
    own = [str(ROOT / "lambdas" / function), *(str(layer / "python") for layer in bundle.layers)]
    told = LAMBDA | {"AWS_ACCESS_KEY_ID": function, "AWS_ENDPOINT_URL": bundle.url}
    command = [sys.executable, "-I", "-S", "-B", "-c", PROGRAM, json.dumps(own)]
    done = subprocess.run(command, input='{"records": []}', env=told, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 1
    assert "MissingSetting" in done.stderr.splitlines()[-1]
    assert "DOMAIN_ID" in done.stderr.splitlines()[-1]
