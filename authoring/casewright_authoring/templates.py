"""templates.yaml: the case templates of a domain, with the two panels of their layouts."""

from collections.abc import Callable
from functools import partial
from typing import Final

from casewright.cases.definition import ConditionDefinition, TemplateDefinition
from casewright_authoring.findings import Place, Report, fault
from casewright_authoring.known import Known, KnownField
from casewright_authoring.nodes import Entry, Node, Scalar, Sequence, shown
from casewright_authoring.shapes import mapping, record, refuse_twice, short_text, text
from casewright_authoring.system_fields import NOT_IN_LAYOUTS, READ_ONLY

TEMPLATE_KEYS: Final = ("description", "required", "top_panel", "more_info", "conditions")
MOST: Final = {"required": 100, "fields of the two panels": 100, "conditions": 50}
"""Limits of Cases per template."""


class Templates:
    """Reads templates against the fields and field conditions that are known."""

    def __init__(self, fields: Known[KnownField], conditions: Known[ConditionDefinition], report: Report) -> None:
        self._fields, self._conditions, self._report = fields, conditions, report

    def read(self, node: Node) -> dict[str, TemplateDefinition | None]:
        """The templates of the file by name; None for one that could not be read."""
        entries = mapping(node, "the templates").entries
        return {entry.name: self._report.attempt(self._template, entry, None) for entry in entries}

    def _template(self, entry: Entry) -> TemplateDefinition:
        name = short_text(Scalar(entry.key.place, entry.name, entry.name, entry.key.source), "the name of a template", 100)
        details = record(entry.value, f"the template {name!r}", self._report, optional=TEMPLATE_KEYS)
        shown_once: dict[str, Place] = {}
        panel = partial(self._names, seen=shown_once, check=self._in_layout)
        template = TemplateDefinition(
            name=name,
            description=details.read("description", lambda node: short_text(node, "the description", 255), ""),
            required=details.read("required", partial(self._names, seen={}, check=self._required), ()),
            top_panel=details.read("top_panel", panel, ()),
            more_info=details.read("more_info", panel, ()),
            conditions=details.read("conditions", partial(self._names, seen={}, check=self._condition), ()),
        )
        self._hold_limits(template, entry.key.place)
        return template

    def _names(self, node: Node, *, seen: dict[str, Place], check: Callable[[str, Place], None]) -> tuple[str, ...]:
        if not isinstance(node, Sequence):
            raise fault(node.place, f"{shown(node)} is given; accepted is a list of names")

        def name(item: Node) -> str:
            given = text(item, "a name")
            check(given, item.place)
            refuse_twice(seen, given, item.place, "the name")
            return given

        return self._report.each(name, node.items)

    def _in_layout(self, name: str, place: Place) -> None:
        if self._fields.find(name, place).id in NOT_IN_LAYOUTS:
            raise fault(place, f"{name!r} stands in the head of every case and cannot be part of a panel")

    def _required(self, name: str, place: Place) -> None:
        if self._fields.find(name, place).id in READ_ONLY:
            raise fault(place, f"{name!r} is kept by Cases itself and cannot be required")

    def _condition(self, name: str, place: Place) -> None:
        self._conditions.find(name, place)

    def _hold_limits(self, template: TemplateDefinition, place: Place) -> None:
        counts = {
            "required": len(template.required),
            "fields of the two panels": len(template.top_panel) + len(template.more_info),
            "conditions": len(template.conditions),
        }
        for what, count in counts.items():
            if count > MOST[what]:
                self._report.tell(place, f"the template {template.name!r} has {count} {what}; Cases accepts at most {MOST[what]}")
