"""Requests are held against botocore's models, also where botocore itself does not look."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from casewright_workbench.localcloud.cloud import LocalCloud
from casewright_workbench.localcloud.service import Caller
from casewright_workbench.localcloud.wire.expressions import whole_match
from casewright_workbench.localcloud.wire.messages import HttpRequest
from casewright_workbench.localcloud.wire.models import SERVED, STORED, service_model, wire_service
from casewright_workbench.localcloud.wire.problems import Problems
from casewright_workbench.localcloud.wire.writing import ResponseMismatch, ShapeWriters

Client = Callable[[str], Any]
ANYONE = Caller("111122223333", "us-east-1", "arn:aws:iam::111122223333:user/anyone")


def refused(call: Callable[..., Any], **parameters: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    return dict(raised.value.response)


def post(cloud: LocalCloud, service: str, path: str, body: Any, **headers: str) -> tuple[int, dict[str, Any]]:
    response = cloud._dispatcher.answer(service, HttpRequest("POST", path, headers=headers, body=json.dumps(body).encode()), ANYONE)
    return response.status, json.loads(response.body)


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code"),
    [
        ("connectcases", "create_domain", {"name": "x" * 101}, "ValidationException"),
        ("connectcases", "search_cases", {"domainId": "d", "maxResults": 1000}, "ValidationException"),
        ("connectcases", "create_field", {"domainId": "d", "name": "n", "type": "Colour"}, "ValidationException"),
        (
            "appintegrations",
            "create_event_integration",
            {"Name": "a b!", "EventFilter": {"Source": "s"}, "EventBridgeBus": "b"},
            "InvalidRequestException",
        ),
        ("connect", "describe_user", {"InstanceId": "x" * 101, "UserId": "u"}, "InvalidParameterException"),
        ("events", "put_rule", {"Name": "a rule", "EventPattern": "{}"}, "ValidationException"),
        ("firehose", "delete_delivery_stream", {"DeliveryStreamName": "a/b"}, "ValidationException"),
        ("sesv2", "put_suppressed_destination", {"EmailAddress": "a@b.c", "Reason": "BORED"}, "BadRequestException"),
        ("sqs", "get_queue_attributes", {"QueueUrl": "https://x/1/q", "AttributeNames": ["Colour"]}, "InvalidAttributeName"),
    ],
)
def test_each_service_refuses_by_its_own_code(client: Client, service: str, operation: str, parameters: dict[str, Any], code: str) -> None:
    response = refused(getattr(client(service), operation), **parameters)
    assert response["Error"]["Code"] == code
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_message_names_path_given_and_accepted(client: Client) -> None:
    fields = [{"id": "title", "value": {"stringValue": "ok"}}, {"id": "summary", "value": {"stringValue": "x" * 4101}}]
    message = refused(client("connectcases").create_case, domainId="d", templateId="t", fields=fields)["Error"]["Message"]
    assert "fields.2.member.value.stringValue" in message
    assert "(4101 characters)" in message
    assert "less than or equal to 4100" in message


def test_all_problems_are_named_at_once(cloud: LocalCloud) -> None:
    status, body = post(cloud, "connectcases", "/domains/d/cases", {"fields": [{"value": {"stringValue": 1}}]})
    assert status == 400
    assert body["message"].startswith("3 validation errors")
    assert "'templateId'" in body["message"]
    assert "'fields.1.member.id'" in body["message"]
    assert "Member must be a string" in body["message"]


@pytest.mark.parametrize("value", [{}, {"stringValue": "a", "doubleValue": 1}, {"stringValue": None}])
def test_a_union_has_exactly_one_member(cloud: LocalCloud, value: dict[str, Any]) -> None:
    status, body = post(cloud, "connectcases", "/domains/d/cases", {"templateId": "t", "fields": [{"id": "a", "value": value}]})
    assert status == 400
    assert "exactly one of the members: [stringValue, doubleValue" in body["message"]


@pytest.mark.parametrize(
    ("body", "accepted"),
    [
        ({"templateId": "t", "fields": [], "colour": "red"}, "Unknown member"),
        ({"templateId": "t", "fields": {}}, "Member must be a list"),
        ({"templateId": "t", "fields": [None]}, "Member must not be null"),
        ({"templateId": "t", "fields": [{"id": "a", "value": {"doubleValue": "1"}}]}, "Member must be a number"),
        ({"templateId": "t", "fields": [{"id": "a", "value": {"booleanValue": "true"}}]}, "Member must be a boolean"),
        ({"templateId": "t", "fields": [{"id": "a", "value": {"stringValue": "x"}}] * 221}, "length less than or equal to 220"),
        ({"templateId": "t", "fields": [], "clientToken": "x" * 65}, "length less than or equal to 64"),
    ],
)
def test_what_no_model_allows_is_refused(cloud: LocalCloud, body: dict[str, Any], accepted: str) -> None:
    status, answer = post(cloud, "connectcases", "/domains/d/cases", body)
    assert status == 400
    assert accepted in answer["message"]


def test_a_body_that_is_no_json_is_a_serialization_error(cloud: LocalCloud) -> None:
    request = HttpRequest("POST", "/domains/d/cases", body=b"{")
    response = cloud._dispatcher.answer("connectcases", request, ANYONE)
    assert (response.status, response.headers["x-amzn-errortype"]) == (400, "SerializationException")


def test_sqs_names_a_missing_parameter(cloud: LocalCloud) -> None:
    target = {"x-amz-target": "AmazonSQS.SendMessage", "x-amzn-query-mode": "true"}
    status, body = post(cloud, "sqs", "/", {"MessageBody": "a"}, **target)
    assert status == 400
    assert body == {"__type": "MissingParameter", "message": "The request must contain the parameter QueueUrl."}


def test_an_operation_that_no_model_has_is_unknown(cloud: LocalCloud) -> None:
    status, body = post(cloud, "sqs", "/", {}, **{"x-amz-target": "AmazonSQS.SendPigeon"})
    assert (status, body["__type"]) == (404, "UnknownOperationException")
    assert "sqs has no operation SendPigeon" in body["message"]


def test_an_operation_that_is_not_performed_says_so(client: Client) -> None:
    response = refused(client("connect").list_phone_numbers, InstanceId="11111111-2222-3333-4444-555555555555")
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert response["Error"]["Message"] == "the local cloud does not perform connect ListPhoneNumbers"


def test_a_service_that_is_not_there_says_so(client: Client) -> None:
    with pytest.raises(NotImplementedError, match="the local cloud has no sns"):
        client("sns").list_topics()


def test_modelled_errors_carry_their_members_and_status(client: Client) -> None:
    response = refused(client("connectcases").get_domain, domainId="nope")
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert (response["resourceId"], response["resourceType"]) == ("nope", "Domain")


def test_exceptions_of_the_client_are_raised(client: Client) -> None:
    sqs = client("sqs")
    with pytest.raises(sqs.exceptions.QueueDoesNotExist) as raised:
        sqs.get_queue_url(QueueName="nope")
    assert raised.value.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert raised.value.response["Error"]["QueryErrorCode"] == "QueueDoesNotExist"


def test_calls_are_recorded_with_principal_and_outcome(cloud: LocalCloud, client: Client) -> None:
    refused(client("connectcases").get_domain, domainId="nope")
    client("s3").create_bucket(Bucket="a-bucket")
    client("s3").put_object(Bucket="a-bucket", Key="a/b.txt", Body=b"x")
    first, _, last = cloud.calls
    assert (first.service, first.operation, first.request, first.error) == (
        "connectcases",
        "GetDomain",
        {"domainId": "nope"},
        "ResourceNotFoundException",
    )
    assert first.principal_arn.endswith("role/tester")
    assert (last.operation, last.request) == ("PutObject", {"Bucket": "a-bucket", "Key": "a/b.txt"})


def test_labels_of_a_path_are_decoded(cloud: LocalCloud, client: Client) -> None:
    arn = "arn:aws:cases:us-east-1:111122223333:domain/a b"
    refused(client("connectcases").list_tags_for_resource, arn=arn)
    assert cloud.calls[-1].request == {"arn": arn}


def test_members_of_a_query_keep_their_types(cloud: LocalCloud, client: Client) -> None:
    refused(client("connectcases").list_templates, domainId="d", maxResults=5, status=["Active", "Inactive"])
    assert cloud.calls[-1].request == {"domainId": "d", "maxResults": 5, "status": ["Active", "Inactive"]}


def test_one_cloud_is_open_at_a_time(cloud: LocalCloud) -> None:
    with pytest.raises(RuntimeError, match=r"close\(\) it first"):
        LocalCloud()


def test_names_of_services_are_those_of_the_models() -> None:
    for service, names in (SERVED | STORED).items():
        model = service_model(service)
        assert (names.event_id, names.signing_name) == (model.service_id.hyphenize(), model.signing_name)


@pytest.mark.parametrize("service", [service for service in SERVED if service != "sts"])
def test_every_operation_of_every_service_can_be_read(service: str) -> None:
    wire = wire_service(service)
    for name in service_model(service).operation_names:
        assert isinstance(wire.operation(name).parse(HttpRequest("POST", "/"), Problems()), dict)


@pytest.mark.parametrize("service", [service for service in SERVED if service != "sts"])
def test_every_pattern_of_every_model_compiles(service: str) -> None:
    model = service_model(service)
    for name in model.shape_names:
        pattern = model.shape_for(name).metadata.get("pattern")
        if pattern:
            whole_match(pattern)


@pytest.mark.parametrize(
    ("pattern", "given", "fits"),
    [
        (r"[\.\-_A-Za-z0-9]+", "a rule", False),
        (r"[\.\-_A-Za-z0-9]+", "a-rule", True),
        (r"^[\p{L}\p{Z}\p{N}_.:=@'|]+$", "Größe 5", True),
        (r"^[\p{L}\p{Z}\p{N}_.:=@'|]+$", "a\tb", False),
        (r"^[\P{C}\r\n\t]{1,127}$", "tab\tand line\n", True),
        (r"^[\P{C}\r\n\t]{1,127}$", "bell\a", False),
        (r"^\P{C}*$", "plain", True),
        (r"\\+[1-9]\\d{1,14}", "+4912345", True),
        (r"/^(?=.*\d)[a-z\d]{2,4}$/", "ab1", True),
        (r"\d{3}", "١٢٣", False),
    ],
)
def test_patterns_mean_what_java_means(pattern: str, given: str, fits: bool) -> None:
    assert (whole_match(pattern).fullmatch(given) is not None) is fits


def test_a_response_outside_the_model_is_our_fault() -> None:
    shape = service_model("events").operation_model("PutRule").output_shape
    with pytest.raises(ResponseMismatch, match=r"answered 1 at PutRule\.RuleArn, where the model accepts a string"):
        ShapeWriters().writer(shape)({"RuleArn": 1}, "PutRule")
    with pytest.raises(ResponseMismatch, match="the members RuleArn"):
        ShapeWriters().writer(shape)({"Arn": "a"}, "PutRule")
