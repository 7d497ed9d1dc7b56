"""What holds mail back: the account, its quotas and the rate of sending; and that nothing of it is lost or sent twice."""

from datetime import timedelta
from typing import Any

import pytest
from building import at, case_event, linked, rule, text
from msgspec.structs import replace
from performing import Bench, FakePost

from casewright.aws import items
from casewright.aws.control import ControlTable
from casewright.aws.effect_items import key_of
from casewright.aws.mail_pace import SendingPace
from casewright.aws.sends import SendTable
from casewright.cases.recipients import ConnectUser
from casewright.errors import Refused, Throttled, Unavailable
from casewright.quotas import Quota
from casewright.rules import instructions as do

MAIL = linked(
    rule("m", "case_created", then=(do.SendEmail(("a@example.com", "b@example.com"), "note"),)),
    rule("p", "case_created", then=(do.SendEmail((ConnectUser("maya"),), "note"),)),
    emails={"note": do.Email(text("Hi"), text("Hello"))},
)
CREATED = case_event("e", 0, "CREATED", title="x")


class Counting(FakePost):
    """An account that counts what is spent, and a directory that fails as told."""

    def __init__(self) -> None:
        super().__init__()
        self.spent: list[tuple[float, int]] = []
        self.rate = 0.0
        self.failures: list[Exception] = []

    def keep_to(self, rate: float) -> None:
        self.rate = rate

    def spend(self, recipients: int) -> None:
        self.spent.append((self.rate, recipients))

    def with_login(self, login: str) -> str:
        if self.failures:
            raise self.failures.pop(0)
        return f"arn/{login}"

    def address(self, person: str) -> str:
        return f"{person.rpartition('/')[2]}@example.com"


@pytest.fixture
def bench(dynamodb: Any) -> Bench:
    bench = Bench(dynamodb)
    bench.post = Counting()
    people = replace(bench.mailing.people, directory=bench.post, customers=bench.post)
    world = replace(bench.ports.world, mail=replace(bench.mailing, account=bench.post, pace=bench.post, people=people))
    bench.ports = replace(bench.ports, world=world)
    return bench


def details(bench: Bench) -> list[tuple[object, object]]:
    return sorted((row["status"], row["detail"]) for row in bench.lake.rows)


def test_a_message_spends_one_for_each_recipient_at_the_rate_of_the_account(bench: Bench) -> None:
    bench.post.now = replace(bench.post.now, most_a_second=3)
    bench.decide(MAIL, CREATED)
    assert bench.act("ses") == 2
    assert sorted(bench.post.spent) == [(3, 0), (3, 1)], "the call that sends spends the first by itself"


@pytest.mark.parametrize(("left", "stopped", "said"), [
    (1, "", "the quota of 24 hours leaves 1 recipients, the mail has 2"),
    (50, "SES has shut down sending", "SES has shut down sending"),
])  # fmt: skip
def test_mail_that_may_not_go_out_waits_and_says_what_it_waited_for_when_it_expires(
    left: float, stopped: str, said: str, bench: Bench
) -> None:
    bench.post.now = replace(bench.post.now, left_today=left, stopped=stopped)
    bench.decide(MAIL, CREATED)
    while bench.time.moment < at(240):
        bench.act("ses")
        bench.time.moment += timedelta(minutes=20)
    assert ("mail", ("a@example.com", "b@example.com")) not in bench.world.done
    assert bench.telemetry.counts["MailPaused"] >= 11
    bench.time.moment = at(240) + timedelta(days=2, minutes=1)
    bench.act("ses")
    ended = {row["rule"]: (row["status"], row["detail"]) for row in bench.lake.rows}
    status, detail = ended["m"]
    assert status == "expired"
    assert str(detail).endswith(said)


def test_mail_that_was_held_back_beyond_its_time_goes_out_in_all_its_messages(bench: Bench) -> None:
    mail = rule("m", "case_created", then=(do.SendEmail(("a@example.com", text("b@example.com")), "note"),))
    bench.decide(linked(mail, emails={"note": do.Email(text("Hi"), text("Hello"))}), CREATED)
    bench.post.now = replace(bench.post.now, stopped="SES has shut down sending")
    bench.act("ses")
    bench.time.moment = at(600)
    bench.post.now = replace(bench.post.now, stopped="", left_today=0)
    bench.act("ses")
    assert details(bench) == [("done", "2 messages follow")]
    bench.time.moment = at(240) + timedelta(days=2)
    bench.post.now = replace(bench.post.now, left_today=50_000)
    bench.act("ses")
    assert sorted(bench.world.done) == [("mail", ("a@example.com",)), ("mail", ("b@example.com",))]


def test_mail_whose_effect_was_erased_is_not_sent_again_and_leaves_nothing(dynamodb: Any, bench: Bench) -> None:
    [effect, _] = bench.decide(MAIL, CREATED)
    assert SendTable(dynamodb, "cases").begin(effect, at(5))
    dynamodb.delete_item(TableName="cases", Key=key_of(effect))
    assert not SendTable(dynamodb, "cases").begin(effect, at(5))
    assert items.read(dynamodb, "cases", key_of(effect)) is None


@pytest.mark.parametrize("failure", [Unavailable("no answer"), Throttled("slow down")])
def test_a_directory_that_does_not_answer_leaves_no_doubt_about_the_mail(failure: Exception, bench: Bench) -> None:
    bench.post.failures = [failure]
    bench.decide(MAIL, CREATED)
    bench.act("ses")
    bench.time.moment = at(3)
    bench.act("ses")
    assert [what for what in bench.world.done if what[1] == ("maya@example.com",)] == [("mail", ("maya@example.com",))]
    assert not any("possibly sent twice" in str(detail) for _, detail in details(bench))


def test_a_refused_directory_ends_the_mail_and_says_why(bench: Bench) -> None:
    bench.post.failures = [Refused("more than 1000 users")]
    bench.decide(MAIL, CREATED)
    bench.act("ses")
    assert ("failed", "Refused: more than 1000 users") in details(bench)


def test_an_attempt_that_is_repeated_counts_once_for_each_recipient(bench: Bench) -> None:
    bench.world.failures = iter([Throttled("slow down")] * 25)
    bench.decide(MAIL, CREATED)
    for _ in range(60):
        bench.act("ses")
        bench.time.moment += timedelta(minutes=5)
    assert [row["status"] for row in bench.lake.rows].count("done") == 2
    assert bench.telemetry.counts["RecipientsOverBudget"] == 0


def test_recipients_beside_the_first_make_what_comes_next_wait(dynamodb: Any, bench: Bench) -> None:
    quotas, tokens = {"SendEmail": Quota(10, 10)}, ControlTable(dynamodb, "cases")
    pace = SendingPace(tokens, quotas, bench.time)
    pace.keep_to(2)
    assert quotas["SendEmail"] == Quota(2, 2)
    pace.spend(9)
    [turn] = tokens.reserve("SendEmail", quotas["SendEmail"], most=1, now=bench.time.now())
    assert turn - bench.time.now() == timedelta(seconds=4)
    pace.keep_to(50)
    assert quotas["SendEmail"] == Quota(10, 10), "never more than the settings allow"
