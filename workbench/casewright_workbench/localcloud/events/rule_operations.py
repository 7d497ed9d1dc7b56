"""Operations on rules."""

from datetime import datetime

from casewright_workbench.localcloud.service import Caller, Clock, Request, Response, ServiceError

from .buses import Buses
from .matchers import InvalidPatternError
from .paging import page
from .patterns import EventPattern
from .rules import DEFAULT_BUS, Rule
from .schedules import InvalidScheduleError, compile_schedule

_MOST_RULES = 300


class RuleOperations:
    """PutRule, its opposite, and the questions about rules."""

    _buses: Buses
    _clock: Clock

    def put_rule(self, request: Request, caller: Caller) -> Response:
        """Create or replace a rule; its targets stay."""
        bus = self._buses.of(request)
        pattern_text, schedule_text = request.get("EventPattern"), request.get("ScheduleExpression")
        if not pattern_text and not schedule_text:
            raise ServiceError("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.")
        if schedule_text and bus.name != DEFAULT_BUS:
            raise ServiceError("ValidationException", "ScheduleExpression is supported only on the default event bus.")
        name = request["Name"]
        known = bus.rules.get(name)
        if known is None and len(bus.rules) >= _MOST_RULES:
            raise ServiceError(
                "LimitExceededException", f"The requested resource exceeds the maximum number of rules allowed: {_MOST_RULES}."
            )
        middle = "" if bus.name == DEFAULT_BUS else f"{bus.name}/"
        rule = Rule(name=name, arn=f"{self._buses.arn}:rule/{middle}{name}", bus_name=bus.name, created_by=caller.account)
        rule.pattern_text, rule.schedule_text = pattern_text, schedule_text
        rule.pattern = compiled(pattern_text) if pattern_text else None
        rule.state = request.get("State", "ENABLED")
        rule.is_enabled = rule.state != "DISABLED"
        rule.description, rule.role_arn = request.get("Description"), request.get("RoleArn")
        rule.tags = known.tags if known else {tag["Key"]: tag["Value"] for tag in request.get("Tags", ())}
        rule.targets = known.targets if known else {}
        _schedule(rule, self._clock.now())
        bus.rules[name] = rule
        return {"RuleArn": rule.arn}

    def describe_rule(self, request: Request, _caller: Caller) -> Response:
        """One rule."""
        rule = self._buses.rule(request)
        return {**rule.described(), "CreatedBy": rule.created_by}

    def list_rules(self, request: Request, _caller: Caller) -> Response:
        """The rules of a bus, a page at a time."""
        bus = self._buses.of(request)
        rules = [rule.described() for name, rule in sorted(bus.rules.items()) if name.startswith(request.get("NamePrefix", ""))]
        return page("Rules", rules, request)

    def enable_rule(self, request: Request, _caller: Caller) -> Response:
        """Let a rule match again."""
        rule = self._buses.rule(request)
        rule.is_enabled, rule.state = True, "ENABLED"
        _schedule(rule, self._clock.now())
        return {}

    def disable_rule(self, request: Request, _caller: Caller) -> Response:
        """Let a rule match nothing."""
        rule = self._buses.rule(request)
        rule.is_enabled, rule.state = False, "DISABLED"
        return {}

    def delete_rule(self, request: Request, _caller: Caller) -> Response:
        """Delete a rule that has no targets; one that is not there is deleted already."""
        bus = self._buses.of(request)
        rule = bus.rules.get(request["Name"])
        if rule is not None and rule.targets:
            raise ServiceError("ValidationException", "Rule can't be deleted since it has targets.")
        bus.rules.pop(request["Name"], None)
        return {}


def compiled(text: str) -> EventPattern:
    """The compiled pattern, or the API's error about it."""
    try:
        return EventPattern(text)
    except InvalidPatternError as broken:
        raise ServiceError("InvalidEventPatternException", f"Event pattern is not valid. Reason: {broken}") from broken


def _schedule(rule: Rule, now: datetime) -> None:
    if rule.schedule_text:
        try:
            rule.schedule = compile_schedule(rule.schedule_text)
        except InvalidScheduleError as broken:
            raise ServiceError("ValidationException", f"Parameter ScheduleExpression is not valid. {broken}") from broken
        rule.next_run = rule.schedule(now)
