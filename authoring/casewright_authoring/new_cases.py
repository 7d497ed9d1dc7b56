"""What a new case must have and does not, as far as the constants of `create_case` tell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from casewright.cases.definition import ConditionDefinition, DomainDefinition, TemplateDefinition
from casewright.cases.values import EMPTY, FieldValue
from casewright.conditions.subjects import REFERENCE_FIELDS
from casewright.rules.instructions import Assignment
from casewright_authoring.known import Known, KnownField
from casewright_authoring.system_fields import READ_ONLY, STATUS_OPTIONS

_NUMBER: Final = "reference_number"
_FIRST_STATUS: Final = STATUS_OPTIONS["Open"]

Value: TypeAlias = FieldValue | None
"""What a field of the new case will hold, the empty text where nothing; None where a constant does not tell."""


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case that a rule creates."""

    template: TemplateDefinition
    conditions: Sequence[ConditionDefinition]
    """Those of the template."""
    fields: Known[KnownField]
    given: Mapping[str, Value]
    """By field name."""

    @property
    def lacking(self) -> Iterator[tuple[str, str]]:
        """Fields that must have a value and have none, each with who says so. A field that may be hidden is required by no condition."""
        missing = {name: "the template" for name in self.template.required if self._holds(name) == EMPTY}
        for each in self.conditions:
            is_missing = each.effect == "required" and self._applies(each) is True and self._holds(each.field) == EMPTY
            if is_missing and not self._may_be_hidden(each.field):
                missing.setdefault(each.field, said_by(each))
        yield from missing.items()

    @property
    def hidden(self) -> Iterator[tuple[str, ConditionDefinition]]:
        """Fields that get a value nobody will see, each with the condition that hides it."""
        for each in self.conditions:
            if each.effect == "hidden" and self._applies(each) is True and self.given.get(each.field, EMPTY) != EMPTY:
                yield each.field, each

    def _may_be_hidden(self, name: str) -> bool:
        return any(each.effect == "hidden" and each.field == name and self._applies(each) is not False for each in self.conditions)

    def _applies(self, condition: ConditionDefinition) -> bool | None:
        held = self._holds(condition.when_field)
        return None if held is None or condition.equals == EMPTY else held == condition.equals

    def _holds(self, name: str) -> Value:
        field = self.fields.entries.get(name)
        if field is None or (name in self.given and field.id in REFERENCE_FIELDS and self.given[name] != EMPTY):
            return None  # an ARN in one place may be a name in the other
        value = self.given.get(name, EMPTY)
        if value == EMPTY and field.id == "status":
            return _FIRST_STATUS
        if value == EMPTY and (field.id == _NUMBER or field.id in READ_ONLY):
            return None  # Cases fills it
        return field.options.get(value, value) if isinstance(value, str) else value


def said_by(condition: ConditionDefinition) -> str:
    """The condition as a finding speaks of it."""
    value = str(condition.equals).lower() if isinstance(condition.equals, bool) else repr(condition.equals)
    return f"the field condition {condition.name!r} ({condition.when_field!r} is {value})"


def new_case(
    template: str, given: Sequence[Assignment], unread: Sequence[str], definition: DomainDefinition, fields: Known[KnownField]
) -> NewCase | None:
    """A case of a template with these first values; `unread` are fields given besides. None where the template is not defined here."""
    found = next((each for each in definition.templates if each.name == template), None)
    if found is None:
        return None
    constants: dict[str, Value] = {each.field.name: None if isinstance(each.value, tuple) else each.value for each in given}
    conditions = [each for each in definition.conditions if each.name in found.conditions]
    return NewCase(found, conditions, fields, {**dict.fromkeys(unread), **constants})
