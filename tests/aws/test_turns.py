"""Turns: shared evenly over many effects, whoever asks twice and whatever is killed."""

import random
from collections import Counter
from typing import Any

from building import linked, rule
from core_case import CREATED, updated
from msgspec.structs import replace
from performing import Bench

from casewright.aws.case_log import effect_item
from casewright.aws.turns import TurnTable
from casewright.rules import instructions as do
from casewright.service.assigning import ring_of


class Killed(BaseException):
    """SIGKILL, as far as the program can tell."""


class Mortal:
    """A client of DynamoDB that dies at random, before a call or after it."""

    def __init__(self, client: Any, chance: random.Random) -> None:
        self._client, self._chance = client, chance

    def __getattr__(self, name: str) -> Any:
        def call(**given: Any) -> Any:
            fate = self._chance.random()
            if fate < 0.03:
                raise Killed
            answer = getattr(self._client, name)(**given)
            if fate > 0.97:
                raise Killed
            return answer

        return call


def test_turns_are_even_though_attempts_are_killed_and_repeated(dynamodb: Any) -> None:
    [first] = Bench(dynamodb).decide(linked(rule("c", then=(do.EndTasks(),))), CREATED, updated("e", 1))
    chance = random.Random(7)
    turns, killed = TurnTable(Mortal(dynamodb, chance), "cases"), 0  # type: ignore[arg-type]
    taken: dict[str, int] = {}
    for number in range(240):
        effect = replace(first, key=f"{number:032x}")
        dynamodb.put_item(TableName="cases", Item=effect_item(effect))
        while effect.key not in taken:
            try:
                taken[effect.key] = turns.take_turn(effect, ring="r")
            except Killed:
                killed += 1
        if chance.random() < 0.1:
            assert TurnTable(dynamodb, "cases").take_turn(effect, ring="r") == taken[effect.key]
    assert killed > 20
    assert sorted(taken.values()) == list(range(240))
    assert Counter(turn % 3 for turn in taken.values()) == {0: 80, 1: 80, 2: 80}


def test_rings_of_other_members_or_another_order_count_by_themselves() -> None:
    assert len({ring_of(among) for among in (("a", "b"), ("b", "a"), ("a", "b", "c"))}) == 3
