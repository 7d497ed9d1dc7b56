"""What doctor says the roles need is what the stacks grant, and what IAM denies is told."""

from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from policies import Deployed as Roles
from synthesis import ACCOUNT, REGION, with_existing_domain

from casewright_workbench.deployment.clients import Clients
from casewright_workbench.doctor import permissions
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.needs import NEEDS, UNTOLD
from casewright_workbench.doctor.places import Deployed, Places

ENVIRONMENT = {
    "DOMAIN_ID": "0f3c2b1a",
    "ACCOUNT": ACCOUNT,
    "REGION": REGION,
    "INSTANCE_ID": "11111111-2222-4333-8444-555555555555",
    "CASE_TABLE": "cases",
    "BUNDLE_BUCKET": "bundles",
    "FACTS_STREAM": "stream",
    "MAIL_FROM": "cases@example.com",
    "MAIL_CONFIGURATION_SET": "cases",
    "WAKE_QUEUE_URL": "https://q/wake.fifo",
    "CASE_EVENTS_QUEUE_URL": "https://q/caseevents",
}
DEAD = {"decide": "caseeventsdead", "note_delivery": "maileventsdead"}


class Known(Context):
    """A context that asks nobody."""

    def queue_of(self, kind: str) -> str:
        return f"arn:aws:sqs:{REGION}:{ACCOUNT}:mailevents"


def deployed(kind: str) -> Deployed:
    graves = {"DEAD_LETTER_QUEUE_URL": f"https://q/{DEAD[kind]}"} if kind in DEAD else {}
    return Deployed(kind, kind, f"arn:aws:iam::{ACCOUNT}:role/{kind}", {**ENVIRONMENT, **graves})


@pytest.fixture
def context() -> Context:
    session = boto3.Session("k", "s", region_name=REGION)
    known = Known(Clients(session), Places(functions=tuple(deployed(kind) for kind in NEEDS)))
    known.caller = {"Arn": f"arn:aws:iam::{ACCOUNT}:user/ops", "Account": ACCOUNT}
    return known


def construct(kind: str) -> str:
    return "".join(word.capitalize() for word in kind.split("_"))


@pytest.mark.parametrize("kind", NEEDS)
def test_what_is_needed_is_what_the_stacks_grant(kind: str, context: Context) -> None:
    roles = Roles(with_existing_domain(), account=ACCOUNT, region=REGION)
    granted = {action for each in roles.statements(construct(kind)) for action in each.actions if not action.startswith("logs:")}
    needed = {action for need in NEEDS[kind] for action in need.actions}
    assert needed == granted - UNTOLD, "say it in casewright_workbench/doctor/needs.py too"
    for action, arn, told in permissions.questions(context, deployed(kind)):
        assert roles.allows(construct(kind), action, arn, told), f"{kind}: {action} on {arn}"


def simulated(context: Context, *, denied: str = "") -> list[Any]:
    """The findings, where IAM denies one action."""
    with Stubber(context.clients("iam")) as stub:
        for function in context.places.functions:
            for need in NEEDS[function.kind]:
                results = [
                    {"EvalActionName": action, "EvalResourceName": "*", "EvalDecision": "explicitDeny" if action == denied else "allowed"}
                    for action in need.actions
                ]
                asked = {"PolicySourceArn": function.role_arn, "ActionNames": list(need.actions), "ResourceArns": ANY}
                more = {"ContextEntries": ANY} if need.context else {}
                stub.add_response("simulate_principal_policy", {"EvaluationResults": results}, {**asked, **more})
        return list(permissions.roles(context))


def test_what_iam_allows_is_fine(context: Context) -> None:
    assert [each.status for each in simulated(context)] == ["ok"]


def test_what_iam_denies_is_told_of_that_function(context: Context) -> None:
    [found] = simulated(context, denied="ses:SendEmail")
    assert found.status == "fail"
    assert found.found == "perform may not ses:SendEmail on * (explicitDeny)"
