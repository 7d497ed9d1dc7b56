"""Calls wait for their turn: each API has its own, what is taken ahead is not kept, and a throttled API is left alone for a while."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from botocore.session import get_session
from faults import Faults, Throttled

from casewright import errors, quotas
from casewright.aws.control import ControlTable
from casewright.aws.failures import translated
from casewright.aws.pacing import Pace
from casewright.errors import UnknownQuota
from casewright.quotas import QUOTAS, ours, quota_of
from casewright_workbench.localcloud.cloud import LocalCloud
from casewright_workbench.provisioning import CASE_TABLE, provision


@pytest.fixture
def cloud() -> Iterator[LocalCloud]:
    with LocalCloud() as cloud:
        session = cloud.session(principal_arn="admin")
        domain_id = session.client("connectcases").create_domain(name="d")["domainId"]
        cloud.sesv2.state.verifies_at_once = True
        provision(cloud, session, domain_id=domain_id, mail_domain="example.com", shaper_arn="arn:aws:lambda:us-east-1:1:function:s")
        yield cloud


class Paced:
    """Clients of one function that keep to quotas, and the seconds since it began."""

    def __init__(self, cloud: LocalCloud, given: dict[str, float] | None = None) -> None:
        session, self._clock = cloud.session(principal_arn=f"arn:aws:iam::{cloud.account}:role/perform"), cloud.clock
        pace = Pace(ControlTable(session.client("dynamodb"), CASE_TABLE), ours(given or {}), cloud.clock)
        self.events, self.connect = (pace.kept_by(session.client(service)) for service in ("events", "connect"))
        self._began = self._clock.now()

    def put(self, times: int) -> float:
        entry = {"Source": "s", "DetailType": "d", "Detail": "{}", "EventBusName": "default"}
        for _ in range(times):
            self.events.put_events(Entries=[entry])
        return self.seconds

    @property
    def seconds(self) -> float:
        return (self._clock.now() - self._began).total_seconds()


def reads(faults: Faults) -> int:
    return faults.calls["dynamodb", "GetItem"]


def test_calls_keep_to_their_rate_and_few_of_them_ask_the_table(cloud: LocalCloud) -> None:
    paced = Paced(cloud, {"PutEvents": 2.0})
    with Faults(cloud) as faults:
        assert paced.put(42) == pytest.approx(20, abs=0.6), "a burst of two, then two a second"
        assert reads(faults) <= 8


def test_two_functions_share_a_bucket(cloud: LocalCloud) -> None:
    one, other = Paced(cloud, {"PutEvents": 2.0}), Paced(cloud, {"PutEvents": 2.0})
    for _ in range(10):
        one.put(1)
        seconds = other.put(1)
    assert seconds >= 9


def test_one_api_does_not_wait_for_another(cloud: LocalCloud) -> None:
    paced = Paced(cloud, {"PutEvents": 1.0, "DescribeContact": 5.0})
    paced.put(5)
    before = paced.seconds
    for _ in range(5):
        with pytest.raises(paced.connect.exceptions.ResourceNotFoundException):
            paced.connect.describe_contact(InstanceId=cloud.instance.id, ContactId="0" * 36)
    assert paced.seconds - before < 1


def test_turns_taken_ahead_and_not_used_are_gone_after_a_while(cloud: LocalCloud) -> None:
    paced = Paced(cloud, {"PutEvents": 2.0})
    paced.put(20)
    cloud.clock.skip_to(cloud.clock.now() + timedelta(hours=1))
    before = paced.seconds
    assert paced.put(12) - before >= 4.5, "only the burst of the bucket comes at once"


def test_turns_taken_ahead_are_not_saved_up_for_more_than_a_burst(cloud: LocalCloud) -> None:
    paced = Paced(cloud, {"PutEvents": 2.0})
    for _ in range(5):
        paced.put(8)
        cloud.clock.sleep(4)
        paused = paced.seconds
        assert paced.put(7) - paused > 1, "two saved up, two at once, and the others in their turn"


def test_turns_that_a_clock_far_ahead_has_taken_stop_nobody(cloud: LocalCloud) -> None:
    paced = Paced(cloud, {"PutEvents": 2.0})
    tokens = ControlTable(cloud.session(principal_arn="admin").client("dynamodb"), CASE_TABLE)
    tokens.reserve("PutEvents", ours({"PutEvents": 2.0})["PutEvents"], most=1, now=cloud.clock.now() + timedelta(days=1))
    assert paced.put(12) == pytest.approx(5, abs=0.6)


def test_a_clock_that_was_far_ahead_for_a_moment_stops_its_own_calls_no_longer(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    paced, now = Paced(cloud, {"PutEvents": 2.0}), cloud.clock.now
    paced.put(3)
    monkeypatch.setattr(cloud.clock, "now", lambda: now() + timedelta(days=1))
    paced.put(2)
    monkeypatch.setattr(cloud.clock, "now", now)
    before = paced.seconds
    assert paced.put(6) - before < 4


def test_an_api_that_asked_to_slow_down_is_left_alone_by_everyone(cloud: LocalCloud) -> None:
    one, other = Paced(cloud), Paced(cloud)
    with Faults(cloud) as faults:
        faults.at("events", "PutEvents", Throttled())
        with pytest.raises(errors.Throttled), translated("PutEvents"):
            one.put(1)
    assert one.put(1) >= 5
    assert other.put(1) >= 5


def test_a_turn_that_comes_too_late_is_not_waited_for_and_the_call_not_made(cloud: LocalCloud) -> None:
    paced = Paced(cloud, {"PutEvents": 0.02})
    paced.put(1)
    made = len(cloud.calls)
    with pytest.raises(errors.Throttled, match="PutEvents: the next call may be made at"):
        paced.put(1)
    assert {call.service for call in cloud.calls[made:]} == {"dynamodb"}


def test_every_quota_is_one_of_an_operation_or_of_those_that_are_not_listed() -> None:
    operations = {
        name
        for service in ("connectcases", "connect", "sesv2", "events")
        for name in get_session().get_service_model(service).operation_names
    }
    assert set(QUOTAS) - {"OtherCases", "OtherConnect", "Others"} <= operations
    assert quota_of("connectcases", "BatchUpdateCase") == "UpdateCase"
    assert quota_of("connectcases", "DeleteRelatedItem") == "OtherCases"
    assert quota_of("connect", "TagContact") == "OtherConnect"
    assert quota_of("customer-profiles", "SearchProfiles") == "Others"


def test_half_of_a_quota_is_ours_unless_told_otherwise() -> None:
    mine = ours(quotas.read("UpdateCase=4 SendEmail=0.5"))
    assert [(mine[name].rate, mine[name].burst) for name in ("UpdateCase", "CreateCase", "SendEmail")] == [(4, 4), (1, 5), (0.5, 1)]
    assert quotas.read(quotas.written({"UpdateCase": 4.5, "GetCase": 2})) == {"UpdateCase": 4.5, "GetCase": 2}


@pytest.mark.parametrize("text", ["Upd=1", "UpdateCase=0", "UpdateCase", "UpdateCase=-1"])
def test_what_is_no_rate_of_a_quota_is_refused(text: str) -> None:
    with pytest.raises(UnknownQuota, match=r"is no rate of a quota; accepted are calls a second above 0 for UpdateCase, CreateCase"):
        ours(quotas.read(text))
