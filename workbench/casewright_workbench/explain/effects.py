"""What a decision asks for, in the operator's words: as rules spell actions, with every text filled."""

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

import msgspec

from casewright import actions
from casewright.asking import effect_key
from casewright.cases.recipients import in_words
from casewright.decision import Decision, Effect, Match
from casewright.rules.instructions import AssignSla, Instruction, SendEmail
from casewright.rules.rule import Rule
from casewright_workbench.explain.emitted import emitted
from casewright_workbench.explain.tasks import task
from casewright_workbench.explain.ties import ties
from casewright_workbench.explain.words import Json, Words, instant


class Told(msgspec.Struct, frozen=True):
    """An effect: `members` are those of its action."""

    rule: str
    index: int
    action: str
    members: dict[str, Json]
    key: str = ""
    """Empty for assign_sla, which starts a clock of ours and asks nothing of the world."""

    def as_json(self) -> dict[str, Json]:
        """The effect as one object."""
        return {"rule": self.rule, "index": self.index, "action": self.action, **self.members}


def effects(decision: Decision, rules: Mapping[str, Rule], words: Words) -> Iterator[Told]:
    """The effects of a decision in firing order, clocks that rules start among them, and last what shows clocks to agents."""
    return _told(decision, decision.matched, decision.effects, rules, words)


def held_back(decision: Decision, asked: Iterable[Effect], rules: Mapping[str, Rule], words: Words) -> Iterator[Told]:
    """What the rules that only watched would have asked for; `asked` as computed again."""
    return _told(decision, decision.shadowed, asked, rules, words)


def _told(decision: Decision, matches: Iterable[Match], asked: Iterable[Effect], rules: Mapping[str, Rule], words: Words) -> Iterator[Told]:
    left = {effect.key: effect for effect in asked}
    for match in matches:
        for index, step in enumerate(rules[match.rule].then):
            key = effect_key(match.because or decision.position.event_id, match.rule, index)
            if isinstance(step, AssignSla):
                yield Told(match.rule, index, "assign_sla", {"policy": step.policy})
            elif effect := left.pop(key, None):
                yield Told(match.rule, index, actions.name_of(effect.action), members(effect.action, step, words), key)
    for effect in left.values():
        yield Told(effect.rule, effect.index, actions.name_of(effect.action), members(effect.action, None, words), effect.key)


def members(action: actions.Action, step: Instruction | None, words: Words) -> dict[str, Json]:
    """The members of an action; `step` is what the rule said, where that is known."""
    match action:
        case actions.SendEmail(to=to, subject=subject, text=text, people=people):
            template: dict[str, Json] = {"template": step.template} if isinstance(step, SendEmail) else {}
            return {"to": [*to, *map(in_words, people)], **template, "subject": subject, "text": text}
        case actions.CreateTask():
            return task(action, words)
        case actions.EndTasks(ours_only=ours_only):
            return {"only": "ours"} if ours_only else {}
        case actions.Assign() | actions.CreateCase() | actions.LinkCase() | actions.AttachContact() | actions.Tag():
            return ties(action, words)
        case actions.UpdateCase(fields=fields):
            return {"set": {words.field(field_id): words.value(field_id, value) for field_id, value in fields.items()}}
        case actions.AddComment(body=body):
            return {"body": body}
        case actions.PutEvent() | actions.CallWebhook():
            return emitted(action, step)
        case actions.MirrorSla(name=name, due_at=due_at):
            return {"policy": name, "due": instant(due_at)}
        case actions.UnmirrorSla(name=name):
            return {"policy": name}
        case _ as never:
            assert_never(never)
