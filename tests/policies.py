"""What a function may do, read from synthesised templates: an evaluator of the identity policies of its role.

    deployed = Deployed(templates, account="111122223333", region="us-east-1", names={"Cases": "cases-table"})
    deployed.allows("Perform", "dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:111122223333:table/cases-table")
    deployed.statements("Perform")          every grant, resources resolved
    deployed.unused("Perform", calls)       grants that none of these calls needed

Functions and other resources are called by their construct id ("Perform", "CaseEventsDead"); `names` gives physical names, else the
construct id in lower case stands for it. A resource without a name of its own here is an error, not a match.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Call = tuple[str, str]
"""An IAM action and the ARN it is asked for."""

_HASH = re.compile(r"[0-9A-F]{8}$")
_ARN_OF = {
    "AWS::SQS::Queue": "arn:aws:sqs:{region}:{account}:{name}",
    "AWS::DynamoDB::GlobalTable": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::KinesisFirehose::DeliveryStream": "arn:aws:firehose:{region}:{account}:deliverystream/{name}",
    "AWS::Lambda::Function": "arn:aws:lambda:{region}:{account}:function:{name}",
    "AWS::IAM::Role": "arn:aws:iam::{account}:role/{name}",
    "AWS::Logs::LogGroup": "arn:aws:logs:{region}:{account}:log-group:{name}:*",
    "AWS::Cases::Domain": "arn:aws:cases:{region}:{account}:domain/{name}",
    "AWS::Events::Rule": "arn:aws:events:{region}:{account}:rule/{name}",
}
_ARN_ATTRIBUTES = {"Arn", "DomainArn"}
_NAME_ATTRIBUTES = {"DomainId", "QueueName"}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy, resources resolved to ARN patterns."""

    allow: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, tuple[str, ...]]]

    def matches(self, action: str, resource: str, context: Mapping[str, str]) -> bool:
        """Does it speak about this call?"""
        return (
            any(_like(action.lower(), pattern.lower()) for pattern in self.actions)
            and any(_like(resource, pattern) for pattern in self.resources)
            and all(_holds(operator, tests, context) for operator, tests in self.conditions.items())
        )


class Deployed:
    """Templates as if they were deployed under these names."""

    def __init__(self, templates: Mapping[str, Any], *, account: str, region: str, names: Mapping[str, str] | None = None) -> None:
        self._account, self._region, self._names = account, region, dict(names or {})
        self._resources = {
            (stack, logical): resource for stack, template in templates.items() for logical, resource in template["Resources"].items()
        }
        self._exports = {
            output["Export"]["Name"]: (stack, output["Value"])
            for stack, template in templates.items()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }

    def functions(self) -> tuple[str, ...]:
        """The functions of our own, by construct id."""
        found = (logical for (_, logical), resource in self._resources.items() if _is_ours(resource))
        return tuple(sorted(construct_id(logical) for logical in found))

    def allows(self, function: str, action: str, resource: str, context: Mapping[str, str] | None = None) -> bool:
        """May the function do this? A denial beats any leave; what no statement allows is forbidden."""
        matching = [each for each in self.statements(function) if each.matches(action, resource, context or {})]
        return bool(matching) and all(each.allow for each in matching)

    def statements(self, function: str) -> tuple[Statement, ...]:
        """Every statement of the function's role, inline or attached."""
        stack, logical = self._find(function, "AWS::Lambda::Function")
        role = self._resources[stack, logical]["Properties"]["Role"]["Fn::GetAtt"][0]
        return tuple(self._role_statements(stack, role))

    def unused(self, function: str, calls: Iterable[Call], context: Mapping[str, str] | None = None) -> tuple[Call, ...]:
        """The (action, resource pattern) pairs granted to the function that none of the calls needed."""
        made = list(calls)
        return tuple(
            (action, pattern)
            for each in self.statements(function)
            for action in each.actions
            for pattern in each.resources
            if not any(_like(done, action) and _like(resource, pattern) for done, resource in made)
        )

    def arn(self, name: str, kind: str) -> str:
        """The ARN of a resource, by construct id and CloudFormation type."""
        stack, logical = self._find(name, kind)
        return self.resolve(stack, {"Fn::GetAtt": [logical, "Arn"]})

    def resolve(self, stack: str, value: Any) -> str:
        """A value of a template as text.

        Raises:
            LookupError: it needs a resource, an attribute or a function this evaluator does not know.
        """
        match value:
            case str():
                return value
            case {"Ref": str(name)}:
                return self._reference(stack, name)
            case {"Fn::GetAtt": [str(logical), str(attribute)]}:
                return self._attribute(stack, logical, attribute)
            case {"Fn::Join": [str(glue), list(parts)]}:
                return glue.join(self.resolve(stack, part) for part in parts)
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([A-Za-z0-9:]+)\}", lambda found: self._reference(stack, found[1]), text)
            case {"Fn::ImportValue": str(export)}:
                return self.resolve(*self._exports[export])
            case _:
                raise LookupError(f"{stack}: cannot resolve {value!r}")

    def _reference(self, stack: str, name: str) -> str:
        pseudo = {"AWS::AccountId": self._account, "AWS::Region": self._region, "AWS::Partition": "aws"}
        return pseudo[name] if name in pseudo else self._name(stack, name)

    def _attribute(self, stack: str, logical: str, attribute: str) -> str:
        kind = self._resources[stack, logical]["Type"]
        name = self._name(stack, logical)
        if attribute in _NAME_ATTRIBUTES:
            return name
        if attribute in _ARN_ATTRIBUTES and kind in _ARN_OF:
            return _ARN_OF[kind].format(account=self._account, region=self._region, name=name)
        raise LookupError(f"{stack}: {kind} {logical} has no {attribute} here; add it to _ARN_OF")

    def _name(self, stack: str, logical: str) -> str:
        resource = self._resources[stack, logical]
        called = construct_id(logical)
        suffix = ".fifo" if resource["Properties"].get("FifoQueue") else ""
        return self._names.get(called, called.lower() + suffix)

    def _find(self, name: str, kind: str) -> tuple[str, str]:
        found = [key for key, resource in self._resources.items() if resource["Type"] == kind and construct_id(key[1]) == name]
        if len(found) != 1:
            there = sorted(construct_id(key[1]) for key, resource in self._resources.items() if resource["Type"] == kind)
            raise LookupError(f"{len(found)} resources of {kind} are called {name!r}; there are {', '.join(there)}")
        return found[0]

    def _role_statements(self, stack: str, role: str) -> Iterator[Statement]:
        properties = self._resources[stack, role]["Properties"]
        if "ManagedPolicyArns" in properties:
            raise LookupError(f"{stack}: {role} has managed policies, which cannot be read here: {properties['ManagedPolicyArns']}")
        documents = [policy["PolicyDocument"] for policy in properties.get("Policies", ())]
        for (home, _), resource in self._resources.items():
            if resource["Type"] == "AWS::IAM::Policy" and home == stack and {"Ref": role} in resource["Properties"].get("Roles", ()):
                documents.append(resource["Properties"]["PolicyDocument"])
        for document in documents:
            for statement in document["Statement"]:
                yield self._statement(stack, statement)

    def _statement(self, stack: str, given: Mapping[str, Any]) -> Statement:
        conditions = {
            operator: {key: tuple(self.resolve(stack, each) for each in _listed(values)) for key, values in tests.items()}
            for operator, tests in given.get("Condition", {}).items()
        }
        resources = tuple(self.resolve(stack, each) for each in _listed(given["Resource"]))
        return Statement(given["Effect"] == "Allow", tuple(_listed(given["Action"])), resources, conditions)


def construct_id(logical: str) -> str:
    """The construct id behind a logical id: without the hash CDK puts after it."""
    return _HASH.sub("", logical)


def _is_ours(resource: Mapping[str, Any]) -> bool:
    return resource["Type"] == "AWS::Lambda::Function" and resource["Properties"].get("Handler") == "handler.handle"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _like(text: str, pattern: str) -> bool:
    """IAM's wildcards: `*` is any text, `?` any one character."""
    written = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    return re.fullmatch(written, text, re.DOTALL) is not None


def _holds(operator: str, tests: Mapping[str, tuple[str, ...]], context: Mapping[str, str]) -> bool:
    match operator:
        case "StringEquals":
            return all(context.get(key) in accepted for key, accepted in tests.items())
        case "StringLike" | "ForAllValues:StringLike" | "ArnLike" | "ArnEquals":
            return all(any(_like(context.get(key, ""), each) for each in accepted) for key, accepted in tests.items())
        case "Bool":
            return all(context.get(key, "") in accepted for key, accepted in tests.items())
        case _:
            raise LookupError(f"condition operator {operator} is not known here")
