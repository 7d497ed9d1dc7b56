"""Permissions: may the functions do what they are made for? Boundaries and organisation policies count too, so IAM is asked."""

from collections.abc import Iterable, Iterator
from typing import Any

from casewright_workbench.deployment.clients import NotKnown, pages
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.findings import Finding, fail, listed, ok
from casewright_workbench.doctor.needs import NEEDS, Need, resource
from casewright_workbench.doctor.places import Deployed


def roles(context: Context) -> Iterable[Finding]:
    """The role of every function allows what its code calls (SimulatePrincipalPolicy)."""
    known = [each for each in context.places.functions if each.kind in NEEDS]
    if not known:
        raise NotKnown("no function is known; give --stage, or let functions be listed")
    wrong = 0
    for function in known:
        denied = [each for need in NEEDS[function.kind] for each in _denied(context, function, need)]
        wrong += bool(denied)
        if denied:
            told = listed(denied)
            yield fail(
                f"{function.kind} may not {told}", wrong="it fails when it gets there", do="deploy again; look for a boundary or an SCP"
            )
    if not wrong:
        yield ok(f"{listed([each.kind for each in known])} may do what they need")


def questions(context: Context, function: Deployed) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Every action that a function needs, on which resource, and in which context."""
    for need in NEEDS[function.kind]:
        for name in need.on:
            yield from ((action, resource(context, function.environment, name), _context(context, need)) for action in need.actions)


def _denied(context: Context, function: Deployed, need: Need) -> Iterator[str]:
    arns = [resource(context, function.environment, name) for name in need.on]
    request: dict[str, Any] = {"PolicySourceArn": function.role_arn, "ActionNames": list(need.actions), "ResourceArns": arns}
    if told := _context(context, need):
        entries = [{"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"} for key, value in told.items()]
        request["ContextEntries"] = entries
    for each in pages(context.clients("iam").simulate_principal_policy, "EvaluationResults", **request):
        if each["EvalDecision"] != "allowed":
            yield f"{each['EvalActionName']} on {each.get('EvalResourceName', '*')} ({each['EvalDecision']})"


def _context(context: Context, need: Need) -> dict[str, str]:
    """What conditions of the grant ask for; a value that names a setting stands for it."""
    return {key: context.places.told(value) or value for key, value in need.context.items()}
