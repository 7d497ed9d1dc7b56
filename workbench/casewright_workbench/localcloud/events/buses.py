"""All buses of the account and region, and how requests name them."""

from datetime import datetime

from casewright_workbench.localcloud.service import Request, ServiceError

from .rules import DEFAULT_BUS, Bus, Rule


class Buses:
    """The buses by name; `arn` is what their ARNs start with."""

    def __init__(self, *, account: str, region: str) -> None:
        self.account = account
        self.region = region
        self.arn = f"arn:aws:events:{region}:{account}"
        self.all: dict[str, Bus] = {}

    def add(self, name: str, *, created_at: datetime) -> Bus:
        """A new bus."""
        self.all[name] = Bus(name, f"{self.arn}:event-bus/{name}", created_at)
        return self.all[name]

    def named(self, name_or_arn: str) -> Bus:
        """The bus of that name or ARN."""
        name = short_name(name_or_arn)
        if name not in self.all:
            raise ServiceError("ResourceNotFoundException", f"Event bus {name} does not exist.")
        return self.all[name]

    def of(self, request: Request) -> Bus:
        """The bus that a request's EventBusName names, or the default one."""
        return self.named(request.get("EventBusName", DEFAULT_BUS))

    def rule(self, request: Request, *, key: str = "Name") -> Rule:
        """The rule that a request names by `key`."""
        bus = self.of(request)
        if request[key] not in bus.rules:
            raise ServiceError("ResourceNotFoundException", f"Rule {request[key]} does not exist on EventBus {bus.name}.")
        return bus.rules[request[key]]


def short_name(name_or_arn: str) -> str:
    """The name in a bus's ARN, or the name itself."""
    return name_or_arn.partition(":event-bus/")[2] if name_or_arn.startswith("arn:") else name_or_arn
