"""Where a deployment stands: the domain and the instance, by id and by ARN, as one stack writes them."""

from aws_cdk import Aws, Stack
from constructs import Construct

from casewright.cases.subscriptions import domain_arn
from stacks.parts.domain import Domain
from stacks.parts.grants import seen_from
from stacks.stage import Stage


class Place:
    """The Cases domain and the Connect instance that everything is about."""

    def __init__(self, stage: Stage, *, domain_id: str, made: Domain | None) -> None:
        self._stage, self._domain_id, self._made = stage, domain_id, made

    def domain_id(self, scope: Construct) -> str:
        """The id of the domain, for use in the stack of `scope`."""
        return self._domain_id if self._made is None else seen_from(scope, self._made, self._domain_id)

    def domain_arn(self, scope: Construct) -> str:
        """The ARN of the domain, for use in the stack of `scope`."""
        stack = Stack.of(scope)
        return domain_arn(region=stack.region, account=stack.account, domain_id=self.domain_id(scope), partition=Aws.PARTITION)

    def instance_arn(self, scope: Construct) -> str:
        """The ARN of the Connect instance, for use in the stack of `scope`."""
        stack = Stack.of(scope)
        return f"arn:{Aws.PARTITION}:connect:{stack.region}:{stack.account}:instance/{self._stage.instance_id}"
