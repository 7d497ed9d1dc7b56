"""Looking people up at the pace that Connect allows."""

from datetime import timedelta
from typing import Any

from building import at
from fakes import FakeTime

from casewright.actions import SendEmail
from casewright.aws.directory import ConnectDirectory
from casewright.cases.recipients import TaggedUsers
from casewright.errors import MailNotReady
from casewright.service.addressing import Found, People, found, messages


class SlowConnect:
    """A thousand users on the team, and one DescribeUser a second."""

    def __init__(self, time: FakeTime) -> None:
        self.described, self._time = list[str](), time

    def search_users(self, **_asked: Any) -> dict[str, Any]:
        return {"Users": [{"Arn": f"arn:aws:connect:us-east-1:111122223333:instance/i/agent/u{number}"} for number in range(1000)]}

    def describe_user(self, *, UserId: str, **_asked: Any) -> dict[str, Any]:  # noqa: N803 -- as Connect spells it
        self._time.sleep(1)
        self.described.append(UserId)
        return {"User": {"Username": f"{UserId}@example.com"}}


def test_the_messages_to_a_large_team_are_all_addressed_though_they_take_turns() -> None:
    time = FakeTime(at(1))
    connect = SlowConnect(time)
    directory = ConnectDirectory(connect, instance_id="i", time=time)
    people = People(directory=directory, customers=None, time=time)  # type: ignore[arg-type]
    waiting = list(messages(SendEmail((), "Hello", "Hello", people=(TaggedUsers({"team": "all"}),)), directory))
    assert len(waiting) == 20
    addressed, began = list[Found](), time.now()
    while waiting and time.now() < began + timedelta(hours=4):
        message = waiting.pop(0)
        try:
            addressed.append(found(message, people))
        except MailNotReady:
            waiting.append(message)
    assert sum(len(each.addresses) for each in addressed) == 1000
    assert len(connect.described) == 1000, "nobody is looked up twice"


class OneUser:
    def describe_user(self, **_asked: Any) -> dict[str, Any]:
        return {"User": {"Username": "jo", "IdentityInfo": {"SecondaryEmail": "jürgen@home.example", "Email": " jo@example.com "}}}


def test_an_address_that_ses_would_refuse_the_message_for_is_passed_over() -> None:
    directory = ConnectDirectory(OneUser(), instance_id="i", time=FakeTime(at(1)))
    assert directory.address("u1") == "jo@example.com"
