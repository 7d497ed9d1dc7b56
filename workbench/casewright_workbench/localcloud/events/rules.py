"""Buses and the rules on them, as state."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .patterns import EventPattern
from .schedules import Schedule

DEFAULT_BUS = "default"


@dataclass(slots=True)
class Rule:
    """A rule as put; `next_run` is when its schedule fires next."""

    name: str
    arn: str
    bus_name: str
    pattern_text: str | None = None
    pattern: EventPattern | None = None
    schedule_text: str | None = None
    schedule: Schedule | None = None
    next_run: datetime | None = None
    is_enabled: bool = True
    state: str = "ENABLED"
    description: str | None = None
    role_arn: str | None = None
    created_by: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    targets: dict[str, dict[str, Any]] = field(default_factory=dict)

    def described(self) -> dict[str, Any]:
        """The rule as lists and descriptions show it."""
        return {
            "Name": self.name,
            "Arn": self.arn,
            "EventPattern": self.pattern_text,
            "ScheduleExpression": self.schedule_text,
            "State": self.state,
            "Description": self.description,
            "RoleArn": self.role_arn,
            "EventBusName": self.bus_name,
        }


@dataclass(slots=True)
class Bus:
    """An event bus."""

    name: str
    arn: str
    created_at: datetime
    description: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)

    def described(self) -> dict[str, Any]:
        """The bus as lists and descriptions show it."""
        return {"Name": self.name, "Arn": self.arn, "Description": self.description, "CreationTime": self.created_at}

    def matching(self, event: dict[str, Any]) -> Iterator[Rule]:
        """The enabled rules whose pattern the event fits."""
        for rule in tuple(self.rules.values()):
            if rule.is_enabled and rule.pattern is not None and rule.pattern.matches(event):
                yield rule
