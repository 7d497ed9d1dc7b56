"""Related items: create, update, delete."""

from casewright_workbench.localcloud.connectcases import sla_items
from casewright_workbench.localcloud.connectcases.case import Actor, Case, RelatedItem
from casewright_workbench.localcloud.connectcases.context import Context
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.errors import invalid, quota_exceeded
from casewright_workbench.localcloud.connectcases.journal import Journal
from casewright_workbench.localcloud.connectcases.moments import in_milliseconds
from casewright_workbench.localcloud.connectcases.operations import Operations
from casewright_workbench.localcloud.connectcases.related_content import Comment, Content, CustomRecord
from casewright_workbench.localcloud.connectcases.related_inputs import read_input, read_record, type_in
from casewright_workbench.localcloud.connectcases.related_placing import place_item, remove_item
from casewright_workbench.localcloud.connectcases.values import present
from casewright_workbench.localcloud.service import Caller, Request, Response


class RelatedItemOperations(Operations):
    """The operations on single related items."""

    def create_related_item(self, request: Request, caller: Caller) -> Response:
        """Tie something to a case."""
        domain = self._domain(request, caller)
        case = domain.case(request["caseId"])
        if type_in(request["content"]) != request["type"]:
            raise invalid(f"The type {request['type']} does not go with content of type {type_in(request['content'])}.")
        item = add_item(self._context, domain, case, request, Actor.of(request, caller))
        return {"relatedItemId": item.id, "relatedItemArn": item.arn}

    def update_related_item(self, request: Request, caller: Caller) -> Response:
        """Replace the content of a comment or of a custom item."""
        domain = self._domain(request, caller)
        case = domain.case(request["caseId"])
        item = case.item(request["relatedItemId"])
        case.assert_unlocked()
        before = item.content
        item.content = self._read_update(domain, item, request)
        item.last_updated_by = request.get("performedBy")
        at = case.stamp(self._context.clock.now())
        Journal(self._context, domain, Actor.of(request, caller)).item_updated(case, item, before, at=at)
        answer = item.to_wire() | {"relatedItemArn": item.arn}
        more = {"createdBy": answer.pop("performedBy", None), "lastUpdatedUser": item.last_updated_by}
        return answer | present(more)

    def delete_related_item(self, request: Request, caller: Caller) -> Response:
        """Untie something from a case; a file is deleted through Connect instead."""
        domain = self._domain(request, caller)
        case = domain.case(request["caseId"])
        item = case.item(request["relatedItemId"])
        case.assert_unlocked()
        if item.type == "File":
            raise invalid("A related item of type File is deleted with DeleteAttachedFile of Amazon Connect.")
        remove_item(self._context, case, item)
        at = case.stamp(self._context.clock.now())
        Journal(self._context, domain, Actor.of(request, caller)).item_deleted(case, item, at=at)
        return {}

    def _read_update(self, domain: Domain, item: RelatedItem, request: Request) -> Content:
        ((kind, body),) = request["content"].items()
        match item.content, kind:
            case Comment(), "comment":
                return Comment(body["body"], body["contentType"])
            case CustomRecord(), "custom":
                return CustomRecord(read_record(self._context, domain, body["fields"]))
            case _:
                raise invalid(f"A related item of type {item.type} cannot be updated with {kind} content.")


def add_item(context: Context, domain: Domain, case: Case, request: Request, actor: Actor) -> RelatedItem:
    """Tie the content of a request to a case, within its quotas, and tell of it."""
    case.assert_unlocked()
    _check_quotas(context, case, type_in(request["content"]))
    content = read_input(context, domain, case, request["content"], at=in_milliseconds(context.clock.now()))
    item_id = context.ids.uuid()
    at = case.stamp(context.clock.now())
    item = RelatedItem(item_id, f"{case.arn}/related-item/{item_id}", case.id, content, at, actor.user)
    place_item(context, case, item)
    journal = Journal(context, domain, actor)
    journal.item_created(case, item, at=at)
    sla_items.start(domain, case, item, journal, now=context.clock.now())
    return item


def _check_quotas(context: Context, case: Case, item_type: str) -> None:
    quotas = context.quotas
    if len(case.items) >= quotas.related_items_per_case:
        raise quota_exceeded(quotas.related_items_per_case, "related items per case")
    limits = {"File": (quotas.files_per_case, "files per case"), "Sla": (quotas.slas_per_case, "SLAs per case")}
    if item_type in limits:
        limit, what = limits[item_type]
        if sum(item.type == item_type for item in case.items.values()) >= limit:
            raise quota_exceeded(limit, what)
