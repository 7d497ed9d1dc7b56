"""Where everything of a deployment is: told by the environments of its functions, and by whoever asks.

The stacks write what each function needs into its environment, so that is what is read; what is given by hand goes before it.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from casewright_workbench.deployment.clients import Clients, NotKnown, pages
from casewright_workbench.deployment.refusals import explained
from casewright_workbench.deployment.usage import WrongUsage

STACKS: Final = ("cases", "lake", "ingestion", "automation", "dashboards")
_CONSTRUCT: Final = re.compile(r"(?:^|-)([A-Z][A-Za-z]+)[0-9A-F]{8}(?:-|$)")
_OURS: Final = ("DOMAIN_ID", "ACCOUNT", "REGION")


class Deployed(msgspec.Struct, frozen=True):
    """A function: `kind` is the folder of lambdas/ that it runs."""

    kind: str
    name: str
    role_arn: str = ""
    environment: Mapping[str, str] = {}
    dead_letter_arn: str = ""


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """What is known; ask with the methods, which say how to give what is not."""

    given: Mapping[str, str] = {}
    """What can be given by hand, by the name of the environment variable that would tell it; empty where it was not."""
    functions: tuple[Deployed, ...] = ()
    queue_urls: tuple[str, ...] = ()
    """Of the stacks; empty where no stage was named."""
    stage: str = ""
    trouble: str = ""
    """Why the functions could not be listed."""

    def told(self, name: str) -> str:
        """A value by the name of its environment variable; empty where nobody tells."""
        return self.given.get(name) or next((each.environment[name] for each in self.functions if each.environment.get(name)), "")

    def needed(self, name: str) -> str:
        """The same. Raises NotKnown."""
        if value := self.told(name):
            return value
        option = f"--{OPTIONS[name]}" if name in self.given else "--stage"
        why = f", and functions could not be listed: {self.trouble}" if self.trouble else ""
        raise NotKnown(f"no function says {name}{why}; give {option}")

    def function(self, kind: str) -> Deployed | None:
        """The function that runs a folder of lambdas/."""
        return next((each for each in self.functions if each.kind == kind), None)


OPTIONS: Final[Mapping[str, str]] = {
    "DOMAIN_ID": "domain",
    "INSTANCE_ID": "instance",
    "CASE_TABLE": "table",
    "BUNDLE_BUCKET": "bucket",
    "FACTS_STREAM": "stream",
    "MAIL_FROM": "mail-from",
    "MAIL_CONFIGURATION_SET": "configuration-set",
}
"""What can be given by hand."""


def places_of(clients: Clients, stage: str, given: Mapping[str, str]) -> Places:
    """The places of a stage where one is named, else of the deployment that has what is given. Raises WrongUsage where that is not one."""
    return of_stage(clients, stage, given) if stage else of_names(clients, given)


def of_stage(clients: Clients, stage: str, given: Mapping[str, str]) -> Places:
    """The places of a stage, from its CloudFormation stacks. Raises WrongUsage where there are none that can be seen."""
    resources = [each for stack in STACKS for each in _resources(clients, f"casewright-{stage}-{stack}", given)]
    lambdas = clients("lambda")
    functions = [
        _deployed(lambdas.get_function_configuration(FunctionName=each["PhysicalResourceId"]), each["LogicalResourceId"])
        for each in resources
        if each["ResourceType"] == "AWS::Lambda::Function"
    ]
    return Places(
        given=given,
        functions=tuple(each for each in functions if _is_ours(each)),
        queue_urls=tuple(each["PhysicalResourceId"] for each in resources if each["ResourceType"] == "AWS::SQS::Queue"),
        stage=stage,
    )


def of_names(clients: Clients, given: Mapping[str, str]) -> Places:
    """The places of a deployment by whatever names are given; by none, where there is but one.

    Raises:
        WrongUsage: there are several that fit, or nothing to go by.
    """
    try:
        listed = [_deployed(each) for each in pages(clients("lambda").list_functions, "Functions")]
    except (ClientError, BotoCoreError) as error:
        if not any(given.values()):
            raise WrongUsage(f"functions could not be listed ({explained(error)}); give --stage, or {_options(given)}") from error
        return Places(given=given, trouble=explained(error))
    domains: dict[str, list[Deployed]] = {}
    for each in filter(_is_ours, listed):
        domains.setdefault(each.environment["DOMAIN_ID"], []).append(each)
    fitting = [Places(given=given, functions=tuple(functions)) for functions in domains.values() if _fits(functions, given)]
    return _only(fitting, given)


def _only(fitting: list[Places], given: Mapping[str, str]) -> Places:
    if len(fitting) > 1:
        tables = ", ".join(sorted(each.told("CASE_TABLE") for each in fitting))
        raise WrongUsage(f"several deployments fit, with the tables {tables}: choose one with --table, or give --stage")
    if fitting:
        return fitting[0]
    if not any(given.values()):
        raise WrongUsage(f"no function here is one of Casewright: give --stage NAME, set another AWS_REGION, or give {_options(given)}")
    return Places(given=given, trouble="none fits what is given")


def _fits(functions: Iterable[Deployed], given: Mapping[str, str]) -> bool:
    """A deployment fits if no name that tells deployments apart is another one there."""
    found = Places(functions=tuple(functions))
    apart = ("DOMAIN_ID", "CASE_TABLE", "BUNDLE_BUCKET", "FACTS_STREAM")
    return all(found.told(name) == given[name] for name in apart if given.get(name))


def _is_ours(function: Deployed) -> bool:
    return all(function.environment.get(name) for name in _OURS)


def _deployed(configuration: Mapping[str, Any], logical_id: str = "") -> Deployed:
    name = configuration["FunctionName"]
    return Deployed(
        kind=_kind(logical_id or name),
        name=name,
        role_arn=configuration.get("Role", ""),
        environment=configuration.get("Environment", {}).get("Variables", {}),
        dead_letter_arn=configuration.get("DeadLetterConfig", {}).get("TargetArn", ""),
    )


def _kind(name: str) -> str:
    """`note_delivery` of `casewright-main-automation-NoteDelivery0A1B2C3D-x7`."""
    construct = _CONSTRUCT.search(name)
    return re.sub(r"(?<!^)([A-Z])", r"_\1", construct[1]).lower() if construct else name


def _resources(clients: Clients, stack: str, given: Mapping[str, str]) -> list[Any]:
    try:
        return list(pages(clients("cloudformation").list_stack_resources, "StackResourceSummaries", StackName=stack))
    except (ClientError, BotoCoreError) as error:
        instead = f"without CloudFormation leave --stage out, or give {_options(given)}"
        raise WrongUsage(f"stack {stack}: {explained(error)}; {instead}") from error


def _options(given: Mapping[str, str]) -> str:
    """The options by which a command is told what functions would tell."""
    *others, last = (f"--{OPTIONS[name]}" for name in given)
    return f"{', '.join(others)} and {last}" if others else last
