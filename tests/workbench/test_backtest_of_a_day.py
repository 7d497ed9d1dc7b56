"""A backtest over the events of a live run decides what the run decided: a day played in the house, its envelopes kept."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from backtested import Told, archive
from serving import CONTACT_CENTER

from casewright.bundle import LinkedBundle, link
from casewright.cases.events import Event
from casewright.cases.parsing import parse
from casewright.cases.subscriptions import case_changes, domain_arn
from casewright.decision import Decision
from casewright_workbench.day.hours import ENDS, OPENS
from casewright_workbench.day.play import Player
from casewright_workbench.day.script import script
from casewright_workbench.deployment.records import CaseFile, CaseRecords
from casewright_workbench.house import House
from casewright_workbench.provisioning import LAKE
from casewright_workbench.replay.case_replay import CaseReplay

OWN_ROLE = "perform"


@dataclass
class Lived:
    """What a day left behind."""

    envelopes: Path
    lake: Path
    catalog: Path
    bundle: LinkedBundle
    files: tuple[CaseFile, ...]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    folder = tmp_path_factory.mktemp("day")
    with House.open(CONTACT_CENTER, start=OPENS, folder=folder / "house") as house:
        url = _listen(house)
        Player(house).play(script(seed=7), until=ENDS)
        house.flush_lake()
        session = house.session("admin")
        (folder / "catalog.json").write_bytes(msgspec.json.encode(house.catalog))
        return Lived(
            envelopes=archive(folder / "events.jsonl", _received(session.client("sqs"), url)),
            lake=_downloaded(session.client("s3"), folder / "facts"),
            catalog=folder / "catalog.json",
            bundle=link(house.compiled.bundle, house.catalog, bundle_hash=house.compiled.hash),
            files=tuple(CaseRecords(session.client("dynamodb"), house.case_table).all()),
        )


def _listen(house: House) -> str:
    """A queue beside that of `decide`, with the same subscription."""
    sqs, events = house.session("admin").client("sqs"), house.session("admin").client("events")
    url: str = sqs.create_queue(QueueName="archive")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    domain = domain_arn(region=house.cloud.region, account=house.cloud.account, domain_id=house.domain_id)
    events.put_rule(Name="archive", EventPattern=json.dumps(case_changes(domain)))
    events.put_targets(Rule="archive", Targets=[{"Id": "queue", "Arn": arn}])
    return url


def _received(sqs: Any, url: str) -> Iterator[str]:
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            yield message["Body"]
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def _downloaded(s3: Any, folder: Path) -> Path:
    for entry in s3.list_objects_v2(Bucket=LAKE, Prefix="facts/")["Contents"]:
        path = folder / entry["Key"].removeprefix("facts/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(s3.get_object(Bucket=LAKE, Key=entry["Key"])["Body"].read())
    return folder


@pytest.fixture(scope="module")
def replayed(lived: Lived) -> dict[str, list[Decision]]:
    """Decisions by case, made of the envelopes alone."""
    events: dict[str, list[Event]] = {}
    for line in lived.envelopes.read_text().splitlines():
        event = parse(line, own_role=OWN_ROLE)
        events.setdefault(event.case_id, []).append(event)
    found: dict[str, list[Decision]] = {}
    for case_id, known in events.items():
        replay = CaseReplay(case_id, lived.bundle)
        in_order = sorted({event.id: event for event in known}.values(), key=lambda event: event.position)
        steps = [step for event in in_order for step in replay.take(event)]
        found[case_id] = [step.decided.decision for step in (*steps, *replay.until(ENDS))]
    return found


@pytest.mark.slow
def test_every_event_meets_the_rules_that_it_met_live(lived: Lived, replayed: dict[str, list[Decision]]) -> None:
    compared = 0
    for file in lived.files:
        again = {decision.position.event_id: decision for decision in replayed[file.case_id]}
        for entry in file.log:
            own = [match for match in entry.decision.matched if not match.because]
            if own:
                assert own == [match for match in again[entry.event.id].matched if not match.because], entry.event
                compared += 1
    assert compared > 50


@pytest.mark.slow
def test_every_clock_does_and_sets_off_what_it_did_live(lived: Lived, replayed: dict[str, list[Decision]]) -> None:
    """Which event told a clock is left aside: live, one that comes before the clock's own was processed tells in its stead."""
    for file in lived.files:
        then, now = [entry.decision for entry in file.log], replayed[file.case_id]
        assert _clocks(then) == _clocks(now)
        assert _set_off(then) == _set_off(now)
    assert sum(len(_set_off(decisions)) for decisions in replayed.values()) > 5


def _clocks(decisions: list[Decision]) -> Counter[Any]:
    return Counter(
        (each.kind, each.policy, each.cycle, each.at, each.due_at, each.milestone) for made in decisions for each in made.transitions
    )


def _set_off(decisions: list[Decision]) -> set[tuple[str, str, str]]:
    return {(match.rule, match.trigger, match.because) for made in decisions for match in made.matched if match.because}


@pytest.mark.slow
def test_the_same_effects_are_asked_for_under_the_same_keys(lived: Lived, replayed: dict[str, list[Decision]]) -> None:
    for file in lived.files:
        then = {name for entry in file.log for name in entry.decision.effect_names} | {
            name for entry in file.log for each in entry.decision.corrections for name in each.missing
        }
        surplus = {name for entry in file.log for each in entry.decision.corrections for name in each.surplus}
        assert then - surplus == {name for made in replayed[file.case_id] for name in made.effect_names}


@pytest.mark.slow
def test_the_command_counts_what_the_day_decided(lived: Lived, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    told = Told(capfdbinary)
    answer = told("--events", lived.envelopes, "--config", CONTACT_CENTER, "--catalog", lived.catalog, "--own-role", OWN_ROLE)
    assert answer["events"]["malformed"] == answer["events"]["unrecognised"] == 0
    last = datetime.fromisoformat(answer["events"]["to"])
    decisions = [entry.decision for file in lived.files for entry in file.log if entry.event.at <= last]
    fired = Counter(match.rule for made in decisions for match in made.matched)
    assert {rule: each["total"] for rule, each in answer["rules"].items()} == fired
    transitions = Counter((each.policy, each.kind) for made in decisions for each in made.transitions)
    assert len(answer["slas"]) >= 4
    for policy, counts in answer["slas"].items():
        for kind in ("met", "not_met", "breached", "cancelled"):
            assert counts[kind] == transitions[policy, kind]
        assert counts["started"] == transitions[policy, "started"] + transitions[policy, "reset"]


@pytest.mark.slow
def test_the_lake_of_the_day_agrees_where_it_tells_enough(lived: Lived, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    told = Told(capfdbinary)
    arguments = ("--config", CONTACT_CENTER, "--catalog", lived.catalog, "--own-role", OWN_ROLE)
    exact, answer = told("--events", lived.envelopes, *arguments), told("--events", lived.lake, *arguments)
    assert answer["events"]["taken"] == answer["events"]["from_lake_rows"] == exact["events"]["taken"]
    assert answer["events"]["clock_and_schedule_events"] > 0
    unsure = {name for name, each in answer["events"]["left_out"].items() if each["asks"]}
    certain = {
        rule.name for rule in lived.bundle.rules if rule.name not in unsure and not any(each.startswith("sla_") for each in rule.when)
    }
    assert len(certain & exact["rules"].keys()) > 3
    for name in certain:
        assert answer["rules"].get(name) == exact["rules"].get(name)
