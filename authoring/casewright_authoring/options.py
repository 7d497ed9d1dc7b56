"""Options of a single-select field: a list of labels, or `{label: value}`."""

from casewright.cases.definition import OptionDefinition
from casewright_authoring.findings import Report, fault
from casewright_authoring.nodes import Entry, Mapping, Node, Scalar, Sequence, shown
from casewright_authoring.shapes import boolean, record, sequence, short_text

LONGEST = 100
"""Characters of a label or a value (Cases API, FieldOption)."""


def read_options(node: Node, report: Report) -> tuple[OptionDefinition, ...]:
    """The options of a field: a label without a value of its own is its own value; no two are alike."""
    match node:
        case Sequence():
            given = [(each, report.attempt(_bare, each, None)) for each in sequence(node, "options").items]
        case Mapping(entries=entries) if entries:
            given = [(entry.value, report.attempt(lambda one: _valued(one, report), entry, None)) for entry in entries]
        case _:
            raise fault(node.place, f"{shown(node)} is given for options; accepted are a list of labels and {{label: value}}")
    told = [(where, option) for where, option in given if option is not None]
    _refuse_alike(told, report)
    return tuple(option for _, option in told)


def _bare(node: Node) -> OptionDefinition:
    label = short_text(node, "the label of an option", LONGEST)
    return OptionDefinition(label, label)


def _valued(entry: Entry, report: Report) -> OptionDefinition:
    label = short_text(Scalar(entry.key.place, entry.name, entry.name, entry.key.source), "the label of an option", LONGEST)
    if not isinstance(entry.value, Mapping):
        return OptionDefinition(label, short_text(entry.value, f"the value of the option {label!r}", LONGEST))
    details = record(entry.value, f"the option {label!r}", report, required=("value",), optional=("active",))
    value = details.read("value", lambda node: short_text(node, f"the value of the option {label!r}", LONGEST), label)
    active = details.read("active", lambda node: boolean(node, "active"), otherwise=True)
    return OptionDefinition(label, value, active)


def _refuse_alike(options: list[tuple[Node, OptionDefinition]], report: Report) -> None:
    """Labels and values share one space: rules may say either, so none may mean two options."""
    meaning: dict[str, OptionDefinition] = {}
    for where, option in options:
        for name in dict.fromkeys((option.label, option.value)):
            other = meaning.setdefault(name, option)
            if other is not option:
                report.tell(where.place, f"{name!r} already names the option {other.label!r} (value {other.value!r})")
