"""The pages: what they tell, and that nothing a customer writes becomes markup."""

import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from html import escape
from http.client import HTTPResponse

import pytest
from elements import Elements
from msgspec.structs import replace
from serving import Served

from casewright.actions import MirrorSla
from casewright_workbench.console.durations import as_duration
from casewright_workbench.console.effects import described
from casewright_workbench.console.figures import figures
from casewright_workbench.console.names import Names
from casewright_workbench.console.queues import depths
from casewright_workbench.day.hours import OPENS
from casewright_workbench.day.play import Player
from casewright_workbench.day.steps import Change, Deed, Delete, Open, Reach, Remark, Step

EVIL = "<script>alert('x')</script><img src=x onerror=alert(1)> & \"co\""
Say = Callable[[str, str, Deed], str]


@pytest.fixture
def say(served: Served) -> Say:
    """Do one thing now and let the automation do its part; answers the id of the case."""
    player = Player(served.house)

    def do(case: str, by: str, deed: Deed) -> str:
        player.do(Step(OPENS, case, by, deed))
        settled(served)
        return player.case_ids[case]

    return do


def settled(served: Served) -> None:
    """Wait until no event and no effect is under way."""
    sqs, deadline = served.house.session("somebody").client("sqs"), time.monotonic() + 10
    while time.monotonic() < deadline:
        busy = [depth for depth in depths(sqs) if not depth.is_dead_letters and depth.waiting + depth.in_flight]
        pending = [each for file in served.desk.records.all() for each in file.effects if each.status == "pending"]
        if not busy and not pending:
            return
        time.sleep(0.05)
    raise AssertionError(f"still under way: {busy} {pending}")


def get(served: Served, path: str) -> HTTPResponse:
    answer: HTTPResponse = urllib.request.urlopen(served.url + path, timeout=100)
    return answer


def page(served: Served, path: str) -> str:
    return get(served, path).read().decode()


def broken_case(say: Say, name: str) -> str:
    fields = {"title": EVIL, "summary": EVIL, "customer_email": "eve@example.com", "browser": EVIL, "case_reason": "website-problem"}
    case_id = say(name, "web-form", Open("Technical", fields))
    say(name, "maya.lindqvist", Remark(EVIL))
    return say(name, "maya.lindqvist", Change({"status": "waiting-on-customer", "steps_taken": EVIL})) or case_id


def test_what_a_customer_writes_is_shown_and_never_becomes_markup(served: Served, say: Say) -> None:
    case_id = broken_case(say, "evil")
    message_id = served.house.outbox.messages()[-1].message_id
    for path in ("/", "/cases", "/clocks", f"/cases/{case_id}", "/inbox", f"/inbox/{message_id}"):
        text = page(served, path)
        frames = [given for tag, given in Elements(text).found if tag == "iframe"]
        shown = [text, *(str(given["srcdoc"]) for given in frames)]
        assert not {tag for each in shown for tag, _ in Elements(each).found} & {"script", "img", "link", "form"}, path
        assert [given["sandbox"] for given in frames] == ([None] if "/inbox/" in path else []), "a sandbox that allows nothing"
        assert escape(EVIL).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")[:40] in text, path


def test_pages_need_nothing_from_elsewhere_and_refresh_themselves(served: Served, say: Say) -> None:
    case_id = broken_case(say, "quiet")
    for path in ("/", "/cases", "/clocks", f"/cases/{case_id}", "/inbox"):
        answer = get(served, path)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        text = answer.read().decode()
        elements = Elements(text).found
        assert ("meta", {"http-equiv": "refresh", "content": "5"}) in elements, path
        assert all(not (given.get("src") or (given.get("href") or "/").startswith("http")) for _, given in elements), path
        assert "url(" not in text
        assert "prefers-color-scheme: dark" in text


def test_the_timeline_of_a_case_tells_events_decisions_effects_and_clocks(served: Served, say: Say) -> None:
    fields = {
        "title": "Lost: my boots",
        "loyalty_member": True,
        "case_reason": "lost-parcel",
        "order_number": "BO-1",
        "carrier": "northline",
    }
    case_id = say("boots", "web-form", Open("Shipping", {**fields, "customer_email": "ida@example.com"}))
    say("boots", "tomas.okafor", Remark("Asked the depot."))
    say("boots", "phone-flow", Reach("VOICE"))
    text = re.sub(r"<[^>]+>|\s+", " ", page(served, f"/cases/{case_id}"))
    told = " ".join(text.split())
    for part in (
        "Case created by web-form first-reply started resolution started call-back started",
        "call-loyal-customers-back create_task done Call back: Lost: my boots",
        "acknowledge send_email done ida@example.com: We have your message: Lost: my boots",
        "Changed priority by casewright priority = Normal",
        "Comment added by tomas.okafor Asked the depot.",
        "Contact (voice) added by phone-flow call-back met in time",
        "call-back Met 1h 30m",
    ):
        assert part in told


def test_a_paused_clock_tells_since_when_and_no_due_time(served: Served, say: Say) -> None:
    case_id = broken_case(say, "paused")
    told = " ".join(re.sub(r"<[^>]+>|\s+", " ", page(served, f"/cases/{case_id}")).split())
    assert re.search(r"resolution Paused \w+ since \d+ Nov \d\d:\d\d \u2013 ", told), told


def test_a_mail_can_be_read_and_taken_home(served: Served, say: Say) -> None:
    say("mail", "web-form", Open("Technical", {"title": "Ünicode — works?", "customer_email": "zoe@example.com"}))
    sent = served.house.outbox.messages()[-1]
    answer = get(served, f"/inbox/{sent.message_id}.eml")
    assert answer.headers["content-type"] == "message/rfc822"
    assert sent.message_id in answer.headers["content-disposition"]
    body = answer.read()
    assert body == sent.content
    assert message_from_bytes(body)["To"] == "zoe@example.com"
    shown = page(served, f"/inbox/{sent.message_id}")
    assert "Ünicode — works?" in shown
    assert "acknowledge" in shown


@pytest.mark.parametrize("path", ["/cases/nobody", "/inbox/none", "/inbox/none.eml", "/nowhere", "/cases/%3Cb%3E"])
def test_what_is_not_there_is_said_to_be_missing(served: Served, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as missing:
        get(served, path)
    assert missing.value.code == 404
    text = missing.value.read().decode()
    assert "There is no" in text
    assert "<b>" not in text


def test_a_page_that_is_missing_leads_to_all_that_are_there(served: Served) -> None:
    with pytest.raises(urllib.error.HTTPError) as missing:
        get(served, "/nowhere")
    main = missing.value.read().decode().partition("<main>")[2]
    assert Elements(main).links == ["/", "/cases", "/clocks", "/inbox"]


def test_the_inbox_leads_from_its_head_to_the_calls_of_webhooks(served: Served, say: Say) -> None:
    before = len(served.desk.api_calls.made)
    say("refund", "maya.lindqvist", Open("Billing", {"title": "Refund", "order_number": "BO-230001", "refund_amount": 40.0}))
    say("refund", "maya.lindqvist", Change({"status": "closed", "resolution": "refunded"}))
    deadline = time.monotonic() + 10
    while len(served.desk.api_calls.made) == before and time.monotonic() < deadline:
        time.sleep(0.05)
    made = len(served.desk.api_calls.made)
    assert made > before
    text = page(served, "/inbox")
    assert f'href="/inbox#calls">{made} {"call of a webhook" if made == 1 else "calls of webhooks"}</a>' in text
    assert ("section", {"class": "card calls", "id": "calls"}) in Elements(text).found


def test_a_table_that_is_too_wide_scrolls_and_not_the_page(served: Served, say: Say) -> None:
    case_id = broken_case(say, "wide")
    for path in ("/", "/cases", "/clocks", f"/cases/{case_id}"):
        tables = re.findall(r'<div class="(?:effects )?scroll"><table|<table class="bars"|<table', page(served, path))
        assert tables, path
        assert "<table" not in tables, path


def test_live_figures_are_those_of_a_fresh_look_at_the_table(served: Served, say: Say) -> None:
    say("kept", "web-form", Open("Technical", {"title": "One"}))
    say("gone", "web-form", Open("Technical", {"title": "Two"}))
    say("gone", "maya.lindqvist", Delete())
    emails = len(served.house.outbox.messages())
    live = figures(served.desk.cases.all(), emails=emails)
    assert live == figures(served.desk.records.all(), emails=emails)
    assert live.cases_deleted == 1
    assert f"{live.cases_created} created" in page(served, "/")


def test_dead_letters_stand_out(served: Served) -> None:
    sqs = served.house.session("somebody").client("sqs")
    dead = {depth.name for depth in depths(sqs) if depth.is_dead_letters}
    assert "case-events-dead-letters" in dead
    assert "case-events" not in dead
    assert '<span class="pill bad">case-events-dead-letters' not in page(served, "/")
    sqs.send_message(QueueUrl=served.house.places.dead_letter_url, MessageBody="no event")
    assert '<span class="pill bad">case-events-dead-letters' in page(served, "/")


def test_metrics_of_the_lake_say_as_of_when(served: Served, say: Say) -> None:
    say("late", "web-form", Open("Technical", {"title": "In the lake?"}))
    before = served.desk.lake.read()
    served.house.flush_lake()
    after = served.desk.lake.read()
    created = served.desk.cases.all()
    assert dict(after.metrics)["cases_created"] == sum(file.was_created for file in created)
    assert after.as_of is not None
    assert before.as_of is None or before.as_of < after.as_of
    assert f"as of {after.as_of.astimezone(served.desk.zone):%d %b %H:%M}" in page(served, "/")


def test_details_name_fields_rather_than_number_them(served: Served) -> None:
    priority = served.house.catalog.fields["priority"].id
    assert (
        served.desk.names.readable(f"changed by someone else since: {priority}, status")
        == "changed by someone else since: priority, status"
    )


def test_the_times_of_a_page_are_of_one_zone_that_is_named(served: Served, say: Say) -> None:
    names = served.desk.names
    told = "the clock is due at 2026-11-16T18:30:00+00:00 meanwhile; order 2026-13-41T18:30:00Z stays"
    assert names.readable(told) == "the clock is due at 16 Nov 2026 13:30 EST meanwhile; order 2026-13-41T18:30:00Z stays"
    assert Names(served.house.catalog).readable(told) == told, "programs read what was recorded"
    shown = page(served, f"/cases/{broken_case(say, 'zones')}")
    assert "times of America/New_York" in shown
    mirror = MirrorSla(name="reply", field_id="f", target_value=True, due_at=OPENS)
    effect = replace(served.desk.records.all()[0].effects[0].effect, action=mirror)
    assert described(effect, names) == f"reply: due at {OPENS.astimezone(served.desk.zone):%d %b %Y %H:%M} EST"
    assert not re.search(r"\d\dT\d\d:\d\d|UTC", shown)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (59, "59s"),
        (60, "1m"),
        (3600, "1h"),
        (5400, "1h 30m"),
        (3660, "1h 01m"),
        (86_400, "1d"),
        (100_000, "1d 3h"),
        (-90, "-1m 30s"),
        (61, "1m 01s"),
        (599.4, "9m 59s"),
        (629, "10m"),
        (14_399.1, "4h"),
    ],
)
def test_durations_are_short(seconds: float, text: str) -> None:
    assert as_duration(seconds) == as_duration(timedelta(seconds=seconds)) == text
