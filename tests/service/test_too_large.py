"""What no record can hold ends where someone sees it, and the queue goes on."""

from random import Random
from typing import Any

import pytest
from building import case_event, linked, rule, text
from core_case import CREATED
from fakes import deciding
from msgspec.structs import replace

from casewright.aws import case_log
from casewright.aws.case_log import CaseTable
from casewright.rules import instructions as do
from casewright.service.decide import take


def test_effects_too_large_to_record_trip_the_breaker(dynamodb: Any) -> None:
    noise = [Random(number).randbytes(7_000).hex() for number in range(80)]
    ports = replace(
        deciding(linked(rule("big", then=tuple(do.AddComment(text(each)) for each in noise)))), log=CaseTable(dynamodb, "cases")
    )
    take(CREATED, 0, ports)
    take(case_event("e", 1, title="x"), 0, ports)
    logged = ports.log.logged("c1", "e")
    assert logged is not None
    assert logged.decision.effects == ()
    assert logged.decision.broken.startswith("event e: its event takes ")
    assert ports.telemetry.counts["RuleSetBreakerTripped"] == 1  # type: ignore[attr-defined]


def test_an_event_too_large_to_record_is_buried_with_its_reason(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ports = replace(deciding(linked(rule("r"))), log=CaseTable(dynamodb, "cases"))
    monkeypatch.setattr(case_log, "MOST_BYTES", 300)
    take(CREATED, 0, ports)
    [(body, reason)] = ports.dead_letters.buried  # type: ignore[attr-defined]
    assert body == CREATED
    assert "a record holds 300" in reason
    assert ports.telemetry.counts["EventsTooLarge"] == 1  # type: ignore[attr-defined]
