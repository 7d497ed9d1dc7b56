"""Customers and what they write, drawn from a seeded source."""

from dataclasses import dataclass
from random import Random
from typing import Final

_FIRST: Final = (
    "Amara", "Ben", "Chiara", "Dario", "Elif", "Farah", "Gus", "Hana", "Idris", "June", "Kofi", "Leila", "Mateo", "Noor", "Oona",
    "Pavel", "Quinn", "Rosa", "Sanjay", "Tove", "Uma", "Viktor", "Wren", "Ximena", "Yusuf", "Zadie",
)  # fmt: skip
_LAST: Final = (
    "Abara", "Brandt", "Castellano", "Dube", "Eriksen", "Fontaine", "Grieco", "Haddad", "Ibarra", "Jansen", "Kowalski", "Lund",
    "Marchetti", "Nakamura", "Osei", "Petrov", "Quist", "Rahman", "Santos", "Tremblay", "Ueda", "Varga", "Whitlock", "Yilmaz",
)  # fmt: skip
_GOODS: Final = (
    "Ridgeline boots", "a two-person tent", "a merino base layer", "trekking poles", "a down jacket", "a camping stove",
    "a 40-litre pack", "rain trousers", "a headlamp", "wool socks", "a sleeping mat", "a water filter",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who ordered something."""

    name: str
    email: str
    is_member: bool
    order_number: str
    order_total: float
    goods: str


def customer(random: Random) -> Customer:
    """One customer; a few give no mail address."""
    first, last = random.choice(_FIRST), random.choice(_LAST)
    address = f"{first}.{last}@example.com".lower()
    return Customer(
        name=f"{first} {last}",
        email=address if random.random() < 0.92 else "",
        is_member=random.random() < 0.3,
        order_number=f"BO-{random.randrange(190_000, 249_999)}",
        order_total=round(random.lognormvariate(4.6, 0.7), 2),
        goods=random.choice(_GOODS),
    )
