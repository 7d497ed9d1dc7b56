"""A seeded workload for the matcher: events of about 3 KB, and rules of which about one in a hundred matches an event.

Half of the rules have nested groups, a third a test of a number. Every field that a rule reads has a value in every event, so that
engines of two values answer as one of three.
"""

import math
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from casewright.bundle import Bundle
from casewright.cases.catalog import Catalog, FieldEntry
from casewright.cases.values import FieldValue, as_wire
from casewright.conditions.operators import Among, Between, Changed, Compares, HasText
from casewright.conditions.subjects import Fact, Field
from casewright.conditions.texts import Variable, Verbatim
from casewright.conditions.tree import All, Condition, Leaf, Not
from casewright.conditions.tree import Any as AnyOf
from casewright.rules.instructions import AddComment, Assignment, CreateTask, Email, Instruction, Members, PutEvent, SendEmail, UpdateCase
from casewright.rules.rule import Rule

SEED: Final = 20261121
WANTED_SHARE: Final = 0.01

_CHOICES: Final = {
    "status": 5,
    "priority": 4,
    "case_reason": 30,
    "assigned_queue": 12,
    "product": 40,
    "country": 25,
    "language": 8,
    "channel": 5,
    "tier": 4,
    "region": 6,
}
"""Fields of which one of so many values is drawn."""
_NUMBERS: Final = {"amount": 5000.0, "age_days": 100.0, "score": 10.0, "contacts": 20.0}
"""Numeric fields, drawn evenly up to so much."""
_FLAGS: Final = ("vip", "repeat_contact")
READ: Final = (*_CHOICES, *_NUMBERS, *_FLAGS, "title")
"""Fields that some rule reads."""
_SYSTEM: Final = ("status", "case_reason", "assigned_queue", "title", "summary", "customer_id", "reference_number")
_WORDS: Final = tuple(
    "refund parcel late invoice broken login address voucher urgent delivery charged twice cancel renewal missing colour size account "  # noqa: SIM905  # shorter
    "password agent promised callback warranty return label courier customs damaged wrong order payment declined upgrade plan meter".split()
)
TEMPLATES: Final = 10
_START: Final = datetime(2026, 11, 16, 14, tzinfo=UTC)


def _uuid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))


def _entry(name: str) -> FieldEntry:
    kind: Any = "Number" if name in _NUMBERS else "Boolean" if name in _FLAGS else "SingleSelect" if name in _CHOICES else "Text"
    kind = "Text" if name == "assigned_queue" else kind
    return FieldEntry(name if name in _SYSTEM else _uuid(name), kind)


_NAMES: Final = tuple(dict.fromkeys((*_SYSTEM, *_CHOICES, *_NUMBERS, *_FLAGS, "city", "order_number")))
_INSTANCE: Final = "arn:aws:connect:us-east-1:111122223333:instance/" + _uuid("instance")
CATALOG: Final = Catalog(
    domain_id=_uuid("domain"),
    fields={name: _entry(name) for name in _NAMES},
    templates={f"template-{number}": _uuid(f"template-{number}") for number in range(TEMPLATES)},
    flows={"Escalations": f"{_INSTANCE}/contact-flow/" + _uuid("flow")},
    mailboxes={"leads": ("lead@example.com",)},
    queues={f"assigned_queue-{number}": f"{_INSTANCE}/queue/" + _uuid(f"queue-{number}") for number in range(_CHOICES["assigned_queue"])},
)


def rules(count: int) -> tuple[Rule, ...]:
    """So many rules, by name, not yet linked; a smaller set is the beginning of a larger one."""
    draw = Random(SEED)
    return tuple(
        Rule(
            name=f"rule-{number:05}",
            when=("case_created", "case_updated"),
            condition=_condition(draw, nested=number % 2 == 0, numeric=number % 3 == 0),
            then=(PutEvent(f"rule-{number}", Members({})),),
            order=draw.randrange(100),
        )
        for number in range(count)
    )


def published(count: int) -> Bundle:
    """So many rules with actions of every common kind, as a bundle that is published: names instead of ids."""
    title, number = Variable(Field("title")), Variable(Field("reference_number"))
    email = Email((Verbatim("About "), title), (Verbatim("Case "), number, Verbatim(" needs you.\n"), title))
    actions: tuple[tuple[Instruction, ...], ...] = (
        (UpdateCase((Assignment(Field("priority"), "priority-1"), Assignment(Field("title"), (Verbatim("Urgent: "), title)))),),
        (SendEmail(to=("leads", (Variable(Field("customer_id")),)), template="escalation"),),
        (CreateTask(flow="Escalations", name=(Verbatim("Call back: "), title)), AddComment((Verbatim("Task for "), number))),
        (PutEvent("Escalated", Members({"case": (Variable(Fact("case.id")),), "amount": (Variable(Field("amount")),)})),),
    )
    chosen = tuple(replace(rule, then=actions[place % len(actions)]) for place, rule in enumerate(rules(count)))
    return Bundle(rules=chosen, emails={"escalation": email})


def events(count: int) -> list[bytes]:
    """So many envelopes, each of a case of its own."""
    draw = Random(SEED + 1)
    return [_envelope(draw, number) for number in range(count)]


def _condition(draw: Random, *, nested: bool, numeric: bool) -> Condition:
    """Tests are added until about the wanted share of events is left."""
    free = _subjects(draw)
    parts, share = list[Condition](), 1.0
    if nested:
        group, part = _group(draw, free, numeric=numeric)
        parts, share = [group], part
    if numeric:
        leaf, part = _number(draw)
        parts, share = [*parts, leaf], share * part
    while share > WANTED_SHARE * 2.2 and free:
        leaf, part = _choice(draw, free.pop())
        parts, share = [*parts, leaf], share * part
    draw.shuffle(parts)
    return All(tuple(parts))


def _subjects(draw: Random) -> list[str]:
    """Choices in random order, the template last and so taken first by most rules."""
    names = [*_CHOICES, *_FLAGS, "changed", "title"]
    draw.shuffle(names)
    return [*names, "template"] if draw.random() < 0.7 else names


def _choice(draw: Random, name: str) -> tuple[Condition, float]:
    """A test of one subject, and the share of events it holds for."""
    if name == "changed":
        field = draw.choice([*_CHOICES])
        return Leaf(Field(field), Changed()), 2 / 3 * 2 / len(_CHOICES)
    if name == "title":
        return Leaf(Field("title"), HasText("contains", draw.choice(_WORDS))), 1 - (1 - 1 / len(_WORDS)) ** 6
    if name in _FLAGS:
        return Leaf(Field(name), Among((True,))), 0.5
    if name == "template":
        return Leaf(Fact("template"), Among((f"template-{draw.randrange(TEMPLATES)}",))), 1 / TEMPLATES
    of = _CHOICES[name]
    taken = draw.randint(1, max(1, of // 4))
    values = tuple(f"{name}-{number}" for number in sorted(draw.sample(range(of), taken)))
    negated = of <= 5 and draw.random() < 0.3  # few enough that most others are left
    return Leaf(Field(name), Among(values, negated=negated)), 1 - taken / of if negated else taken / of


def _number(draw: Random) -> tuple[Condition, float]:
    name = draw.choice([*_NUMBERS])
    most = _NUMBERS[name]
    share = draw.uniform(0.1, 0.5)
    match draw.randrange(3):
        case 0:
            return Leaf(Field(name), Compares("greater_than", number=round(most * (1 - share), 2))), share
        case 1:
            return Leaf(Field(name), Compares("less_or_equal", number=round(most * share, 2))), share
        case _:
            low = draw.uniform(0, 1 - share)
            return Leaf(Field(name), Between(numbers=(round(most * low, 2), round(most * (low + share), 2)))), share


def _group(draw: Random, free: list[str], *, numeric: bool) -> tuple[Condition, float]:
    """`any` of two or three branches, of which one may itself be an `all`; now and then there is a `not` within."""
    branches, missed = list[Condition](), 1.0
    for number in range(draw.randint(2, 3)):
        leaf, share = _number(draw) if numeric and draw.random() < 0.3 else _choice(draw, free.pop(0))
        if number == 0 and draw.random() < 0.5:
            other, part = _choice(draw, free.pop(0))
            leaf, share = (All((leaf, Not(other))), share * (1 - part)) if draw.random() < 0.3 else (All((leaf, other)), share * part)
        branches, missed = [*branches, leaf], missed * (1 - share)
    return AnyOf(tuple(branches)), 1 - missed


def _envelope(draw: Random, number: int) -> bytes:
    at = (_START + timedelta(seconds=number)).isoformat().replace("+00:00", "Z")
    domain = f"arn:aws:cases:us-east-1:111122223333:domain/{CATALOG.domain_id}"
    case_id = str(uuid.UUID(int=draw.getrandbits(128), version=4))
    fields = {CATALOG.fields[name].id: {"value": as_wire(value)} for name, value in _values(draw, number)}
    detail = {
        "version": "0",
        "eventType": draw.choice(("CASE.CREATED", "CASE.UPDATED", "CASE.UPDATED")),
        "approximateChangeTime": at,
        "changedFieldIds": [CATALOG.fields[name].id for name in draw.sample([*_CHOICES], 2)],
        "performedBy": {
            "user": {"userArn": f"{_INSTANCE}/agent/{_uuid(f'agent-{draw.randrange(200)}')}"},
            "iamPrincipalArn": "arn:aws:iam::111122223333:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_a1",
        },
        "case": {
            "caseId": case_id,
            "templateId": CATALOG.templates[f"template-{draw.randrange(TEMPLATES)}"],
            "createdDateTime": at,
            "fields": fields,
        },
    }
    return msgspec.json.encode(
        {
            "version": "0",
            "id": str(uuid.UUID(int=draw.getrandbits(128), version=4)),
            "detail-type": "Amazon Connect Cases Change",
            "source": "aws.cases",
            "account": "111122223333",
            "time": at,
            "region": "us-east-1",
            "resources": [domain, f"{domain}/case/{case_id}"],
            "detail": detail,
        }
    )


def _values(draw: Random, number: int) -> Iterator[tuple[str, FieldValue]]:
    text: Callable[[int], str] = lambda words: " ".join(draw.choices(_WORDS, k=words))  # noqa: E731
    for name, of in _CHOICES.items():
        value = f"{name}-{draw.randrange(of)}"
        yield name, CATALOG.queues[value] if name == "assigned_queue" else value
    for name, most in _NUMBERS.items():
        yield name, round(draw.uniform(0, most), 2)
    for name in _FLAGS:
        yield name, draw.random() < 0.5
    yield "title", text(6)
    yield "summary", text(draw.randint(20, 60))
    yield "city", draw.choice(_WORDS)
    yield "order_number", f"A-{number:07}"
    yield "customer_id", f"arn:aws:profile:us-east-1:111122223333:domains/d/profiles/{_uuid(str(math.isqrt(number)))}"
    yield "reference_number", f"{10_000_000 + number}"
