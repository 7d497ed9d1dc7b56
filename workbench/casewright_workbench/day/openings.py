"""How the cases of the stories are opened: their fields."""

from typing import Final

from casewright_workbench.day.steps import Fields, Value


def customer(name: str, **fields: Value) -> dict[str, Value]:
    """Fields of a case of a customer who is no member, unless they say so."""
    return {"customer_email": f"{name}@example.com", "loyalty_member": False, **fields}


CARRIER_ASLEEP: Final[Fields] = customer(
    "olga.wendt",
    title="Snow shoes stuck in Albany",
    summary="Northline has shown 'in transit' since Thursday; she leaves for Vermont on Wednesday.",
    case_reason="late-delivery",
    order_number="BO-231900",
    carrier="northline",
    tracking_page="https://northline.example/track/231900",
)
CHARGEBACK: Final[Fields] = customer(
    "r.delacroix",
    title="My bank has opened a chargeback",
    summary="Two charges of 189.00; he asked twice and went to his bank.",
    case_reason="double-charge",
    order_number="BO-228817",
    order_total=189.0,
    refund_amount=189.0,
)
COSTLY: Final[Fields] = customer(
    "ines.okonkwo",
    title="Refund for the expedition tent",
    summary="The poles do not fit; the tent went back on the 2nd.",
    case_reason="refund",
    order_number="BO-226034",
    order_total=742.5,
    refund_amount=742.5,
)
CALLED_IN_TIME: Final[Fields] = customer(
    "helen.marsh",
    loyalty_member=True,
    title="Charged twice for one order",
    summary="Trailhead member since 2019. The statement shows the order twice.",
    case_reason="double-charge",
    order_number="BO-230145",
    order_total=96.4,
    refund_amount=96.4,
)
CALLED_TOO_LATE: Final[Fields] = customer(
    "peter.aalto",
    loyalty_member=True,
    title="Lost: the birthday parcel",
    summary="Says delivered at 09:12, but the porch camera shows nobody.",
    case_reason="lost-parcel",
    order_number="BO-230777",
    carrier="parcel-harbor",
    tracking_page="https://parcel-harbor.example/track/230777",
)
MARKUP: Final[Fields] = customer(
    "q.tester",
    title="<script>alert('order')</script> & \"quotes\" in my address",
    summary="The form ate my address: it reads <b>Flat 3 & 4</b> on the label.",
    case_reason="website-problem",
    browser="Firefox 146",
)
AGAIN: Final[Fields] = customer(
    "samir.haddad",
    title="Jacket refund never arrived",
    summary="Told on the 9th that the money was on its way.",
    case_reason="refund",
    order_number="BO-224410",
    order_total=159.0,
    refund_amount=159.0,
)
TWICE: Final[Fields] = customer(
    "samir.haddad",
    title="JACKET REFUND???",
    summary="See my other message.",
    case_reason="refund",
    order_number="BO-224410",
    order_total=159.0,
    refund_amount=159.0,
)
SPAM: Final[Fields] = {
    "title": "Rank your shop on page one",
    "summary": "Unasked advertising.",
    "case_reason": "website-problem",
    "browser": "unknown",
}
SMALL: Final[Fields] = customer(
    "noor.haddad",
    loyalty_member=True,
    title="Postage of a return",
    summary="Paid the postage of a return herself; the receipt is attached.",
    case_reason="refund",
    order_number="BO-229951",
    order_total=64.0,
    refund_amount=69.0,
)
SILENT_SINCE_FRIDAY: Final[Fields] = customer(
    "edda.lang",
    title="Zip of the down jacket",
    summary="Asked on Friday for a photo of the zip.",
    case_reason="damaged-item",
    order_number="BO-227305",
    status="waiting-on-customer",
    first_reply_sent=True,
    last_asked="2026-11-13T19:20:00Z",
)
OVERSHARED: Final[Fields] = customer(
    "lucia.ferro",
    title="Wrong size of boots sent",
    summary="Ordered 38, got 41.",
    case_reason="damaged-item",
    order_number="BO-232208",
    carrier="northline",
)
