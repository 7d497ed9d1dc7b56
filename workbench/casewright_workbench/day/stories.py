"""Cases told by hand: each shows one thing the automation does, at times that make it happen.

Agents are Maya and Tomas of contact_center/catalog.yaml.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from casewright_workbench.day import openings
from casewright_workbench.day.hours import at
from casewright_workbench.day.steps import Change, CorrectRemark, Deed, Delete, Open, Reach, Remark, RemoveRemark, Step

MAYA: Final = "maya.lindqvist"
TOMAS: Final = "tomas.okafor"
WEB: Final = "web-form"
MAIL: Final = "email-flow"
PHONE: Final = "phone-flow"
TRIAGE: Final = "triage-service"

Line = tuple[str, str, Deed]
"""When, by whom, and what."""


def stories() -> Iterator[Step]:
    """Every story, each in its own order."""
    for case, lines in _STORIES.items():
        for clock, by, deed in lines:
            yield Step(at(clock), case, by, deed)
    yield from _outage()


def _closing(resolution: str, steps_taken: str) -> Change:
    return Change({"status": "closed", "resolution": resolution, "steps_taken": steps_taken})


_STORIES: Final[dict[str, tuple[Line, ...]]] = {
    "carrier asleep": (
        ("08:01", WEB, Open("Shipping", openings.CARRIER_ASLEEP)),
        ("08:03:20", TOMAS, Change({"status": "waiting-on-carrier", "first_reply_sent": True})),
        ("13:30", TOMAS, Remark("Northline still has no scan since Thursday. Called again.")),
    ),
    "chargeback": (
        ("08:12", WEB, Open("Billing", openings.CHARGEBACK)),
        ("08:31", MAYA, Remark("Both charges seen at the payment provider; the second is ours to undo.")),
        ("08:33", MAYA, Change({"status": "waiting-on-customer"})),
        ("10:05", MAIL, Reach("EMAIL")),
        ("10:40", MAYA, _closing("refunded", "The second charge of 189.00 was refunded and the bank informed.")),
    ),
    "costly refund, forgotten": (
        ("08:20", MAIL, Open("Billing", openings.COSTLY)),
        ("17:10", TOMAS, Change({"status": "waiting-on-customer"})),
        ("18:02", MAIL, Reach("EMAIL")),
        ("18:45", TOMAS, _closing("refunded", "742.50 went back to the card, with an apology and a voucher.")),
    ),
    "called back in time": (
        ("09:05", WEB, Open("Billing", openings.CALLED_IN_TIME)),
        ("10:02", PHONE, Reach("VOICE")),
        ("10:09", MAYA, Change({"first_reply_sent": True})),
        ("10:16", MAYA, _closing("refunded", "Refunded the second charge while on the phone.")),
    ),
    "called back too late": (
        ("10:20", WEB, Open("Shipping", openings.CALLED_TOO_LATE)),
        ("13:05", PHONE, Reach("VOICE")),
        ("13:20", TOMAS, Change({"first_reply_sent": True})),
        ("13:44", TOMAS, _closing("refunded", "None are left to send; the money goes back today.")),
    ),
    "markup in a title": (
        ("11:11", WEB, Open("Technical", openings.MARKUP)),
        ("11:35", MAYA, Remark("Seen it: the form does not escape <b> & friends.")),
        ("11:36", MAYA, Change({"status": "waiting-on-customer"})),
        ("12:20", MAIL, Reach("EMAIL")),
        ("15:00", MAYA, _closing("fixed", "The address form was repaired.")),
    ),
    "closed, opened, closed": (
        ("09:40", MAIL, Open("Billing", openings.AGAIN)),
        ("10:10", TOMAS, Change({"first_reply_sent": True})),
        ("10:30", TOMAS, _closing("refunded", "The refund was sent again.")),
        ("12:48", MAIL, Reach("EMAIL")),
        ("12:55", TOMAS, Change({"status": "open"})),
        ("13:40", TOMAS, Remark("The card had expired; sent by bank transfer instead.")),
        ("14:02", TOMAS, _closing("refunded", "Sent by bank transfer; the customer confirmed.")),
    ),
    "written twice": (
        ("09:52", WEB, Open("Billing", openings.TWICE)),
        ("10:12", TOMAS, Change({"case_reason": "duplicate"})),
        ("10:13", TOMAS, _closing("no-action", "The same as the other case.")),
    ),
    "advertising": (
        ("12:02", WEB, Open("Technical", openings.SPAM)),
        ("12:20", MAYA, Delete()),
    ),
    "silent since Friday": (("08:04", TRIAGE, Open("Shipping", openings.SILENT_SINCE_FRIDAY)),),
    "a small refund": (
        ("13:10", WEB, Open("Billing", openings.SMALL)),
        ("13:30", MAYA, Remark("The receipt says 6.90, not 69.")),
        ("13:32", MAYA, Change({"refund_amount": 6.9, "first_reply_sent": True})),
        ("13:50", MAYA, _closing("refunded", "The postage of 6.90 went back to the card.")),
    ),
    "too much in a comment": (
        ("14:20", WEB, Open("Shipping", openings.OVERSHARED)),
        ("14:41", TOMAS, Remark("Reads card 4111 1111 1111 1111 over the phone, exp. 04/29.")),
        ("14:43", TOMAS, CorrectRemark("Confirmed by phone; payment details are not noted here.")),
        ("14:50", TOMAS, Remark("Draft: ask warehouse?")),
        ("14:51", TOMAS, RemoveRemark()),
        ("14:55", TOMAS, Change({"status": "waiting-on-customer"})),
        ("16:30", MAIL, Reach("EMAIL")),
        ("16:58", TOMAS, _closing("replaced", "Boots in 38 left the warehouse; a return label was sent.")),
    ),
}


def _outage() -> Iterator[Step]:
    """The shop is down for three minutes: nine people write within seconds, and another integration is as quick as the automation.

    It sets the priority of the last case between our decision and our write, which is superseded then.
    """
    names = ("ada", "bruno", "carmen", "dov", "esra", "finn", "gita", "hugo", "ilse")
    for number, name in enumerate(names):
        fields = openings.customer(
            f"{name}.outage",
            title="The shop does not open",
            summary="Error 503 on every page since a minute ago.",
            case_reason="website-problem",
            browser="Chrome 143 on Android",
        )
        yield Step(at("15:30") + timedelta(seconds=number), f"outage {name}", WEB, Open("Technical", fields))
    triaged = at("15:30") + timedelta(seconds=len(names) - 1, milliseconds=20)
    yield Step(triaged, f"outage {names[-1]}", TRIAGE, Change({"priority": "high"}))
    for number, name in enumerate(names):
        answered = at("15:40") + timedelta(minutes=2 * number)
        yield Step(answered, f"outage {name}", MAYA, Change({"first_reply_sent": True}))
        yield Step(answered + timedelta(minutes=1), f"outage {name}", MAYA, _closing("fixed", "The shop was back at 15:33."))
