"""The EventBridge API: buses, rules, targets, API destinations, and events put on a bus."""

import json
from datetime import datetime
from typing import Any

from casewright_workbench.localcloud.service import (
    LOCAL_ACCOUNT,
    LOCAL_REGION,
    Caller,
    Clock,
    Envelope,
    Request,
    Response,
    ServiceError,
)

from .bus_operations import BusOperations
from .buses import Buses, short_name
from .connections import DestinationOperations, Destinations
from .delivery import Delivery, DeliveryFailedError, Queues, Streams
from .entries import check_size, event_of, refusal, scheduled_event
from .rule_operations import RuleOperations, compiled
from .rules import DEFAULT_BUS, Rule
from .tagging import TagOperations
from .targets import TargetOperations


class EventsService(RuleOperations, TargetOperations, BusOperations, TagOperations, DestinationOperations):
    """EventBridge; `deliver` takes whole events that AWS services emit on the default bus."""

    name = "events"

    def __init__(self, *, clock: Clock, queues: Queues, streams: Streams, account: str = LOCAL_ACCOUNT, region: str = LOCAL_REGION) -> None:
        self._clock = clock
        self._buses = Buses(account=account, region=region)
        self._buses.add(DEFAULT_BUS, created_at=clock.now())
        self._destinations = Destinations()
        self.delivery = Delivery(queues=queues, streams=streams, forward=self._forward, destinations=self._destinations, clock=clock)

    def deliver(self, event: Envelope, *, bus_name: str = DEFAULT_BUS) -> None:
        """Hand an event to every enabled rule of a bus whose pattern it matches."""
        for rule in self._buses.named(bus_name).matching(event):
            self.delivery.to_all(rule, event, at=self._clock.now())

    def next_timer(self) -> datetime | None:
        """When a schedule fires or an API destination is called next."""
        moments = [rule.next_run for rule in self._scheduled()] + [self.delivery.api_calls.next_timer()]
        return min((moment for moment in moments if moment is not None), default=None)

    def run_timers(self) -> None:
        """Make the calls that are due, and fire the schedules, each once however far the clock was skipped."""
        self.delivery.api_calls.run_due()
        now = self._clock.now()
        due = [rule for rule in self._scheduled() if rule.next_run is not None and rule.next_run <= now]
        for rule in due:
            slot = rule.next_run
            while rule.next_run is not None and rule.next_run <= now and rule.schedule is not None:
                slot, rule.next_run = rule.next_run, rule.schedule(rule.next_run)
            event = scheduled_event(rule.arn, account=self._buses.account, region=self._buses.region, at=slot or now)
            self.delivery.to_all(rule, event, at=now)

    def put_events(self, request: Request, caller: Caller) -> Response:
        """Put custom events; entries fail one by one."""
        entries = request["Entries"]
        check_size(entries)
        results: list[dict[str, Any]] = []
        for entry in entries:
            refused = refusal(entry)
            if refused:
                results.append({"ErrorCode": refused[0], "ErrorMessage": refused[1]})
                continue
            event = event_of(entry, caller=caller, now=self._clock.now())
            bus_name = short_name(entry.get("EventBusName", DEFAULT_BUS))
            if bus_name in self._buses.all:
                self.deliver(event, bus_name=bus_name)
            results.append({"EventId": event["id"]})
        return {"Entries": results, "FailedEntryCount": sum("ErrorCode" in result for result in results)}

    def test_event_pattern(self, request: Request, _caller: Caller) -> Response:  # noqa: PT019 - an operation, not a test
        """Whether an event matches a pattern."""
        try:
            event = json.loads(request["Event"])
        except ValueError as broken:
            raise ServiceError("ValidationException", f"Parameter Event is not valid. Reason: it is not JSON: {broken}") from broken
        wanted = ("id", "source", "account", "time", "region", "resources", "detail-type")
        missing = [name for name in wanted if name not in event] if isinstance(event, dict) else list(wanted)
        if missing:
            raise ServiceError("ValidationException", f"Parameter Event is not valid. Reason: it lacks {', '.join(missing)}")
        return {"Result": compiled(request["EventPattern"]).matches(event)}

    def _scheduled(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self._buses.all[DEFAULT_BUS].rules.values() if rule.is_enabled and rule.schedule is not None)

    def _forward(self, bus_arn: str, event: Envelope) -> None:
        """An event goes from one bus to another once; what a rule of that one would forward stays there."""
        bus_name = bus_arn.rpartition("/")[2]
        if bus_name not in self._buses.all or not bus_arn.startswith(self._buses.arn):
            raise DeliveryFailedError("NO_RESOURCE", f"there is no event bus {bus_arn}")
        for rule in self._buses.named(bus_name).matching(event):
            onward = {key: target for key, target in rule.targets.items() if ":event-bus/" not in target["Arn"]}
            self.delivery.to_all(Rule(rule.name, rule.arn, rule.bus_name, targets=onward), event, at=self._clock.now())
