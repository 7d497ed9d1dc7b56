"""`native: true`: whether Cases itself can show the clock of a policy, and by which field and value."""

from datetime import timedelta
from typing import Final

from casewright.conditions.operators import Among
from casewright.conditions.subjects import REFERENCE_FIELDS, Field
from casewright.conditions.tree import Leaf
from casewright.sla.policies import Awaited, Mirror, Target
from casewright_authoring.findings import Place, fault
from casewright_authoring.known import Names
from casewright_authoring.nodes import Node
from casewright_authoring.shapes import boolean

LONGEST: Final = timedelta(minutes=1_051_200)
"""What an SLA item of Cases may last (Cases API, targetSlaMinutes)."""


def read_mirror(node: Node, *, met_when: Awaited, targets: tuple[Target, ...], names: Names) -> Mirror | None:
    """The field and value a native SLA item waits for; None when none is wanted."""
    if not boolean(node, "native"):
        return None
    match met_when:
        case Leaf(subject=Field() as field, test=Among(values=(str() | float() | bool() as value,), negated=False, ignore_case=False)):
            _refuse_reference(field, names, node.place)
        case _:
            raise fault(node.place, "native: true needs a met_when that is one field equal to one value, such as {status: closed}")
    longest = max((row.within for row in targets), default=timedelta())
    if longest > LONGEST:
        raise fault(node.place, f"native: true cannot show a target of {longest}; Cases accepts up to {LONGEST.days} days")
    return Mirror(field, value)


def _refuse_reference(field: Field, names: Names, place: Place) -> None:
    known = names.fields.find(field.name, place)
    if known.id in REFERENCE_FIELDS or known.type == "User":
        raise fault(place, f"native: true cannot wait for {field.name!r}, which holds a queue or user; accepted is any other field")
