"""A house that serves: what somebody has in front of them after `casewright local`, without the day before."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from casewright_workbench.console.desk import Desk
from casewright_workbench.console.live import Changed
from casewright_workbench.console.site import Site
from casewright_workbench.day.hours import NEW_YORK, OPENS
from casewright_workbench.deployment import account
from casewright_workbench.deployment.clients import Clients
from casewright_workbench.house import House

CONTACT_CENTER = Path(__file__).parents[1] / "contact_center"


@dataclass(frozen=True, slots=True)
class Served:
    """A serving house, its pages and its address."""

    house: House
    desk: Desk
    url: str


def leads_commands(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what somebody exports whose commands shall go to a local cloud."""
    for name, value in {"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "ops", "AWS_SECRET_ACCESS_KEY": "local"}.items():
        monkeypatch.setenv(name, value)


def leads_commands_into(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands ask a house that does not serve, as its operator."""
    operator = Clients(house.session("operator"))
    monkeypatch.setattr(account, "clients_in", lambda _region: operator)


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    changed = Changed()
    with House.open(CONTACT_CENTER, start=OPENS, folder=folder, listen=changed.listen) as house:
        desk = Desk.of(house, changed, NEW_YORK)
        with house.serve(0, Site(desk).routes) as url:
            yield Served(house, desk, url)
