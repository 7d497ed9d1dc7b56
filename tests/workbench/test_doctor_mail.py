"""By which identity mail may be sent, as doctor finds it."""

import boto3
import pytest
from botocore.stub import Stubber

from casewright_workbench.deployment.clients import Clients
from casewright_workbench.doctor import mail
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.places import Deployed, Places

ASKED = ("cases@mail.example.com", "mail.example.com", "example.com")


@pytest.mark.parametrize(
    ("verified", "status", "found"),
    [
        ({"example.com": True}, "ok", "cases@mail.example.com, by the identity example.com"),
        ({"cases@mail.example.com": True, "example.com": True}, "ok", "cases@mail.example.com, by the identity cases@mail.example.com"),
        ({"mail.example.com": False, "example.com": True}, "ok", "cases@mail.example.com, by the identity example.com"),
        ({"mail.example.com": False}, "fail", "mail.example.com, not verified"),
        ({}, "fail", "cases@mail.example.com"),
    ],
)
def test_the_address_its_domain_or_one_above_it_is_verified(verified: dict[str, bool], status: str, found: str) -> None:
    function = Deployed("perform", "perform", "arn:aws:iam::111122223333:role/perform", {"MAIL_FROM": ASKED[0]})
    context = Context(Clients(boto3.Session("k", "s", region_name="us-east-1")), Places(functions=(function,)))
    with Stubber(context.clients("sesv2")) as stub:
        for name in ASKED:
            if name in verified:
                signed = {"Status": "SUCCESS"}
                answer = {"VerifiedForSendingStatus": verified[name], "DkimAttributes": signed}
                stub.add_response("get_email_identity", answer, {"EmailIdentity": name})
            else:
                stub.add_client_error("get_email_identity", "NotFoundException", expected_params={"EmailIdentity": name})
        [told] = mail.identity(context)
    assert (told.status, told.found) == (status, found)
