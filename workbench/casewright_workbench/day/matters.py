"""What customers come with: by template and reason, the fields of a case as an agent or a web form fills them in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from casewright_workbench.day.people import Customer
from casewright_workbench.day.steps import Value


@dataclass(frozen=True, slots=True)
class Matter:
    """A kind of concern: how its case is titled, told, and how it usually ends."""

    template: str
    reason: str
    title: str
    summary: str
    resolution: str
    share: int


MATTERS: Final = (
    Matter("Billing", "refund", "Refund for {goods}", "Sent {goods} back two weeks ago and has seen no money yet.", "refunded", 14),
    Matter("Billing", "double-charge", "Charged twice for {order}", "The card statement shows {order} twice, the same day.", "refunded", 9),
    Matter(
        "Shipping", "late-delivery", "Where is {order}?", "{goods} should have arrived days ago; tracking has not moved.", "delivered", 16
    ),
    Matter("Shipping", "lost-parcel", "Parcel lost: {order}", "The carrier says delivered, but nobody at home got {goods}.", "replaced", 8),
    Matter("Shipping", "damaged-item", "{goods} arrived damaged", "The box was torn open; wants {goods} replaced.", "replaced", 8),
    Matter("Technical", "website-problem", "Cannot check out", "The payment page stays blank after the address step.", "fixed", 9),
    Matter("Technical", "website-problem", "Cannot sign in to the app", "The code by text message never comes.", "fixed", 7),
)
_CARRIERS: Final = ("northline", "northline", "parcel-harbor", "parcel-harbor", "store-pickup")
_BROWSERS: Final = ("Firefox 146", "Chrome 143 on Android", "Safari 26", "Brookline app 8.2 on iOS", "Edge 143")


def matter(random: Random) -> Matter:
    """What one customer comes with."""
    return random.choices(MATTERS, weights=[each.share for each in MATTERS])[0]


def fields_of(concern: Matter, person: Customer, opened: datetime, random: Random) -> dict[str, Value]:
    """The fields of a new case."""
    told = {"goods": person.goods, "order": person.order_number}
    fields: dict[str, Value] = {
        "title": _sentence(concern.title.format(**told)),
        "summary": _sentence(concern.summary.format(**told)),
        "case_reason": concern.reason,
        "loyalty_member": person.is_member,
        "order_number": person.order_number,
    }
    if person.email:
        fields["customer_email"] = person.email
    if random.random() < 0.2:
        fields["priority"] = random.choice(("low", "high", "high"))
    return fields | _DETAILS[concern.template](concern, person, opened, random)


def _billing(concern: Matter, person: Customer, _opened: datetime, random: Random) -> dict[str, Value]:
    wanted = person.order_total if concern.reason == "double-charge" else round(person.order_total * random.uniform(0.4, 1), 2)
    return {"order_total": person.order_total, "refund_amount": wanted}


def _shipping(_concern: Matter, person: Customer, opened: datetime, random: Random) -> dict[str, Value]:
    carrier = random.choice(_CARRIERS)
    promised = opened - timedelta(days=random.randrange(1, 6))
    details: dict[str, Value] = {"carrier": carrier, "order_total": person.order_total, "promised_by": promised.isoformat()}
    if carrier != "store-pickup":
        details["tracking_page"] = f"https://{carrier}.example/track/{person.order_number[3:]}"
    return details


def _technical(_concern: Matter, _person: Customer, _opened: datetime, random: Random) -> dict[str, Value]:
    return {"browser": random.choice(_BROWSERS)}


_DETAILS: Final[dict[str, Callable[[Matter, Customer, datetime, Random], dict[str, Value]]]] = {
    "Billing": _billing,
    "Shipping": _shipping,
    "Technical": _technical,
}


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
