"""The example of the repository: it compiles, links against the domain it defines, shows everything, and does what it says."""

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest
from building import AGENT, CATALOG, case_event, envelope, parsed
from msgspec.structs import asdict, replace

from casewright.actions import AddComment, CreateTask, MirrorSla, SendEmail, UnmirrorSla, UpdateCase
from casewright.bundle import LinkedBundle, link
from casewright.cases.catalog import Catalog, FieldEntry
from casewright.cases.events import ScheduleDue
from casewright.cases.performers import Performer
from casewright.cases.values import FieldValue, as_wire
from casewright.conditions.triggers import TRIGGERS
from casewright.decide import Decided, blank, decide
from casewright.decision import Head
from casewright.rules import instructions as do
from casewright.rules.instructions import AttachContact, Instruction, LinkCase
from casewright.sla.policies import StartsAssigned, StartsOn, StartsWhen
from casewright_authoring import Compiled, compile_directory, findings

DAY = 24 * 60
EXAMPLE = Path(__file__).parents[2] / "contact_center"

NEW: dict[str, FieldValue] = {
    "title": "Where is my tent?",
    "status": "open",
    "case_reason": "lost-parcel",
    "customer_email": "june@example.com",
    "loyalty_member": True,
    "order_number": "BO-204817",
    "reference_number": "103245",
}


@pytest.fixture(scope="module")
def example() -> Compiled:
    return compile_directory(EXAMPLE)


@pytest.fixture(scope="module")
def catalog(example: Compiled) -> Catalog:
    """What `configure_domain` would write: an id for everything the example defines."""
    fields = {
        field.name: FieldEntry(field.system_id or f"f-{field.name}", field.type, {option.label: option.value for option in field.options})
        for field in example.definition.fields
    }
    templates = {template.name: f"t-{template.name}" for template in example.definition.templates}
    return Catalog(
        domain_id="d",
        fields=fields,
        templates=templates,
        **asdict(example.directory),
    )


@pytest.fixture(scope="module")
def linked(example: Compiled, catalog: Catalog) -> LinkedBundle:
    return link(example.bundle, catalog, bundle_hash=example.hash)


class Story:
    """One case of the example, event by event."""

    def __init__(self, bundle: LinkedBundle, catalog: Catalog, template: str = "Shipping") -> None:
        self._bundle, self._catalog, self._template = bundle, catalog, template
        self._fields: dict[str, FieldValue] = {}
        self._head: Head = blank("c1")

    def created(self, fields: Mapping[str, FieldValue]) -> Decided:
        self._fields = dict(fields)
        return self._case(0, "CREATED", ())

    def updated(self, minutes: float, **fields: FieldValue) -> Decided:
        self._fields |= fields
        return self._case(minutes, "UPDATED", tuple(fields))

    def deleted(self, minutes: float) -> Decided:
        return self._case(minutes, "DELETED", ())

    def contact(self, minutes: float, channel: str) -> Decided:
        item = {"relatedItemType": "Contact", "relatedItemId": f"i{minutes}", "caseId": "c1", "contact": {"channel": channel}}
        return self._take(envelope(f"e{minutes}", minutes, "RELATED_ITEM.CREATED", {"relatedItem": item}))

    def scheduled(self, minutes: float, rule: str) -> Decided:
        due = ScheduleDue(rule)
        decided = decide(self._head, replace(parsed(case_event(f"s{minutes}", minutes)), change=due, performer=Performer()), self._bundle)
        self._head = decided.head
        return decided

    def _case(self, minutes: float, verb: str, changed: tuple[str, ...]) -> Decided:
        entries = self._catalog.fields
        wire = {entries[name].id: {"value": as_wire(value)} for name, value in self._fields.items()}
        case = {"caseId": "c1", "templateId": f"t-{self._template}", "fields": wire}
        detail = {"case": case, "changedFieldIds": [entries[name].id for name in changed]}
        return self._take(envelope(f"e{minutes}", minutes, f"CASE.{verb}", detail, AGENT))

    def _take(self, body: str) -> Decided:
        decided = decide(self._head, parsed(body), self._bundle)
        self._head = decided.head
        return decided


@pytest.fixture
def story(linked: LinkedBundle, catalog: Catalog) -> Story:
    return Story(linked, catalog)


def fired(decided: Decided) -> list[str]:
    return [match.rule for match in decided.decision.matched]


def actions(decided: Decided, *kinds: type) -> list[object]:
    return [effect.action for effect in decided.decision.effects if isinstance(effect.action, kinds)]


def statuses(decided: Decided) -> dict[str, str]:
    return {name: clock.status for name, clock in decided.head.clocks.items()}


def test_the_example_has_no_findings() -> None:
    assert findings(EXAMPLE) == ()


def test_the_example_links_against_the_domain_it_defines(linked: LinkedBundle) -> None:
    assert 8 <= len(linked.rules) <= 20
    assert len(linked.policies) == 4


def test_the_example_does_not_link_against_another_domain(example: Compiled) -> None:
    with pytest.raises(Exception, match="the catalog has no field"):
        link(example.bundle, CATALOG, bundle_hash=example.hash)


def test_the_example_shows_every_trigger_and_the_actions_that_need_nothing_else(example: Compiled) -> None:
    rules = example.bundle.rules
    assert {trigger for rule in rules for trigger in rule.when} == set(TRIGGERS)
    shown = {type(step) for rule in rules for step in rule.then}
    assert set(get_args(Instruction)) - shown == {LinkCase, AttachContact}, "they need ids that a flow or a program writes into a field"


def test_the_example_shows_every_way_to_start_a_clock_and_a_native_one(example: Compiled) -> None:
    policies = example.bundle.policies
    assert {type(policy.start) for policy in policies} == {StartsOn, StartsWhen, StartsAssigned}
    assert [policy.name for policy in policies if policy.mirror] == ["resolution"]


def test_the_example_shows_a_mode_a_budget_and_a_schedule(example: Compiled) -> None:
    rules = example.bundle.rules
    assert [rule.name for rule in rules if rule.mode != "on"] == ["offer-small-refunds-at-once"]
    assert [rule.name for rule in rules if rule.budget] == ["nudge-silent-customers"]
    assert [rule.name for rule in rules if rule.schedule] == ["nudge-silent-customers"]


def test_every_email_of_the_example_is_sent_by_a_rule(example: Compiled) -> None:
    sent = {step.template for rule in example.bundle.rules for step in rule.then if isinstance(step, do.SendEmail)}
    assert sent == set(example.bundle.emails)


def test_a_loyal_customer_who_lost_a_parcel_is_acknowledged_and_called_back(story: Story) -> None:
    decided = story.created(NEW)
    assert fired(decided) == ["give-a-priority", "acknowledge", "call-loyal-customers-back"]
    [mail] = actions(decided, SendEmail)
    assert isinstance(mail, SendEmail)
    assert mail.to == ("june@example.com",)
    assert mail.subject == "We have your message: Where is my tent? (103245)"
    assert "BO-204817" in mail.text
    assert actions(decided, UpdateCase) == [UpdateCase({"f-priority": "normal"})]
    assert [task.name for task in actions(decided, CreateTask) if isinstance(task, CreateTask)] == ["Call back: Where is my tent?"]
    assert statuses(decided) == {"call-back": "Active", "first-reply": "Active", "resolution": "Active"}
    assert actions(decided, MirrorSla) == [MirrorSla("resolution", "status", "closed", decided.head.clocks["resolution"].due_at)]


def test_waiting_for_the_customer_counts_as_a_reply_and_stops_the_clocks(story: Story) -> None:
    story.created(NEW)
    waiting = story.updated(10, status="waiting-on-customer")
    assert fired(waiting) == ["note-the-first-reply"]
    assert actions(waiting, UpdateCase) == [UpdateCase({"f-first_reply_sent": True, "f-last_asked": "2026-11-16T14:10:00Z"})]
    assert actions(waiting, UnmirrorSla) == [UnmirrorSla("resolution")]
    assert statuses(waiting) == {"call-back": "Active", "first-reply": "Paused", "resolution": "Paused"}
    assert statuses(story.updated(11, first_reply_sent=True))["first-reply"] == "Met"


def test_a_reply_of_the_customer_opens_the_case_again(story: Story) -> None:
    story.created(NEW)
    story.updated(10, status="waiting-on-customer")
    replied = story.contact(30, "EMAIL")
    assert fired(replied) == ["wake-on-customer-reply"]
    assert actions(replied, UpdateCase) == [UpdateCase({"status": "open"})]
    assert actions(replied, AddComment) == [AddComment("The customer came back by EMAIL; the case is open again.")]
    assert fired(story.contact(31, "TASK")) == []


def test_a_customer_who_is_silent_for_two_days_is_asked_again_every_two_days(story: Story) -> None:
    story.created(NEW | {"case_reason": "late-delivery"})
    story.updated(10, status="waiting-on-customer")
    story.updated(11, last_asked="2026-11-16T14:10:00Z", first_reply_sent=True)
    assert fired(story.scheduled(2 * DAY, "nudge-silent-customers")) == []
    asked = story.scheduled(2 * DAY + 11, "nudge-silent-customers")
    assert fired(asked) == ["nudge-silent-customers"]
    [mail] = actions(asked, SendEmail)
    assert isinstance(mail, SendEmail)
    assert (mail.to, mail.subject) == (("june@example.com",), "We are waiting for you: Where is my tent? (103245)")
    assert actions(asked, UpdateCase) == [UpdateCase({"f-last_asked": "2026-11-18T14:11:00Z"})]
    story.updated(2 * DAY + 12, last_asked="2026-11-18T14:11:00Z")
    assert fired(story.scheduled(3 * DAY, "nudge-silent-customers")) == []


def test_a_call_meets_the_call_back_deadline(story: Story) -> None:
    story.created(NEW)
    assert statuses(story.contact(60, "VOICE"))["call-back"] == "Met"


def test_a_missed_deadline_escalates(story: Story, catalog: Catalog) -> None:
    story.created(NEW)
    late = story.updated(95, summary="still nothing")
    assert fired(late) == ["warn-before-the-deadline", "escalate-missed-deadlines"]
    assert actions(late, UpdateCase) == [UpdateCase({"f-priority": "urgent", "assigned_queue": catalog.queues["Escalations"]})]
    assert [task.name for task in actions(late, CreateTask) if isinstance(task, CreateTask)] == ["Overdue (call-back): Where is my tent?"]
    [warning] = [mail for mail in actions(late, SendEmail) if isinstance(mail, SendEmail) and mail.subject.startswith("Overdue")]
    assert warning.to == catalog.mailboxes["team-leads"]


def test_closing_thanks_the_customer_and_ends_what_is_open(story: Story) -> None:
    story.created(NEW)
    closed = story.updated(40, status="closed", resolution="delivered", steps_taken="Found it at the depot.")
    assert fired(closed) == ["close-loose-ends", "tell-the-customer-it-is-closed"]
    [mail] = actions(closed, SendEmail)
    assert isinstance(mail, SendEmail)
    assert "Found it at the depot." in mail.text
    assert statuses(closed) == {"call-back": "Cancelled", "first-reply": "Active", "resolution": "Met"}


def test_a_duplicate_is_closed_without_a_mail(story: Story) -> None:
    story.created(NEW)
    story.updated(5, case_reason="duplicate")
    closed = story.updated(6, status="closed")
    assert fired(closed) == ["close-loose-ends"]
    assert statuses(closed)["resolution"] == "Cancelled"


def test_the_carrier_has_a_clock_of_its_own_for_every_question(story: Story) -> None:
    story.created(NEW | {"carrier": "northline"})
    asked = story.updated(10, status="waiting-on-carrier")
    assert statuses(asked)["carrier-answer"] == "Active"
    answered = story.updated(20, status="open")
    assert statuses(answered)["carrier-answer"] == "Met"
    assert fired(answered) == ["chase-the-carrier"]
    asked_again = story.updated(30, status="waiting-on-carrier")
    assert (asked_again.head.clocks["carrier-answer"].cycle, statuses(asked_again)["carrier-answer"]) == (2, "Active")


def test_a_costly_refund_is_raised_once(linked: LinkedBundle, catalog: Catalog) -> None:
    story = Story(linked, catalog, "Billing")
    raised = story.created({"title": "Refund", "status": "open", "refund_amount": 500.0})
    assert fired(raised) == ["give-a-priority", "raise-costly-refunds"]
    assert actions(raised, UpdateCase) == [UpdateCase({"f-priority": "urgent", "assigned_queue": catalog.queues["Escalations"]})]
    assert fired(story.updated(1, priority="urgent")) == []


def test_a_small_refund_of_a_member_is_only_watched(linked: LinkedBundle, catalog: Catalog) -> None:
    story = Story(linked, catalog, "Billing")
    story.created({"title": "Refund", "status": "open", "loyalty_member": True, "priority": "low"})
    asked = story.updated(1, refund_amount=25.0)
    assert [match.rule for match in asked.decision.shadowed] == ["offer-small-refunds-at-once"]
    assert asked.decision.effects == ()
    assert story.updated(2, refund_amount=25.01).decision.shadowed == ()


@pytest.mark.parametrize(
    ("summary", "raised"), [("The bank calls it a Charge Back", True), ("I dispute this", True), ("undisputed", False)]
)
def test_a_chargeback_is_found_however_it_is_written(linked: LinkedBundle, catalog: Catalog, summary: str, *, raised: bool) -> None:
    story = Story(linked, catalog, "Billing")
    assert (
        "raise-costly-refunds" in fired(story.created({"title": "Hello", "summary": summary, "status": "open", "priority": "low"}))
    ) is raised


def test_a_deleted_case_is_reported(story: Story, catalog: Catalog) -> None:
    story.created(NEW)
    gone = story.deleted(5)
    assert fired(gone) == ["report-what-goes-missing"]
    [mail] = actions(gone, SendEmail)
    assert isinstance(mail, SendEmail)
    assert mail.to == catalog.mailboxes["data-protection"]


def test_a_deadline_that_comes_near_is_announced_before_it_is_missed(story: Story, catalog: Catalog) -> None:
    story.created(NEW | {"case_reason": "late-delivery"})
    near = story.updated(100, summary="still nothing")
    assert fired(near) == ["warn-before-the-deadline"]
    [warning] = actions(near, SendEmail)
    assert isinstance(warning, SendEmail)
    assert (warning.subject, warning.to) == ("Due soon (first-reply): Where is my tent?", catalog.mailboxes["team-leads"])
