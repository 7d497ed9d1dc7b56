"""Which cases a scheduled rule may be about, as far as a search for cases can say it."""

from collections.abc import Iterator, Mapping

from casewright.cases.values import FieldValue
from casewright.conditions.operators import Among
from casewright.conditions.subjects import REFERENCE_FIELDS, Field
from casewright.conditions.tree import All, Condition, Leaf

MOST_VALUES = 10
"""Alternatives that one filter of SearchCases takes (botocore: CaseFilter orAll)."""


def sought(condition: Condition) -> Mapping[str, tuple[FieldValue, ...]]:
    """Field ids and the values one of which every case has for which the condition can be true.

    It leaves out what a search cannot say: the rule itself is asked about every case that is found. At most ten fields.
    """
    fields = {field.id: test.values for field, test in _equalities(condition)}
    return dict(list(fields.items())[:MOST_VALUES])


def _equalities(condition: Condition) -> Iterator[tuple[Field, Among]]:
    match condition:
        case All(parts=parts):
            for part in parts:
                yield from _equalities(part)
        case Leaf(subject=Field() as field, test=Among(negated=False, ignore_case=False) as test) if _can_be_sought(field, test):
            yield field, test
        case _:
            pass


def _can_be_sought(field: Field, test: Among) -> bool:
    """Queues and users compare by bare id here and by ARN there; the empty text is no value there."""
    return (
        field.id not in REFERENCE_FIELDS
        and field.field_type in ("SingleSelect", "Text", "Number", "Boolean")
        and len(test.values) <= MOST_VALUES
        and "" not in test.values
    )
