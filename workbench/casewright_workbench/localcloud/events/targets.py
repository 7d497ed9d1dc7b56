"""Targets of rules: what may be one, and the operations on them."""

from collections.abc import Mapping
from typing import Any

from casewright_workbench.localcloud.service import Caller, Request, Response, ServiceError

from .buses import Buses
from .inputs import check_input
from .paging import page
from .rules import Rule

_MOST_TARGETS = 5
_KINDS = {
    "sqs": "arn:aws:sqs:REGION:ACCOUNT:QUEUE",
    "firehose": "arn:aws:firehose:REGION:ACCOUNT:deliverystream/NAME",
    "lambda": "arn:aws:lambda:REGION:ACCOUNT:function:NAME",
    "events": "arn:aws:events:REGION:ACCOUNT:event-bus/NAME or :api-destination/NAME/ID",
}


class TargetOperations:
    """PutTargets, RemoveTargets and the questions about targets."""

    _buses: Buses

    def put_targets(self, request: Request, _caller: Caller) -> Response:
        """Add targets to a rule, or replace those of the same id."""
        rule = self._buses.rule(request, key="Rule")
        for target in request["Targets"]:
            check_target(target)
        wanted = rule.targets | {target["Id"]: target for target in request["Targets"]}
        if len(wanted) > _MOST_TARGETS:
            raise ServiceError(
                "LimitExceededException",
                f"The rule {rule.name} would have {len(wanted)} targets; at most {_MOST_TARGETS} are allowed.",
            )
        rule.targets = wanted
        return {"FailedEntryCount": 0, "FailedEntries": []}

    def remove_targets(self, request: Request, _caller: Caller) -> Response:
        """Remove targets by id."""
        rule = self._buses.rule(request, key="Rule")
        failed = [
            {
                "TargetId": target_id,
                "ErrorCode": "ResourceNotFoundException",
                "ErrorMessage": f"Rule {rule.name} has no target {target_id}.",
            }
            for target_id in request["Ids"]
            if rule.targets.pop(target_id, None) is None
        ]
        return {"FailedEntryCount": len(failed), "FailedEntries": failed}

    def list_targets_by_rule(self, request: Request, _caller: Caller) -> Response:
        """The targets of a rule."""
        return page("Targets", list(self._buses.rule(request, key="Rule").targets.values()), request)

    def list_rule_names_by_target(self, request: Request, _caller: Caller) -> Response:
        """The rules of a bus that have a target."""
        bus = self._buses.of(request)
        arn = request["TargetArn"]
        return page("RuleNames", sorted(rule.name for rule in bus.rules.values() if _reaches(rule, arn)), request)


def check_target(target: Mapping[str, Any]) -> None:
    """Refuse a target that could never be delivered to."""
    parts = target["Arn"].split(":")
    kind = parts[2] if len(parts) >= 6 and parts[0] == "arn" else ""
    if kind not in _KINDS:
        known = ", ".join(_KINDS.values())
        raise ServiceError(
            "ValidationException", f"Target {target['Id']} has the ARN {target['Arn']}; the local cloud delivers to {known}."
        )
    if ":api-destination/" in target["Arn"]:
        _check_api_target(target)
    has_group = "MessageGroupId" in target.get("SqsParameters", {})
    if kind == "sqs" and target["Arn"].endswith(".fifo") and not has_group:
        raise ServiceError("ValidationException", f"Parameter(s) SqsParameters must be specified for target: {target['Id']}.")
    dead_letters = target.get("DeadLetterConfig", {}).get("Arn", "arn:aws:sqs:")
    if not dead_letters.startswith("arn:aws:sqs:") or dead_letters.endswith(".fifo"):
        raise ServiceError(
            "ValidationException", f"Target {target['Id']}: a DeadLetterConfig is a standard SQS queue, given {dead_letters}."
        )
    check_input(target)


def _check_api_target(target: Mapping[str, Any]) -> None:
    if "RoleArn" not in target:
        raise ServiceError("ValidationException", f"RoleArn is required for target {target['Arn']}.")
    other = set(target.get("HttpParameters", {})) - {"HeaderParameters"}
    if other:
        raise ServiceError("ValidationException", f"Target {target['Id']}: the local cloud fills HeaderParameters, and no {min(other)}.")


def _reaches(rule: Rule, arn: str) -> bool:
    return any(target["Arn"] == arn for target in rule.targets.values())
