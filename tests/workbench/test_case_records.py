"""A case read from the table: its effects stand as their rules list them, each before what follows from it."""

from typing import Any

from building import at, linked, rule, text
from core_case import CREATED, updated
from performing import Bench

from casewright.actions import name_of
from casewright.conditions.subjects import Field
from casewright.rules import instructions as do
from casewright_workbench.deployment.records import CaseRecords


def test_what_follows_from_an_effect_stands_after_it(dynamodb: Any) -> None:
    bench = Bench(dynamodb)
    case = do.CreateCase("Billing", (do.Assignment(Field("title"), "new"),), link=True)
    bench.decide(linked(rule("r", then=(case, do.CreateTask("Escalations", text("call"))) * 6)), CREATED, updated("e", 1))
    bench.time.moment = at(2)
    for bucket in ("connect", "cases"):
        bench.act(bucket)
    found = CaseRecords(dynamodb, "cases").case("c1")
    assert found is not None
    assert [name_of(each.effect.action) for each in found.effects] == ["create_case", "link_case", "create_task", "attach_contact"] * 6
    assert {each.status for each in found.effects} == {"done"}
