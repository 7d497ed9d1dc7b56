"""One native rule as `aws connect describe-rule` prints it, in our words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, get_args

import msgspec

from casewright.errors import BadInput
from casewright_authoring.findings import Fault, Place, Report, fault
from casewright_authoring.native.action_nodes import ActionNodes
from casewright_authoring.native.condition_nodes import ConditionNodes
from casewright_authoring.native.documents import AssignSlaAction, EventSource
from casewright_authoring.native.lookup import Lookup
from casewright_authoring.native.nodes_made import bare, of_json
from casewright_authoring.nodes import Mapping, Node, Sequence
from casewright_authoring.shapes import Record, record, sequence, text
from casewright_authoring.suggestions import unknown

REQUIRED: Final = ("Name", "TriggerEventSource", "Function", "Actions", "PublishStatus")
SAYS_NOTHING: Final = ("RuleId", "RuleArn", "RuleCapabilityTiers", "CreatedTime", "LastUpdatedTime", "LastUpdatedBy", "Tags")
"""Keys of a described rule that do not change what it does."""

OF_THE_REQUEST: Final = ("InstanceId", "ClientToken")
FILTERS: Final = "PreEvaluationFilters"
_STATUSES: Final = {"PUBLISHED": True, "DRAFT": False}


@dataclass(frozen=True, slots=True)
class Described:
    """A native rule. `condition` is None where it asks nothing."""

    name: str
    source: EventSource
    condition: Node | None
    actions: tuple[Node, ...]
    published: bool
    place: Place

    def says(self) -> object:
        """What it does, whatever it is called and whatever sets it off."""
        return self.condition and bare(self.condition), [bare(each) for each in self.actions], self.published


def rules_in(document: bytes) -> Iterator[Node]:
    """The rules of a JSON document: one as describe-rule prints it, one by itself, or a list of either.

    Raises:
        BadInput: it is no such document.
    """
    try:
        decoded: Any = msgspec.json.decode(document)
    except msgspec.DecodeError as error:
        raise BadInput(f"this is not JSON: {error}") from error
    top = of_json(decoded, "$")
    found = tuple(_rule(each) for each in (top.items if isinstance(top, Sequence) else (top,)))
    if not found or None in found:
        raise BadInput("no rule of Connect is here; accepted is what `aws connect describe-rule` prints, or a list of that")
    yield from (each for each in found if each is not None)


@dataclass(frozen=True, slots=True)
class Descriptions:
    """Reads native rules; `items` are the SLAs that one could assign, by name."""

    lookup: Lookup
    items: dict[str, AssignSlaAction]
    report: Report

    def read(self, node: Node) -> Described:
        """One native rule."""
        given = record(node, "the rule", self.report, required=REQUIRED, optional=(*SAYS_NOTHING, *OF_THE_REQUEST, FILTERS))
        self._refuse_filters(given)
        source = given.read("TriggerEventSource", self._source, None)
        if source is None:
            raise Fault(None)
        actions = ActionNodes(self.lookup, self.items, self.report)
        return Described(
            name=given.read("Name", lambda one: text(one, "the name"), ""),
            source=source,
            condition=given.read("Function", ConditionNodes(self.lookup, source, self.report).read, None),
            actions=given.read("Actions", lambda one: self.report.each(actions.read, sequence(one, "the actions").items), ()),
            published=given.read("PublishStatus", _is_published, otherwise=False),
            place=node.place,
        )

    def _refuse_filters(self, given: Record) -> None:
        filters = given.node.get(FILTERS)
        if isinstance(filters, Mapping) and filters.entries:
            self.report.tell(filters.place, "a rule here has no filters beside its conditions")

    def _source(self, node: Node) -> EventSource:
        given = record(node, "the event source", self.report, required=("EventSourceName",), optional=("IntegrationAssociationId",))
        named = given.node.get("EventSourceName")
        if named is None:
            raise Fault(None)
        name = text(named, "the event source")
        found = next((each for each in get_args(EventSource) if each == name), None)
        if found is None:
            raise fault(named.place, unknown("event source of cases", name, get_args(EventSource)))
        source: EventSource = found
        return source


def _rule(node: Node) -> Mapping | None:
    inner = node.get("Rule") if isinstance(node, Mapping) else None
    found = node if inner is None else inner
    return found if isinstance(found, Mapping) and found.get("Function") is not None else None


def _is_published(node: Node) -> bool:
    status = text(node, "the status")
    if status not in _STATUSES:
        raise fault(node.place, unknown("status", status, _STATUSES))
    return _STATUSES[status]
