"""The pages after `casewright forget`: they run on, and nothing of the case is on them."""

import time
from datetime import timedelta
from urllib.request import urlopen

from serving import Served

from casewright.aws.erasing import CaseErasure
from casewright_workbench.day.hours import OPENS
from casewright_workbench.day.play import Player
from casewright_workbench.day.steps import Open, Step

ADDRESS = "forget.me@example.com"


def page(served: Served, path: str) -> str:
    text: str = urlopen(served.url + path, timeout=100).read().decode()
    return text


def test_a_forgotten_case_is_left_out_of_every_page(served: Served) -> None:
    player = Player(served.house)
    player.do(Step(OPENS, "one", "web-form", Open("Technical", {"title": "Forget this one", "customer_email": ADDRESS})))
    case_id, deadline = player.case_ids["one"], time.monotonic() + 10
    while ADDRESS not in page(served, "/") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert f"/cases/{case_id}" in page(served, "/")
    [sent] = served.house.outbox.messages()
    assert f"/cases/{case_id}" in page(served, f"/inbox/{sent.message_id}")
    dynamodb = served.house.session("operator").client("dynamodb")
    CaseErasure(dynamodb, served.house.case_table).erase(case_id, served.house.clock.now() + timedelta(seconds=1))
    for path in ("/", "/cases", "/clocks"):
        text = page(served, path)
        assert case_id not in text, path
        assert ADDRESS not in text, path
    assert f"/cases/{case_id}" not in page(served, f"/inbox/{sent.message_id}"), "the mail was sent, and its case is gone"
