"""A function that is killed at any call, before it or right after it, and run again: every effect done once, none lost.

The handlers, the adapters and the queues are the real ones; a kill is an exception that nothing catches, and what was in memory is gone.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from casewright import settings
from casewright.actions import MirrorSla
from casewright.aws.records import unpack
from casewright.decision import Effect
from casewright.wiring.container import Container
from casewright_workbench.house import House

CONTACT_CENTER = Path(__file__).parents[2] / "contact_center"
START = datetime(2026, 11, 16, 13, tzinfo=UTC)
MORTALS = ("decide", "perform", "sweep", "note_delivery")


class Killed(BaseException):
    """SIGKILL, as far as the program can tell."""


class Reaper:
    """Counts the calls of the functions, and kills at the ones it was told: before the call, or after it has happened."""

    def __init__(self, kills: set[int]) -> None:
        self.kills, self.calls = kills, 0

    def around(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        place, self.calls = self.calls, self.calls + 2
        if place in self.kills:
            raise Killed
        answer = call(*args, **kwargs)
        if place + 1 in self.kills:
            raise Killed
        return answer


class MortalClient:
    def __init__(self, client: Any, reaper: Reaper) -> None:
        self._client, self._reaper = client, reaper

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name in ("exceptions", "get_paginator", "meta"):
            return found
        return lambda *args, **kwargs: self._reaper.around(found, *args, **kwargs)


class MortalHouse(House):
    """A house whose functions die when the reaper says so, and start again with nothing in memory."""

    reaper = Reaper(set())

    def container(self, function: str, environment: settings.Settings) -> Container:
        container = super().container(function, environment)
        if function in MORTALS:
            inner = container.client
            container.client = lambda service, tries=3: MortalClient(inner(service, tries=tries), self.reaper)  # type: ignore[method-assign,misc]
        return container

    def live_through(self, moment: datetime) -> int:
        """Run until the moment however often a function is killed; answers how often one was."""
        deaths = 0
        while True:
            try:
                self.run_until(moment)
            except Killed:
                deaths += 1
                self._register_functions_again()
            else:
                return deaths

    def _register_functions_again(self) -> None:
        """Fresh containers: what a killed function had in memory is gone. Mappings and schedules stay as deployed."""
        environments = self.environments(self.places)
        for mapping in self.runtime._mappings:
            name = mapping.function.name
            mapping.function = self._register(name, environments[name], timeout=mapping.function.timeout)
        for scheduled in self.runtime._schedules:
            name = scheduled.function.name
            scheduled.function = self._register(name, environments[name], timeout=scheduled.function.timeout)


@contextmanager
def house(tmp_path: Path, kills: set[int]) -> Iterator[MortalHouse]:
    with MortalHouse.open(CONTACT_CENTER, start=START, folder=tmp_path) as opened:
        opened.reaper = Reaper(kills)
        yield opened


def morning(opened: MortalHouse) -> int:
    """A costly refund is raised, commented on and closed; its clocks warn and breach on the way. Then all leases and timeouts pass."""
    cases, catalog = opened.session("maya").client("connectcases"), opened.catalog

    def fields(**values: str | float) -> Any:
        def wire(value: str | float) -> dict[str, Any]:
            return {"stringValue": value} if isinstance(value, str) else {"doubleValue": value}

        return [{"id": catalog.fields[name].id, "value": wire(value)} for name, value in values.items()]

    deaths = opened.live_through(START + timedelta(seconds=1))
    case_id = cases.create_case(
        domainId=opened.domain_id,
        templateId=catalog.templates["Billing"],
        fields=fields(
            title="Charged twice",
            customer_email="jo@example.com",
            case_reason="double-charge",
            order_number="A-1001",
            order_total=600.0,
            refund_amount=600.0,
            priority="normal",
        ),
    )["caseId"]
    deaths += opened.live_through(START + timedelta(hours=2, minutes=30))
    comment = {"comment": {"body": "We are on it.", "contentType": "Text/Plain"}}
    cases.create_related_item(domainId=opened.domain_id, caseId=case_id, type="Comment", content=comment)
    deaths += opened.live_through(START + timedelta(hours=3))
    cases.update_case(domainId=opened.domain_id, caseId=case_id, fields=fields(status="closed", resolution="refunded"))
    return deaths + opened.live_through(START + timedelta(hours=6))


def world(opened: MortalHouse) -> dict[str, Any]:
    """What the functions did to the world, counted."""
    cases = opened.session("maya").client("connectcases")
    [found] = cases.search_cases(domainId=opened.domain_id, fields=[{"id": "status"}, {"id": opened.catalog.fields["priority"].id}])[
        "cases"
    ]
    items = cases.search_related_items(domainId=opened.domain_id, caseId=found["caseId"], maxResults=25)["relatedItems"]
    bodies = Counter(item["content"]["comment"]["body"] for item in items if item["type"] == "Comment")
    return {
        "mail": Counter((mail.subject, tuple(mail.to)) for mail in opened.outbox.messages()),
        "comments": bodies,
        "items": Counter(item["type"] for item in items),
        "tasks": sorted(contact.name for contact in opened.contacts.all() if contact.channel == "TASK"),
        "fields": sorted((field["id"], str(field["value"])) for field in found["fields"] if field),
    }


def statuses(opened: MortalHouse) -> Counter[str]:
    """How effects ended. An item whose clock had moved on when a killed attempt was taken up again is made by what moved the clock."""
    pages = opened.session("admin").client("dynamodb").get_paginator("scan").paginate(TableName=opened.case_table)
    items = [item for page in pages for item in page["Items"] if item["sk"]["S"].startswith("effect#")]
    ended = [(unpack(item["body"], Effect, item), item["status"]["S"]) for item in items]
    return Counter("done" if isinstance(effect.action, MirrorSla) and status == "superseded" else status for effect, status in ended)


@pytest.fixture(scope="module")
def unharmed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Counter[str], int]:
    with house(tmp_path_factory.mktemp("unharmed"), set()) as opened:
        assert morning(opened) == 0
        return world(opened), statuses(opened), opened.reaper.calls


def test_the_morning_does_something_of_every_kind(unharmed: tuple[dict[str, Any], Counter[str], int]) -> None:
    done, ended, calls = unharmed
    assert set(ended) == {"done"}
    assert len(done["mail"]) >= 3
    assert done["tasks"]
    assert done["comments"]
    assert {"Comment", "Contact", "Sla"} <= set(done["items"])
    assert calls > 100


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_random_calls_every_effect_is_done_once(
    seed: int, unharmed: tuple[dict[str, Any], Counter[str], int], tmp_path: Path
) -> None:
    done, ended, calls = unharmed
    kills = set(random.Random(seed).sample(range(calls), 8))
    with house(tmp_path, kills) as opened:
        deaths = morning(opened)
        assert deaths >= 4, "the reaper must have come"
        assert world(opened) == done
        assert statuses(opened) == ended
        assert opened.counts["decide", "EventsMalformed"] == 0
