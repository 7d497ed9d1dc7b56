"""The same services over HTTP, as the aws CLI, a browser or another SDK meets them."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from casewright_workbench.localcloud.cloud import LocalCloud
from casewright_workbench.localcloud.wire.http import LocalHttp
from casewright_workbench.localcloud.wire.messages import HttpRequest, HttpResponse

AWS = Path(sys.executable).parent / "aws"


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(200, {"content-type": "text/plain"}, f"page {request.path} {request.query}".encode())


@pytest.fixture
def server(cloud: LocalCloud) -> Iterator[LocalHttp]:
    served = cloud.http(port=0, routes={"/inbox": page, "/": page})
    served.start()
    yield served
    served.close()


@pytest.fixture
def remote(server: LocalHttp) -> Any:
    session = boto3.Session(aws_access_key_id="someone", aws_secret_access_key="x", region_name="us-east-1")
    return lambda service: session.client(service, endpoint_url=server.url)


def fetch(url: str, **headers: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=100) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def test_answers_are_dated_by_the_clock_of_the_cloud(cloud: LocalCloud, remote: Any) -> None:
    for client in (remote("sts"), cloud.session(principal_arn="arn:aws:iam::111122223333:user/someone").client("sts")):
        told = client.get_caller_identity()["ResponseMetadata"]["HTTPHeaders"]["date"]
        assert parsedate_to_datetime(told) == cloud.clock.now().replace(microsecond=0)


def test_every_protocol_is_served(cloud: LocalCloud, remote: Any) -> None:
    assert remote("sts").get_caller_identity()["Arn"] == "arn:aws:iam::111122223333:user/someone"
    assert remote("connectcases").create_domain(name="shop")["domainStatus"] == "Active"
    url = remote("sqs").create_queue(QueueName="work")["QueueUrl"]
    remote("sqs").send_message(QueueUrl=url, MessageBody="hello")
    assert remote("sqs").receive_message(QueueUrl=url)["Messages"][0]["Body"] == "hello"
    assert remote("events").list_rules()["Rules"] == []
    assert remote("sesv2").get_account()["SendingEnabled"] is True
    assert remote("firehose").list_delivery_streams()["DeliveryStreamNames"] == []
    assert cloud.calls[0].principal_arn == "arn:aws:iam::111122223333:user/someone"


def test_errors_travel_whole(remote: Any) -> None:
    cases = remote("connectcases")
    with pytest.raises(cases.exceptions.ResourceNotFoundException) as raised:
        cases.get_domain(domainId="nope")
    assert raised.value.response["resourceType"] == "Domain"
    sqs = remote("sqs")
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="nope")


def test_storage_is_the_same_over_http(cloud: LocalCloud, remote: Any, client: Any) -> None:
    client("s3").create_bucket(Bucket="a-bucket")
    remote("s3").put_object(Bucket="a-bucket", Key="deep/key with spaces", Body=b"content")
    assert client("s3").get_object(Bucket="a-bucket", Key="deep/key with spaces")["Body"].read() == b"content"
    assert remote("s3").head_object(Bucket="a-bucket", Key="deep/key with spaces")["ContentLength"] == 7
    assert [call.operation for call in cloud.calls] == ["CreateBucket", "PutObject", "GetObject", "HeadObject"]
    keys = {
        "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
    }
    client("dynamodb").create_table(TableName="t", BillingMode="PAY_PER_REQUEST", **keys)
    remote("dynamodb").put_item(TableName="t", Item={"a": {"S": "1"}})
    assert client("dynamodb").scan(TableName="t")["Count"] == 1


def test_pages_need_no_signature_and_the_longest_prefix_wins(server: LocalHttp) -> None:
    assert fetch(f"{server.url}/inbox/1?q=2") == (200, "page /inbox/1 q=2")
    assert fetch(server.url) == (200, "page / ")


def test_pages_are_not_given_to_foreign_host_names(server: LocalHttp) -> None:
    status, body = fetch(f"{server.url}/inbox", Host="attacker.example")
    assert status == 403
    assert "page" not in body


def test_a_request_without_signature_learns_what_to_do(cloud: LocalCloud) -> None:
    server = cloud.http(port=0)
    server.start()
    status, body = fetch(server.url)
    server.close()
    assert status == 403
    assert "AWS_ACCESS_KEY_ID=local" in json.loads(body)["message"]


def test_an_unknown_service_learns_what_is_served(server: LocalHttp) -> None:
    signature = "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/braket/aws4_request, SignedHeaders=host, Signature=0"
    status, body = fetch(server.url, Authorization=signature)
    assert status == 404
    assert "'braket'" in json.loads(body)["message"]
    assert "cases" in json.loads(body)["message"]


def test_an_empty_access_key_is_local(cloud: LocalCloud) -> None:
    server = cloud.http(port=0)
    headers = {"authorization": "AWS4-HMAC-SHA256 Credential=/20260101/us-east-1/sts/aws4_request, Signature=0"}
    request = HttpRequest("POST", "/", headers=headers, body=b"Action=GetCallerIdentity&Version=2011-06-15")
    answer = server.answer(request)
    server.close()
    assert b"arn:aws:iam::111122223333:user/local" in answer.body


def test_a_long_poll_ends_as_soon_as_a_message_is_there(cloud: LocalCloud, remote: Any, client: Any) -> None:
    import threading
    import time

    cloud.clock.tick()
    url = client("sqs").create_queue(QueueName="work")["QueueUrl"]
    sender = threading.Timer(0.2, lambda: client("sqs").send_message(QueueUrl=url, MessageBody="late"))
    sender.start()
    began = time.monotonic()
    messages = remote("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"]
    sender.join()
    assert [message["Body"] for message in messages] == ["late"]
    assert time.monotonic() - began < 3


@pytest.mark.slow
@pytest.mark.skipif(not AWS.exists(), reason="the aws CLI is not installed beside this Python")
def test_the_real_aws_cli_works(server: LocalHttp) -> None:
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1"}

    def aws(*words: str) -> Any:
        command = [str(AWS), "--endpoint-url", server.url, "--output", "json", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    assert aws("sts", "get-caller-identity")["Account"] == "111122223333"
    domain = aws("connectcases", "create-domain", "--name", "shop")
    assert aws("connectcases", "get-domain", "--domain-id", domain["domainId"])["name"] == "shop"
    assert aws("sqs", "create-queue", "--queue-name", "work")["QueueUrl"].endswith("/111122223333/work")
