"""Tags of domains, of what is defined in them, of cases and of related items."""

import re
from collections.abc import Mapping

from casewright_workbench.localcloud.connectcases.case import Case, RelatedItem
from casewright_workbench.localcloud.connectcases.catalog import Resource
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.errors import invalid, not_found
from casewright_workbench.localcloud.connectcases.operations import Operations
from casewright_workbench.localcloud.service import Caller, Request, Response

ARN = re.compile(
    r"arn:[\w-]+:cases:(?P<region>[\w-]+):(?P<account>\d+):domain/(?P<domain>[^/]+)"
    r"(/(?P<kind>field|layout|template|case-rule|case)/(?P<id>[^/]+)(/related-item/(?P<item>[^/]+))?)?"
)
MAX_TAGS = 50

Tagged = Domain | Resource | Case | RelatedItem


class TagOperations(Operations):
    """The operations on tags."""

    def tag_resource(self, request: Request, caller: Caller) -> Response:
        """Add tags, or give new values to those that are there."""
        tagged = self._tagged(request["arn"], caller)
        check_tags(request["tags"])
        merged = tagged.tags | request["tags"]
        if len(merged) > MAX_TAGS:
            raise invalid(f"A resource has at most {MAX_TAGS} tags; this would be {len(merged)}.")
        tagged.tags = merged
        return {}

    def untag_resource(self, request: Request, caller: Caller) -> Response:
        """Remove tags by key; a key that is not there is no error."""
        tagged = self._tagged(request["arn"], caller)
        tagged.tags = {key: value for key, value in tagged.tags.items() if key not in request["tagKeys"]}
        return {}

    def list_tags_for_resource(self, request: Request, caller: Caller) -> Response:
        """The tags of a resource."""
        return {"tags": dict(self._tagged(request["arn"], caller).tags)}

    def _tagged(self, arn: str, caller: Caller) -> Tagged:
        parts = ARN.fullmatch(arn)
        if parts is None:
            raise invalid(f"{arn!r} is no ARN of a Cases resource; accepted: arn:aws:cases:REGION:ACCOUNT:domain/ID[/KIND/ID].")
        if (parts["account"], parts["region"]) != (caller.account, caller.region):
            raise not_found("Domain", parts["domain"])
        domain = self._domain({"domainId": parts["domain"]}, caller)
        if parts["kind"] is None:
            return domain
        return _within(domain, parts["kind"], parts["id"], parts["item"])


def check_tags(tags: Mapping[str, str]) -> None:
    """Refuse the keys that AWS keeps for itself."""
    reserved = [key for key in tags if key.lower().startswith("aws:")]
    if reserved:
        raise invalid(f"Tag keys that begin with aws: are reserved; given: {', '.join(reserved)}.")


def _within(domain: Domain, kind: str, resource_id: str, item_id: str | None) -> Tagged:
    match kind:
        case "field":
            return domain.field(resource_id)
        case "layout":
            return domain.layout(resource_id)
        case "template":
            return domain.template(resource_id)
        case "case-rule":
            return domain.case_rule(resource_id)
        case _:
            case = domain.case(resource_id)
            return case.item(item_id) if item_id else case
