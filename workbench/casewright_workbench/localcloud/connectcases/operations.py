"""What the groups of operations share: their context, and how a request finds its domain."""

from collections.abc import Iterable

from casewright_workbench.localcloud.connectcases import due
from casewright_workbench.localcloud.connectcases.catalog import Resource
from casewright_workbench.localcloud.connectcases.context import Context
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.errors import conflict, invalid, not_found
from casewright_workbench.localcloud.service import Caller, Request


class Operations:
    """A group of operations over one context; the facade is made of all groups."""

    _context: Context

    def _domain(self, request: Request, caller: Caller) -> Domain:
        """The domain a request names, brought up to the present; another account's or region's is not found."""
        domain = self._context.domains.get(request["domainId"])
        if domain is None or (domain.account, domain.region) != (caller.account, caller.region):
            raise not_found("Domain", request["domainId"])
        due.run_due(self._context, domain)
        return domain


def assert_name_is_free(name: str, others: Iterable[Resource], *, what: str, own_id: str | None = None) -> None:
    """Refuse a name that another resource, not deleted, already has."""
    if any(other.name == name and other.id != own_id and not other.deleted for other in others):
        raise conflict(f"A {what} named {name!r} already exists.")


def assert_once(ids: Iterable[str], *, where: str) -> None:
    """Refuse a list of ids in which one stands twice."""
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise invalid(f"{one!r} stands twice in {where}; give it once.")
        seen.add(one)


def unlike(request: Request, *names: str) -> bool:
    """Whether a request gives none of these members."""
    return all(request.get(name) is None for name in names)
