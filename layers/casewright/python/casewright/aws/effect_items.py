"""Effects as items of the table: how they are written and read back."""

from datetime import datetime
from typing import Final

from casewright.aws.expiring import expiring
from casewright.aws.records import FORMAT, Item, case_key, key, pack, stamp, unpack
from casewright.decision import EFFECTS_KEPT, Effect, Outcome
from casewright.ports.effects import Pending, Write

UNTOLD: Final = 9
"""Stands in place of a priority where an effect has ended and the lake has no row of it yet."""


def effect_item(effect: Effect, *, armed: bool = True) -> Item:
    """A new effect as an item: pending and in the queue, or only recorded for an import, or while the deployment is not armed."""
    queued = armed and not effect.imported
    item = {
        **key_of(effect),
        "format": {"N": str(FORMAT)},
        "body": pack(effect),
        "attempts": {"N": "0"},
        "not_before": {"S": stamp(effect.not_before)},
        "status": {"S": "pending" if queued else "recorded"},
    }
    if queued:
        item |= {"bucket": {"S": effect.bucket}, "urgency": {"S": urgency(effect, effect.not_before)}}
    return item if queued else item | expiring(effect.not_before + EFFECTS_KEPT)


def urgency(effect: Effect, not_before: datetime, *, rank: int = 0) -> str:
    """The sort key of the queue: priority, then time, then the place among the actions of its rule."""
    return f"{rank or effect.priority}#{stamp(not_before)}#{effect.index:03}#{effect.key}"


def key_of(effect: Effect) -> Item:
    """The primary key of an effect."""
    return key(case_key(effect.case_id), f"effect#{effect.key}")


def pending_of(item: Item) -> Pending:
    """An item as an effect of the queue."""
    ended = item["status"]["S"] != "pending"
    detail = item.get("detail", {"S": ""})["S"]
    return Pending(
        effect=unpack(item["body"], Effect, item),
        not_before=datetime.fromisoformat(item["not_before"]["S"]),
        write=unpack(item["write"], Write, item) if "write" in item else None,
        tries=int(item.get("tries", {"N": "0"})["N"]),
        outcome=Outcome(status=item["status"]["S"], detail=detail) if ended else None,
        attempts=int(item["attempts"]["N"]),
        sent_as=item.get("sent_as", {"S": ""})["S"],
        held="held" in item,
        alone="alone" in item,
        detail=detail,
    )


def texts(values: dict[str, str]) -> Item:
    """Texts as attribute values."""
    return {name: {"S": value} for name, value in values.items()}
